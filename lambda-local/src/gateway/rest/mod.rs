//! REST APIs: a tree of resources with methods, each integrated with a function. What clients
//! reach is a stage, which serves the resources as they were when they were deployed.

mod control;
mod data_plane;
mod deployment;
mod integration;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub(super) use control::routes;
use deployment::{Deployment, Stage};
use integration::Integration;

use super::{new_id, now_seconds};
use crate::error::{ApiError, ApiResult};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct RestApi {
    pub(super) id: String,
    pub(super) name: String,
    description: Option<String>,
    tags: BTreeMap<String, String>,
    created: u64,
    binary_media_types: Vec<String>,
    resources: BTreeMap<String, Resource>,
    deployments: BTreeMap<String, Deployment>,
    stages: BTreeMap<String, Stage>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Resource {
    id: String,
    /// Its parent's id and its own part of the path; the root has neither.
    place: Option<(String, String)>,
    /// Such as `/pets/{id}`.
    path: String,
    methods: BTreeMap<String, Method>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Method {
    http_method: String,
    authorization_type: String,
    api_key_required: bool,
    #[serde(rename = "methodIntegration", skip_serializing_if = "Option::is_none")]
    integration: Option<Integration>,
}

/// `CreateRestApi`'s body.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NewRestApi {
    name: String,
    description: Option<String>,
    #[serde(default)]
    tags: BTreeMap<String, String>,
    #[serde(default)]
    binary_media_types: Vec<String>,
    policy: Option<String>,
    clone_from: Option<String>,
}

/// `PutMethod`'s body.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NewMethod {
    authorization_type: String,
    #[serde(default)]
    api_key_required: bool,
}

impl RestApi {
    fn new(new: NewRestApi) -> ApiResult<Self> {
        if new.policy.is_some() {
            return Err(ApiError::not_implemented("policies of REST APIs"));
        }
        if new.clone_from.is_some() {
            return Err(ApiError::not_implemented("cloneFrom of REST APIs"));
        }
        let root = Resource::new(None, "/".to_owned());
        Ok(Self {
            id: new_id(),
            name: new.name,
            description: new.description,
            tags: new.tags,
            created: now_seconds(),
            binary_media_types: new.binary_media_types,
            resources: BTreeMap::from([(root.id.clone(), root)]),
            deployments: BTreeMap::new(),
            stages: BTreeMap::new(),
        })
    }

    fn resource(&self, id: &str) -> ApiResult<&Resource> {
        self.resources.get(id).ok_or_else(no_resource)
    }

    fn method_mut(&mut self, resource: &str, method: &str) -> ApiResult<&mut Method> {
        let resource = self.resources.get_mut(resource).ok_or_else(no_resource)?;
        resource.methods.get_mut(method).ok_or_else(no_method)
    }

    fn add_resource(&mut self, parent: &str, part: String) -> ApiResult<&Resource> {
        check_path_part(&part)?;
        let above = self.resource(parent)?;
        let path = format!("{}/{part}", above.path.trim_end_matches('/'));
        if above.path.ends_with("+}") {
            return Err(ApiError::gateway_bad_request(format!(
                "Cannot create a child of a resource with a greedy path variable: {}",
                above.path
            )));
        }
        if self.resources.values().any(|other| other.path == path) {
            return Err(ApiError::gateway_conflict(format!(
                "Another resource with the same parent already has this name: {part}"
            )));
        }
        let resource = Resource::new(Some((parent.to_owned(), part)), path);
        let entry = self.resources.entry(resource.id.clone());
        Ok(entry.or_insert(resource))
    }

    /// Removes a resource with everything below it.
    fn remove_resource(&mut self, id: &str) -> ApiResult<()> {
        let resource = self.resource(id)?;
        if resource.place.is_none() {
            return Err(ApiError::gateway_bad_request(
                "Invalid Resource identifier specified: the root cannot be deleted",
            ));
        }
        let (path, below) = (resource.path.clone(), format!("{}/", resource.path));
        self.resources
            .retain(|_, other| other.path != path && !other.path.starts_with(&below));
        Ok(())
    }

    fn put_method(&mut self, resource: &str, method: &str, new: NewMethod) -> ApiResult<&Method> {
        const METHODS: [&str; 8] = [
            "ANY", "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS",
        ];
        if new.authorization_type != "NONE" || new.api_key_required {
            return Err(ApiError::not_implemented(
                "authorization and API keys of methods",
            ));
        }
        if !METHODS.contains(&method) {
            return Err(ApiError::gateway_bad_request(
                "Invalid HTTP method specified",
            ));
        }
        let resource = self.resources.get_mut(resource).ok_or_else(no_resource)?;
        if resource.methods.contains_key(method) {
            return Err(ApiError::gateway_conflict(
                "Method already exists for this resource",
            ));
        }
        let made = Method {
            http_method: method.to_owned(),
            authorization_type: new.authorization_type,
            api_key_required: false,
            integration: None,
        };
        Ok(resource.methods.entry(method.to_owned()).or_insert(made))
    }

    fn describe(&self) -> Value {
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

impl Resource {
    fn new(place: Option<(String, String)>, path: String) -> Self {
        Self {
            id: new_id(),
            place,
            path,
            methods: BTreeMap::new(),
        }
    }

    /// With `embed=methods` the methods are shown whole, otherwise by name.
    fn describe(&self, whole: bool) -> Value {
        let mut shown = json!({ "id": self.id, "path": self.path });
        if let Some((parent, part)) = &self.place {
            shown["parentId"] = json!(parent);
            shown["pathPart"] = json!(part);
        }
        for (name, method) in &self.methods {
            shown["resourceMethods"][name] = if whole { json!(method) } else { json!({}) };
        }
        shown
    }
}

fn check_path_part(part: &str) -> ApiResult<()> {
    let inner = part
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'));
    let word = match inner {
        Some(name) => name.strip_suffix('+').unwrap_or(name),
        None => part,
    };
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"._-:".contains(&b);
    if !word.is_empty() && word.bytes().all(allowed) {
        return Ok(());
    }
    Err(ApiError::gateway_bad_request(
        "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly \
         braces at the beginning and the end.",
    ))
}

fn no_resource() -> ApiError {
    ApiError::gateway_not_found("Invalid Resource identifier specified")
}

fn no_method() -> ApiError {
    ApiError::gateway_not_found("Invalid Method identifier specified")
}
