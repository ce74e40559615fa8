//! The tree of resources.

use axum::{
    Json as Answer,
    extract::{Path, Query, State},
};
use http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use super::answer::{Created, Paging, Shared, created};
use crate::{
    apigateway::{body::Json, rest::rest_api::RestApi},
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
    State(apis): Shared,
    Path(api): Path<String>,
    Query(query): Query<EmbedQuery>,
    Query(paging): Query<Paging>,
) -> ApiResult<Answer<Value>> {
    let api = apis.api(&api)?;
    let resources = api.resources.values();
    paging.item(resources.map(|resource| resource.describe(query.methods())))
}

pub(crate) async fn get(
    State(apis): Shared,
    Path((api, id)): Path<(String, String)>,
    Query(query): Query<EmbedQuery>,
) -> ApiResult<Answer<Value>> {
    let api = apis.api(&api)?;
    Ok(Answer(api.resource(&id)?.describe(query.methods())))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewResource {
    path_part: String,
}

pub(crate) async fn create(
    State(apis): Shared,
    Path((api, parent)): Path<(String, String)>,
    Json(new): Json<NewResource>,
) -> Created {
    let add = |api: &mut RestApi| Ok(api.add_resource(&parent, new.path_part)?.describe(false));
    created(apis.change(&api, add)?)
}

pub(crate) async fn delete(
    State(apis): Shared,
    Path((api, id)): Path<(String, String)>,
) -> ApiResult<StatusCode> {
    apis.change(&api, |api| api.remove_resource(&id))?;
    Ok(StatusCode::ACCEPTED)
}
