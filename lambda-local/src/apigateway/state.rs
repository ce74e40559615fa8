//! API Gateway: HTTP APIs in front of functions.

use std::{io, sync::Arc};

use super::{apis::Apis, http::Api, rest::RestApi};
use crate::{
    lambda::{Function, Lambda, function_url},
    protocol::{ApiResult, Exception, Operation, escaped},
    store::{Changed, Kind, Store},
};
use anyhow::Result;
use axum::Router;

/// The path under which APIs are reached: `/_aws/execute-api/{api-id}/…`.
pub(crate) const EXECUTE_API: &str = "/_aws/execute-api/";
/// The host name under which they are reached: `{api-id}.execute-api.localhost`.
pub(crate) const EXECUTE_API_HOST: &str = ".execute-api.localhost";

#[derive(Debug)]
pub(crate) struct Gateway {
    pub(crate) lambda: Arc<Lambda>,
    pub(super) http_apis: Apis<Api>,
    pub(super) rest_apis: Apis<RestApi>,
}

impl Gateway {
    pub(crate) fn new(lambda: Arc<Lambda>, changed: Arc<Changed>) -> Self {
        Self {
            http_apis: Apis::new(Kind::HttpApi, changed.clone()),
            rest_apis: Apis::new(Kind::RestApi, changed),
            lambda,
        }
    }

    /// Takes in what was kept.
    pub(crate) fn restore(&self, store: &Store) -> Result<()> {
        self.http_apis.restore(store, |api| &api.id)?;
        self.rest_apis.restore(store, |api| &api.id)
    }

    /// An API as it is kept; `None` if it is not there.
    pub(crate) fn encoded_http_api(&self, id: &str) -> Option<io::Result<Vec<u8>>> {
        self.http_apis.encoded(id)
    }

    /// See [`Self::encoded_http_api`].
    pub(crate) fn encoded_rest_api(&self, id: &str) -> Option<io::Result<Vec<u8>>> {
        self.rest_apis.encoded(id)
    }

    pub(super) fn api(&self, id: &str) -> ApiResult<Arc<Api>> {
        self.http_apis.get(id).ok_or_else(|| no_api(id))
    }

    pub(super) fn change<T>(
        &self,
        id: &str,
        change: impl FnOnce(&mut Api) -> ApiResult<T>,
    ) -> ApiResult<T> {
        let changed = self.http_apis.change(id, change);
        changed.ok_or_else(|| no_api(id))?
    }

    pub(super) fn rest_api(&self, id: &str) -> ApiResult<Arc<RestApi>> {
        self.rest_apis.get(id).ok_or_else(|| self.no_rest_api(id))
    }

    pub(super) fn change_rest_api<T>(
        &self,
        id: &str,
        change: impl FnOnce(&mut RestApi) -> ApiResult<T>,
    ) -> ApiResult<T> {
        let changed = self.rest_apis.change(id, change);
        changed.ok_or_else(|| self.no_rest_api(id))?
    }

    pub(super) fn no_rest_api(&self, id: &str) -> Exception {
        let account = &self.lambda.place.account;
        Exception::gateway_not_found(format!("Invalid API identifier specified {account}:{id}"))
    }

    /// The APIs and URLs that lead to this function or an alias of it: what each is, and its address.
    pub(crate) fn ways_to(&self, function: &Function) -> Vec<(String, String)> {
        let name = &function.latest.function;
        let mut ways = Vec::new();
        for api in self.http_apis.all() {
            let address = self.endpoint(&api.id);
            for stage in api.stages_to(name, &self.lambda.place) {
                let address = match stage {
                    "$default" => address.clone(),
                    _ => format!("{address}/{stage}"),
                };
                ways.push((format!("HTTP API {}", escaped(&api.name)), address));
            }
        }
        for api in self.rest_apis.all() {
            for stage in api.stages_to(name, &self.lambda.place) {
                let address = format!("{}/{stage}", self.endpoint(&api.id));
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

    pub(super) fn endpoint(&self, id: &str) -> String {
        format!("{}{EXECUTE_API}{id}", self.lambda.address)
    }
}

pub(super) fn no_api(id: &str) -> Exception {
    Exception::gateway_not_found(format!("Invalid API identifier specified {id}"))
}

pub(crate) fn routes() -> Router<Arc<Gateway>> {
    let http_apis = super::http::table().into_router();
    http_apis.merge(super::rest::table().into_router())
}

/// Ten lower-case letters and digits, as API Gateway's own ids.
pub(super) fn new_id() -> String {
    const ALPHABET: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    (0..10)
        .map(|_| char::from(ALPHABET[fastrand::usize(..ALPHABET.len())]))
        .collect()
}

/// The operations that are here.
pub(crate) fn operations() -> Vec<Operation> {
    let (http_apis, rest_apis) = (super::http::table(), super::rest::table());
    [http_apis.operations(), rest_apis.operations()].concat()
}
