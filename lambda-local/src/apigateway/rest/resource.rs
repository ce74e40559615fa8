//! The tree of an API's resources, and their methods.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::integration::Integration;
use crate::{apigateway::id::new_id, protocol::Exception};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Resource {
    pub(crate) id: String,
    /// Its parent's id and its own part of the path; the root has neither.
    pub(crate) place: Option<(String, String)>,
    /// Such as `/pets/{id}`.
    pub(crate) path: String,
    pub(crate) methods: BTreeMap<String, Method>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Method {
    pub(crate) http_method: String,
    pub(super) authorization_type: String,
    pub(super) api_key_required: bool,
    #[serde(rename = "methodIntegration", skip_serializing_if = "Option::is_none")]
    pub(crate) integration: Option<Integration>,
}

/// `PutMethod`'s body.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewMethod {
    pub(super) authorization_type: String,
    #[serde(default)]
    pub(super) api_key_required: bool,
}

impl Resource {
    pub(crate) fn new(place: Option<(String, String)>, path: String) -> Self {
        Self {
            id: new_id(),
            place,
            path,
            methods: BTreeMap::new(),
        }
    }

    /// With `embed=methods` the methods are shown whole, otherwise by name.
    pub(crate) fn describe(&self, whole: bool) -> Value {
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

pub(crate) fn no_resource() -> Exception {
    Exception::gateway_not_found("Invalid Resource identifier specified")
}

pub(crate) fn no_method() -> Exception {
    Exception::gateway_not_found("Invalid Method identifier specified")
}
