//! API Gateway: HTTP APIs and REST APIs in front of functions.

mod apis;
mod body;
mod endpoint;
mod function_uri;
mod http;
mod id;
mod invoke;
mod page;
mod rest;
mod route_key;
mod state;

pub(crate) use endpoint::{EXECUTE_API, EXECUTE_API_HOST};
pub(crate) use state::{Gateway, operations};
