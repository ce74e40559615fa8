//! What API Gateway calls the execution log: how it went with one request, and why it failed.

use axum::response::Response;
use bytes::Bytes;
use http::request::Parts;
use time::{OffsetDateTime, macros::format_description};

use super::data_plane::{Answered, Failure, Way};

pub(crate) struct ExecutionLog(pub(crate) String);

impl ExecutionLog {
    pub(crate) fn of(request_id: &str) -> Self {
        let log = Self(format!("Execution log for request {request_id}\n"));
        log.line(&format!("Starting execution for request: {request_id}"))
    }

    fn line(mut self, text: &str) -> Self {
        let format = format_description!(
            "[weekday repr:short] [month repr:short] [day] [hour]:[minute]:[second] UTC [year]"
        );
        let now = OffsetDateTime::now_utc().format(format);
        self.0 += &format!("{} : {text}\n", now.unwrap_or_default());
        self
    }

    pub(crate) fn request(self, way: &Way<'_>, parts: &Parts, body: &Bytes) -> Self {
        let query = parts.uri.query().unwrap_or_default();
        let body = String::from_utf8_lossy(body);
        let (method, path) = (&parts.method, &way.method.resource_path);
        self.line(&format!("HTTP Method: {method}, Resource Path: {path}"))
            .line(&format!("Method request path: {:?}", way.path_parameters))
            .line(&format!("Method request query string: {query}"))
            .line(&format!(
                "Method request body before transformations: {body}"
            ))
    }

    pub(crate) fn outcome(self, outcome: &Result<Answered, Failure>) -> Self {
        match outcome {
            Ok(Answered { payload, response }) => self
                .payload(payload)
                .line("Successfully completed execution")
                .completed(response),
            Err(failure) => self.failed(failure),
        }
    }

    fn payload(self, payload: &Bytes) -> Self {
        let payload = String::from_utf8_lossy(payload);
        self.line(&format!(
            "Endpoint response body before transformations: {payload}"
        ))
    }

    fn failed(self, failure: &Failure) -> Self {
        let configuration =
            |text: &str| format!("Execution failed due to configuration error: {text}");
        let log = match failure {
            Failure::NotPost => self.line(&configuration(
                "a function is invoked by POST, and the integration's method is another",
            )),
            Failure::Refused(error) if error.code == "AccessDeniedException" => {
                self.line(&configuration("Invalid permissions on Lambda function"))
            }
            Failure::Refused(error) => self.line(&configuration(&error.message)),
            Failure::TimedOut => self.line("Execution failed due to a timeout error"),
            Failure::Function(invoked) => self
                .payload(&invoked.payload())
                .line("Lambda execution failed with status 200 due to customer function error"),
            Failure::Malformed(invoked) => self
                .payload(&invoked.payload())
                .line(&configuration("Malformed Lambda proxy response")),
        };
        log.completed(&failure.response())
    }

    fn completed(self, response: &Response) -> Self {
        let status = response.status().as_u16();
        self.line(&format!("Method completed with status: {status}"))
    }
}
