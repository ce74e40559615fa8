use std::env;

use lambda_http::{
    Error, Request, Response,
    http::{StatusCode, header::CONTENT_TYPE},
};

/// The share of requests to fail, 0 to 1, from the variable `FAIL_SHARE`: 0.2 if it is not set.
pub(crate) fn fail_share(variable: Option<&str>) -> Result<f64, Error> {
    let Some(text) = variable else {
        return Ok(0.2);
    };
    match text.parse() {
        Ok(share) if (0.0..=1.0).contains(&share) => Ok(share),
        _ => Err(format!("FAIL_SHARE is '{text}', not a share between 0 and 1").into()),
    }
}

/// What a request that fails comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FailHow {
    Error,
    Status,
}

/// From the variable `FAIL_HOW`: a status if it is not set, as most handlers fail.
pub(crate) fn fail_how(variable: Option<&str>) -> Result<FailHow, Error> {
    match variable {
        None | Some("status") => Ok(FailHow::Status),
        Some("error") => Ok(FailHow::Error),
        Some(text) => Err(format!("FAIL_HOW is '{text}', not 'error' or 'status'").into()),
    }
}

pub(crate) async fn function_handler(
    event: Request,
    fail_share: f64,
    fail_how: FailHow,
) -> Result<Response<String>, Error> {
    let version = env::var("AWS_LAMBDA_FUNCTION_VERSION").unwrap_or_default();
    if fastrand::f64() < fail_share {
        tracing::error!(version, path = event.uri().path(), "red fails this request");
        return fail(fail_how);
    }
    tracing::info!(version, path = event.uri().path(), "hello from red");
    answer(StatusCode::OK, "Hello From Red Deployment")
}

/// Only an Err is an error in Lambda's own metrics. A returned status 500 is a success there, and
/// bad in those that lambda-outcome writes; an Err is bad in both.
fn fail(how: FailHow) -> Result<Response<String>, Error> {
    let text = "red fails a share of its requests";
    match how {
        FailHow::Error => Err(text.into()),
        FailHow::Status => answer(StatusCode::INTERNAL_SERVER_ERROR, text),
    }
}

fn answer(status: StatusCode, text: &str) -> Result<Response<String>, Error> {
    let response = Response::builder()
        .status(status)
        .header(CONTENT_TYPE, "text/plain")
        .body(text.to_owned())?;
    Ok(response)
}

#[cfg(test)]
mod tests {
    use lambda_http::request::from_str;

    use super::*;

    const EVENT: &str = include_str!("../../events/http-api.json");

    async fn a_fifth_fails(how: FailHow, is_failure: fn(Result<Response<String>, Error>) -> bool) {
        let mut failed = 0;
        for _ in 0..2000 {
            let event = from_str(EVENT).unwrap();
            failed += u32::from(is_failure(function_handler(event, 0.2, how).await));
        }
        // 400 expected, 18 the standard deviation.
        assert!((290..=510).contains(&failed), "{failed} of 2000 failed");
    }

    #[tokio::test]
    async fn a_share_of_the_requests_fails() {
        a_fifth_fails(FailHow::Error, |answer| match answer {
            Ok(answer) => {
                assert_eq!(answer.status(), 200);
                assert_eq!(answer.body(), "Hello From Red Deployment");
                false
            }
            Err(_) => true,
        })
        .await;
    }

    #[tokio::test]
    async fn a_share_of_the_requests_is_answered_with_500() {
        a_fifth_fails(FailHow::Status, |answer| {
            let answer = answer.unwrap();
            assert_eq!(answer.headers()[CONTENT_TYPE], "text/plain");
            answer.status() == 500
        })
        .await;
    }

    #[test]
    fn a_request_fails_with_a_status_unless_the_variable_says_otherwise() {
        assert_eq!(fail_how(None).unwrap(), FailHow::Status);
        assert_eq!(fail_how(Some("error")).unwrap(), FailHow::Error);
        assert_eq!(fail_how(Some("status")).unwrap(), FailHow::Status);
        for wrong in ["", "500", "Error", "panic"] {
            let error = fail_how(Some(wrong)).unwrap_err().to_string();
            let said = format!("FAIL_HOW is '{wrong}', not 'error' or 'status'");
            assert_eq!(error, said);
        }
    }

    #[test]
    fn the_share_is_20_percent_unless_the_variable_says_otherwise() {
        assert_eq!(fail_share(None).unwrap(), 0.2);
        assert_eq!(fail_share(Some("0.5")).unwrap(), 0.5);
        for wrong in ["", "half", "1.5", "-0.1", "NaN"] {
            assert!(fail_share(Some(wrong)).is_err(), "{wrong:?}");
        }
    }
}
