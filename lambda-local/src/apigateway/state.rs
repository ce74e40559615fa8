//! API Gateway: its two kinds of APIs, in front of functions.

use std::{io, sync::Arc};

use anyhow::Result;
use axum::{Router, extract::Request, response::Response};
use http::StatusCode;

use super::{endpoint::endpoint, http::HttpApis, rest::RestApis};
use crate::{
    changed::Changed,
    lambda::{Function, Lambda, function_url},
    payload::{Connection, head_is_too_large, message},
    protocol::{Operation, escaped},
    store::Store,
};

#[derive(Debug)]
pub(crate) struct Gateway {
    lambda: Arc<Lambda>,
    http: Arc<HttpApis>,
    rest: Arc<RestApis>,
}

impl Gateway {
    pub(crate) fn new(lambda: Arc<Lambda>, changed: Arc<Changed>) -> Self {
        Self {
            http: Arc::new(HttpApis::new(lambda.clone(), changed.clone())),
            rest: Arc::new(RestApis::new(lambda.clone(), changed)),
            lambda,
        }
    }

    /// Takes in what was kept.
    pub(crate) fn restore(&self, store: &Store) -> Result<()> {
        self.http.by_id.restore(store, |api| &api.id)?;
        self.rest.by_id.restore(store, |api| &api.id)
    }

    /// An API as it is kept; `None` if it is not there.
    pub(crate) fn encoded_http_api(&self, id: &str) -> Option<io::Result<Vec<u8>>> {
        self.http.by_id.encoded(id)
    }

    /// See [`Self::encoded_http_api`].
    pub(crate) fn encoded_rest_api(&self, id: &str) -> Option<io::Result<Vec<u8>>> {
        self.rest.by_id.encoded(id)
    }

    /// Answers a request to the API `id`. `path` is the path as the API's client means it, with
    /// the stage in front where one is named.
    pub(crate) async fn execute(
        &self,
        id: &str,
        path: &str,
        request: Request,
        connection: &Connection,
    ) -> Response {
        if head_is_too_large(&request) {
            let status = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
            return message(status, "Request Header Fields Too Large");
        }
        match self.rest.by_id.get(id) {
            Some(api) => self.rest.execute(&api, path, request, connection).await,
            None => self.http.execute(id, path, request, connection).await,
        }
    }

    /// The calls of both, which bring their own states.
    pub(crate) fn routes<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        let http = super::http::table().into_router();
        let rest = super::rest::table().into_router();
        http.with_state(self.http.clone())
            .merge(rest.with_state(self.rest.clone()))
    }

    /// The APIs and URLs that lead to this function or an alias of it: what each is, and its address.
    pub(crate) fn ways_to(&self, function: &Function) -> Vec<(String, String)> {
        let name = &function.latest.function;
        let mut ways = Vec::new();
        for api in self.http.by_id.all() {
            let address = endpoint(&self.lambda, &api.id);
            for stage in api.stages_to(name, &self.lambda.place) {
                let address = match stage {
                    "$default" => address.clone(),
                    _ => format!("{address}/{stage}"),
                };
                ways.push((format!("HTTP API {}", escaped(&api.name)), address));
            }
        }
        for api in self.rest.by_id.all() {
            for stage in api.stages_to(name, &self.lambda.place) {
                let address = format!("{}/{stage}", endpoint(&self.lambda, &api.id));
                ways.push((format!("REST API {}", escaped(&api.name)), address));
            }
        }
        for (qualifier, url) in function.urls() {
            let of = qualifier.map_or(String::new(), |qualifier| format!(" of {qualifier}"));
            let address = function_url(&self.lambda.address, &url.id);
            ways.push((format!("Function URL{of}"), address));
        }
        ways
    }
}

/// The operations that are here.
pub(crate) fn operations() -> Vec<Operation> {
    let (http, rest) = (super::http::table(), super::rest::table());
    [http.operations(), rest.operations()].concat()
}
