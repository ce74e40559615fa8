//! The REST APIs, and the functions that they are in front of.

use std::sync::Arc;

use super::rest_api::RestApi;
use crate::{
    apigateway::apis::Apis,
    changed::{Changed, Kind},
    lambda::Lambda,
    protocol::{ApiResult, Exception},
};

#[derive(Debug)]
pub(crate) struct RestApis {
    pub(super) lambda: Arc<Lambda>,
    pub(crate) by_id: Apis<RestApi>,
}

impl RestApis {
    pub(crate) fn new(lambda: Arc<Lambda>, changed: Arc<Changed>) -> Self {
        Self {
            lambda,
            by_id: Apis::new(Kind::RestApi, changed),
        }
    }

    pub(super) fn api(&self, id: &str) -> ApiResult<Arc<RestApi>> {
        self.by_id.get(id).ok_or_else(|| self.missing(id))
    }

    pub(super) fn change<T>(
        &self,
        id: &str,
        change: impl FnOnce(&mut RestApi) -> ApiResult<T>,
    ) -> ApiResult<T> {
        let changed = self.by_id.change(id, change);
        changed.ok_or_else(|| self.missing(id))?
    }

    pub(super) fn missing(&self, id: &str) -> Exception {
        let account = &self.lambda.place.account;
        Exception::gateway_not_found(format!("Invalid API identifier specified {account}:{id}"))
    }
}
