//! API Gateway: HTTP APIs and REST APIs in front of functions.

mod apis;
mod function_uri;
mod http;
mod rest;
mod route_key;
mod state;

pub(crate) use state::{EXECUTE_API, EXECUTE_API_HOST, Gateway};
pub(crate) use state::{operations, routes};
