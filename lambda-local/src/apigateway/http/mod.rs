//! HTTP APIs: routes with integrations, served in stages.

mod api;
mod data_plane;
mod deployment;
mod http_api;
mod integration;
mod stage;

pub(crate) use api::Json;
pub(crate) use api::table;
pub(crate) use data_plane::{invoke, source_arn};
pub(crate) use http_api::Api;
