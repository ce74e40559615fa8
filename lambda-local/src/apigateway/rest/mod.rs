//! REST APIs: a tree of resources with methods, each integrated with a function. What clients
//! reach is a stage, which serves the resources as they were when they were deployed.

mod api;
mod data_plane;
mod deployment;
mod execution_log;
mod integration;
mod resource;
mod resources;
mod rest_api;
mod stage;
mod stages;
mod state;
mod test_invoke;

pub(crate) use api::table;
pub(crate) use state::RestApis;
