//! The tree of resources.

use axum::{
    Json as Answer,
    extract::{Path, Query, State},
};
use http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use super::operations::{Created, Shared, created, item};
use crate::{
    apigateway::{http::Json, rest::rest_api::RestApi},
    protocol::ApiResult,
};

#[derive(Deserialize)]
pub(crate) struct EmbedQuery {
    embed: Option<String>,
}

impl EmbedQuery {
    fn methods(&self) -> bool {
        self.embed.as_deref() == Some("methods")
    }
}

pub(crate) async fn list(
    State(gateway): Shared,
    Path(api): Path<String>,
    Query(query): Query<EmbedQuery>,
) -> ApiResult<Answer<Value>> {
    let api = gateway.rest_api(&api)?;
    let resources = api.resources.values();
    Ok(item(
        resources.map(|resource| resource.describe(query.methods())),
    ))
}

pub(crate) async fn get(
    State(gateway): Shared,
    Path((api, id)): Path<(String, String)>,
    Query(query): Query<EmbedQuery>,
) -> ApiResult<Answer<Value>> {
    let api = gateway.rest_api(&api)?;
    Ok(Answer(api.resource(&id)?.describe(query.methods())))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewResource {
    path_part: String,
}

pub(crate) async fn create(
    State(gateway): Shared,
    Path((api, parent)): Path<(String, String)>,
    Json(new): Json<NewResource>,
) -> Created {
    let add = |api: &mut RestApi| Ok(api.add_resource(&parent, new.path_part)?.describe(false));
    created(gateway.change_rest_api(&api, add)?)
}

pub(crate) async fn delete(
    State(gateway): Shared,
    Path((api, id)): Path<(String, String)>,
) -> ApiResult<StatusCode> {
    gateway.change_rest_api(&api, |api| api.remove_resource(&id))?;
    Ok(StatusCode::ACCEPTED)
}
