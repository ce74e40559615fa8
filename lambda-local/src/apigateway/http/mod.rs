//! HTTP APIs: routes with integrations, served in stages.

mod api;
mod data_plane;
mod deployment;
mod http_api;
mod integration;
mod route;
mod stage;
mod stages;
mod state;

pub(crate) use api::table;
pub(crate) use state::HttpApis;
