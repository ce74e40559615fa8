//! The calls of IAM and STS.

use axum::response::Response;

use super::Iam;
use crate::protocol::{
    Form, Protocol,
    operation::mark_if,
    query::{Namespace, respond},
};

const IAM: Namespace = ("2010-05-08", "https://iam.amazonaws.com/doc/2010-05-08/");
const STS: Namespace = ("2011-06-15", "https://sts.amazonaws.com/doc/2011-06-15/");

impl Iam {
    /// Answers a form; `None` where this is not the service that it is for, or has no such
    /// operation.
    pub(crate) fn answer_form(&self, version: &str, action: &str, form: &Form) -> Option<Response> {
        let mut services = [("iam", IAM), ("sts", STS)].into_iter();
        let (service, (_, namespace)) = services.find(|(_, (own, _))| *own == version)?;
        let (answer, operation) = self.answer(service, action, form)?;
        Some(mark_if(
            operation.changes,
            Protocol::Query,
            respond(namespace, action, answer),
        ))
    }
}
