//! API Gateway's calls of version 1, those of REST APIs.

mod answer;
mod apis;
mod deployments;
mod methods;
mod operations;
mod resources;
pub(crate) use operations::table;
