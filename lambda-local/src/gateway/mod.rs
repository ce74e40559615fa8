//! API Gateway: HTTP APIs in front of functions.

mod api;
mod control;
mod data_plane;
mod event;
mod event_1;
mod function_url;
mod integration;
mod response;
mod rest;
mod route_key;

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::Result;
use api::Api;
use axum::Router;
pub(crate) use data_plane::Connection;
use rest::RestApi;

use crate::{
    error::{ApiError, ApiResult},
    lambda::Lambda,
    store::{Kind, Store, encoded},
};

/// The path under which APIs are reached: `/_aws/execute-api/{api-id}/…`.
pub(crate) const EXECUTE_API: &str = "/_aws/execute-api/";
/// The host name under which they are reached: `{api-id}.execute-api.localhost`.
pub(crate) const EXECUTE_API_HOST: &str = ".execute-api.localhost";
/// The host name under which function URLs are reached: `{url-id}.lambda-url.localhost`.
pub(crate) const LAMBDA_URL_HOST: &str = ".lambda-url.localhost";

#[derive(Debug)]
pub(crate) struct Gateway {
    pub(crate) lambda: Arc<Lambda>,
    apis: Mutex<BTreeMap<String, Arc<Api>>>,
    rest_apis: Mutex<BTreeMap<String, Arc<RestApi>>>,
}

impl Gateway {
    pub(crate) fn new(lambda: Arc<Lambda>) -> Self {
        Self {
            lambda,
            apis: Mutex::default(),
            rest_apis: Mutex::default(),
        }
    }

    /// Takes in what was kept.
    pub(crate) fn restore(&self, store: &Store) -> Result<()> {
        let apis: Vec<Api> = store.load(Kind::HttpApi)?;
        let apis = apis.into_iter().map(|api| (api.id.clone(), Arc::new(api)));
        self.apis().extend(apis);
        let apis: Vec<RestApi> = store.load(Kind::RestApi)?;
        let apis = apis.into_iter().map(|api| (api.id.clone(), Arc::new(api)));
        self.rest_apis().extend(apis);
        Ok(())
    }

    /// An API as it is kept; `None` if it is not there.
    pub(crate) fn encoded_http_api(&self, id: &str) -> Option<io::Result<Vec<u8>>> {
        self.apis().get(id).map(|api| encoded(api.as_ref()))
    }

    /// See [`Self::encoded_http_api`].
    pub(crate) fn encoded_rest_api(&self, id: &str) -> Option<io::Result<Vec<u8>>> {
        self.rest_apis().get(id).map(|api| encoded(api.as_ref()))
    }

    fn add_api(&self, api: Api) {
        self.lambda.changed.mark(Kind::HttpApi, &api.id);
        self.apis().insert(api.id.clone(), Arc::new(api));
    }

    fn remove_api(&self, id: &str) -> ApiResult<()> {
        self.api(id)?;
        self.lambda.changed.mark(Kind::HttpApi, id);
        self.apis().remove(id);
        Ok(())
    }

    fn add_rest_api(&self, api: RestApi) {
        self.lambda.changed.mark(Kind::RestApi, &api.id);
        self.rest_apis().insert(api.id.clone(), Arc::new(api));
    }

    fn remove_rest_api(&self, id: &str) -> ApiResult<()> {
        self.rest_api(id)?;
        self.lambda.changed.mark(Kind::RestApi, id);
        self.rest_apis().remove(id);
        Ok(())
    }

    fn apis(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Api>>> {
        self.apis.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn api(&self, id: &str) -> ApiResult<Arc<Api>> {
        let missing =
            || ApiError::gateway_not_found(format!("Invalid API identifier specified {id}"));
        self.apis().get(id).cloned().ok_or_else(missing)
    }

    /// Changes an API; requests under way go on with what they found.
    fn change<T>(&self, id: &str, change: impl FnOnce(&mut Api) -> ApiResult<T>) -> ApiResult<T> {
        let mut apis = self.apis();
        let missing =
            || ApiError::gateway_not_found(format!("Invalid API identifier specified {id}"));
        let current = apis.get_mut(id).ok_or_else(missing)?;
        self.lambda.changed.mark(Kind::HttpApi, id);
        change(Arc::make_mut(current))
    }

    fn rest_apis(&self) -> MutexGuard<'_, BTreeMap<String, Arc<RestApi>>> {
        self.rest_apis
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn rest_api(&self, id: &str) -> ApiResult<Arc<RestApi>> {
        let found = self.rest_apis().get(id).cloned();
        found.ok_or_else(|| self.no_rest_api(id))
    }

    fn change_rest_api<T>(
        &self,
        id: &str,
        change: impl FnOnce(&mut RestApi) -> ApiResult<T>,
    ) -> ApiResult<T> {
        let mut apis = self.rest_apis();
        let current = apis.get_mut(id).ok_or_else(|| self.no_rest_api(id))?;
        self.lambda.changed.mark(Kind::RestApi, id);
        change(Arc::make_mut(current))
    }

    fn no_rest_api(&self, id: &str) -> ApiError {
        let account = &self.lambda.place.account;
        ApiError::gateway_not_found(format!("Invalid API identifier specified {account}:{id}"))
    }

    fn endpoint(&self, id: &str) -> String {
        format!("{}{EXECUTE_API}{id}", self.lambda.address)
    }
}

pub(crate) fn routes() -> Router<Arc<Gateway>> {
    control::routes().merge(rest::routes())
}

/// Now, in seconds since 1970.
fn now_seconds() -> u64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH);
    elapsed.unwrap_or_default().as_secs()
}

/// Ten lower-case letters and digits, as API Gateway's own ids.
fn new_id() -> String {
    const ALPHABET: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    (0..10)
        .map(|_| char::from(ALPHABET[fastrand::usize(..ALPHABET.len())]))
        .collect()
}
