use std::env;

use lambda_http::{Error, Request, Response, http::header::CONTENT_TYPE};

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

pub(crate) async fn function_handler(
    event: Request,
    fail_share: f64,
) -> Result<Response<String>, Error> {
    let version = env::var("AWS_LAMBDA_FUNCTION_VERSION").unwrap_or_default();
    // An Err, not a response with status 500: only an Err is an error in Lambda's metrics, which
    // are what a rollout is judged by.
    if fastrand::f64() < fail_share {
        tracing::error!(version, path = event.uri().path(), "red fails this request");
        return Err("red fails a share of its requests".into());
    }
    tracing::info!(version, path = event.uri().path(), "hello from red");
    let response = Response::builder()
        .header(CONTENT_TYPE, "text/plain")
        .header("x-function-version", version)
        .body("Hello From Red Deployment".to_owned())?;
    Ok(response)
}

#[cfg(test)]
mod tests {
    use lambda_http::request::from_str;

    use super::*;

    const EVENT: &str = include_str!("../../events/http-api.json");

    #[tokio::test]
    async fn a_share_of_the_requests_fails() {
        let mut failed = 0;
        for _ in 0..2000 {
            let event = from_str(EVENT).unwrap();
            match function_handler(event, 0.2).await {
                Ok(answer) => assert_eq!(answer.body(), "Hello From Red Deployment"),
                Err(_) => failed += 1,
            }
        }
        // 400 expected, 18 the standard deviation.
        assert!((290..=510).contains(&failed), "{failed} of 2000 failed");
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
