//! REST APIs: a tree of resources with methods, each integrated with a function. What clients
//! reach is a stage, which serves the resources as they were when they were deployed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{deployment::Deployment, integration::Patch, resource::Resource, stage::Stage};
use crate::{
    apigateway::id::new_id,
    clock,
    protocol::{ApiResult, Exception},
};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct RestApi {
    pub(crate) id: String,
    pub(crate) name: String,
    description: Option<String>,
    tags: BTreeMap<String, String>,
    created: u64,
    pub(super) binary_media_types: Vec<String>,
    pub(super) resources: BTreeMap<String, Resource>,
    pub(super) deployments: BTreeMap<String, Deployment>,
    pub(super) stages: BTreeMap<String, Stage>,
}

/// `CreateRestApi`'s body.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NewRestApi {
    name: String,
    description: Option<String>,
    #[serde(default)]
    tags: BTreeMap<String, String>,
    #[serde(default)]
    binary_media_types: Vec<String>,
    policy: Option<String>,
    clone_from: Option<String>,
}

impl RestApi {
    pub(super) fn new(new: NewRestApi) -> ApiResult<Self> {
        if new.policy.is_some() {
            return Err(Exception::not_implemented("policies of REST APIs"));
        }
        if new.clone_from.is_some() {
            return Err(Exception::not_implemented("cloneFrom of REST APIs"));
        }
        let root = Resource::new(None, "/".to_owned());
        Ok(Self {
            id: new_id(),
            name: new.name,
            description: new.description,
            tags: new.tags,
            created: clock::seconds(),
            binary_media_types: new.binary_media_types,
            resources: BTreeMap::from([(root.id.clone(), root)]),
            deployments: BTreeMap::new(),
            stages: BTreeMap::new(),
        })
    }

    pub(super) fn patch(&mut self, patches: &[Patch]) -> ApiResult<Value> {
        let mut changed = self.clone();
        for patch in patches {
            let value = patch.value.clone();
            let kind = patch.path.strip_prefix("/binaryMediaTypes/");
            let kind = kind.map(|kind| kind.replace("~1", "/"));
            match (patch.op.as_str(), patch.path.as_str(), kind) {
                ("replace", "/name", _) => changed.name = value,
                ("replace", "/description", _) => changed.description = Some(value),
                ("add", _, Some(kind)) => changed.binary_media_types.push(kind),
                ("remove", _, Some(kind)) => changed.binary_media_types.retain(|own| *own != kind),
                _ => return Err(patch.refused("REST APIs")),
            }
        }
        *self = changed;
        Ok(self.describe())
    }

    pub(super) fn describe(&self) -> Value {
        let root = self.resources.values().find(|r| r.place.is_none());
        let mut shown = json!({
            "id": self.id,
            "name": self.name,
            "createdDate": self.created,
            "apiKeySource": "HEADER",
            "endpointConfiguration": { "types": ["REGIONAL"] },
            "tags": self.tags,
            "disableExecuteApiEndpoint": false,
            "rootResourceId": root.map(|root| &root.id),
        });
        if let Some(description) = &self.description {
            shown["description"] = json!(description);
        }
        if !self.binary_media_types.is_empty() {
            shown["binaryMediaTypes"] = json!(self.binary_media_types);
        }
        shown
    }
}
