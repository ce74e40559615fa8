//! API Gateway: HTTP APIs in front of functions.

mod api;
mod control;
mod data_plane;
mod event;
mod integration;
mod response;
mod route_key;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use api::Api;
pub(crate) use control::routes;
pub(crate) use data_plane::Connection;

use crate::{
    error::{ApiError, ApiResult},
    lambda::Lambda,
};

/// The path under which APIs are reached: `/_aws/execute-api/{api-id}/…`.
pub(crate) const EXECUTE_API: &str = "/_aws/execute-api/";
/// The host name under which they are reached: `{api-id}.execute-api.localhost`.
pub(crate) const EXECUTE_API_HOST: &str = ".execute-api.localhost";

#[derive(Debug)]
pub(crate) struct Gateway {
    pub(crate) lambda: Arc<Lambda>,
    /// Where this server is reached, such as `http://127.0.0.1:4566`.
    address: String,
    apis: Mutex<BTreeMap<String, Arc<Api>>>,
}

impl Gateway {
    pub(crate) fn new(lambda: Arc<Lambda>, address: String) -> Self {
        Self {
            lambda,
            address,
            apis: Mutex::default(),
        }
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
        change(Arc::make_mut(current))
    }

    fn endpoint(&self, id: &str) -> String {
        format!("{}{EXECUTE_API}{id}", self.address)
    }
}

/// Ten lower-case letters and digits, as API Gateway's own ids.
fn new_id() -> String {
    const ALPHABET: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    (0..10)
        .map(|_| char::from(ALPHABET[fastrand::usize(..ALPHABET.len())]))
        .collect()
}
