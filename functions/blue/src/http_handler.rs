use std::env;

use lambda_http::{Error, Request, Response, http::header::CONTENT_TYPE};

pub(crate) async fn function_handler(event: Request) -> Result<Response<String>, Error> {
    let version = env::var("AWS_LAMBDA_FUNCTION_VERSION").unwrap_or_default();
    tracing::info!(version, path = event.uri().path(), "hello from blue");
    let response = Response::builder()
        .header(CONTENT_TYPE, "text/plain")
        .body("Hello From Blue Deployment".to_owned())?;
    Ok(response)
}

#[cfg(test)]
mod tests {
    use lambda_http::request::from_str;

    use super::*;

    async fn answer_to(event: &str) -> Response<String> {
        function_handler(from_str(event).unwrap()).await.unwrap()
    }

    #[tokio::test]
    async fn every_kind_of_event_gets_the_same_answer() {
        for event in [
            include_str!("../../events/http-api.json"),
            include_str!("../../events/rest-api.json"),
            include_str!("../../events/function-url.json"),
        ] {
            let answer = answer_to(event).await;
            assert_eq!(answer.status(), 200);
            assert_eq!(answer.headers()[CONTENT_TYPE], "text/plain");
            assert_eq!(answer.body(), "Hello From Blue Deployment");
        }
    }
}
