//! CloudWatch's three protocols: RPC v2 CBOR, which the Rust SDK speaks, AWS JSON 1.0, which the AWS
//! CLI and boto3 speak, and forms, its oldest.

use axum::response::Response;

use crate::{
    cloudwatch::state::CloudWatch,
    protocol::{
        Exception, Form, aws_json, cbor,
        query::{Namespace, respond},
    },
};

const FORMS: Namespace = (
    "2010-08-01",
    "http://monitoring.amazonaws.com/doc/2010-08-01/",
);

/// Each gives `None` for operations that are not here.
impl CloudWatch {
    pub(crate) fn answer_cbor(&self, operation: &str, body: &[u8]) -> Option<Response> {
        let answer = match cbor::read(body) {
            Ok(request) => self.answer(operation, request)?,
            Err(unreadable) => Err(unreadable),
        };
        Some(cbor::respond(answer))
    }

    pub(crate) fn answer_json(&self, operation: &str, body: &[u8]) -> Option<Response> {
        let answer = match aws_json::read(body) {
            Ok(request) => self.answer(operation, request)?,
            Err(unreadable) => Err(unreadable),
        };
        Some(aws_json::respond(answer))
    }

    pub(crate) fn answer_form(&self, version: &str, action: &str, form: &Form) -> Option<Response> {
        let (_, namespace) = Some(FORMS).filter(|(own, _)| *own == version)?;
        let answer = match form.members() {
            Ok(request) => self.answer(action, super::form::typed(request))?,
            Err(unreadable) => Err(unreadable),
        };
        // The older protocol leaves the word out.
        let short = |exception: Exception| Exception {
            code: exception.code.trim_end_matches("Exception"),
            ..exception
        };
        let answer = answer.map(super::form::written).map_err(short);
        Some(respond(namespace, action, answer))
    }
}
