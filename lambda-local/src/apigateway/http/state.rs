//! The HTTP APIs, and the functions that they are in front of.

use std::sync::Arc;

use super::http_api::Api;
use crate::{
    apigateway::{apis::Apis, endpoint::endpoint},
    changed::{Changed, Kind},
    lambda::Lambda,
    protocol::{ApiResult, Exception},
};

#[derive(Debug)]
pub(crate) struct HttpApis {
    pub(super) lambda: Arc<Lambda>,
    pub(crate) by_id: Apis<Api>,
}

impl HttpApis {
    pub(crate) fn new(lambda: Arc<Lambda>, changed: Arc<Changed>) -> Self {
        Self {
            lambda,
            by_id: Apis::new(Kind::HttpApi, changed),
        }
    }

    pub(super) fn api(&self, id: &str) -> ApiResult<Arc<Api>> {
        self.by_id.get(id).ok_or_else(|| no_api(id))
    }

    pub(super) fn change<T>(
        &self,
        id: &str,
        change: impl FnOnce(&mut Api) -> ApiResult<T>,
    ) -> ApiResult<T> {
        let changed = self.by_id.change(id, change);
        changed.ok_or_else(|| no_api(id))?
    }

    pub(super) fn endpoint(&self, id: &str) -> String {
        endpoint(&self.lambda, id)
    }
}

pub(super) fn no_api(id: &str) -> Exception {
    Exception::gateway_not_found(format!("Invalid API identifier specified {id}"))
}
