//! AWS's protocols. Nothing in here knows a service.

pub(crate) mod body;
mod exception;
pub(crate) mod query;

pub(crate) use exception::{ApiError, ApiResult};
pub(crate) use query::{Answered, Form, Refusal, escaped};
