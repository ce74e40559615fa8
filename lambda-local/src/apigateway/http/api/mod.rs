//! API Gateway's calls of version 2, those of HTTP APIs.

mod answer;
mod apis;
mod integrations;
mod operations;
mod routes;
mod stages;
mod tags;

pub(crate) use operations::table;
