//! The tree of a REST API's resources: how it grows, and what it refuses.

use super::{
    resource::{Method, NewMethod, Resource, no_method, no_resource},
    rest_api::RestApi,
};
use crate::protocol::{ApiResult, Exception};

impl RestApi {
    pub(crate) fn resource(&self, id: &str) -> ApiResult<&Resource> {
        self.resources.get(id).ok_or_else(no_resource)
    }

    pub(crate) fn method_mut(&mut self, resource: &str, method: &str) -> ApiResult<&mut Method> {
        let resource = self.resources.get_mut(resource).ok_or_else(no_resource)?;
        resource.methods.get_mut(method).ok_or_else(no_method)
    }

    pub(crate) fn add_resource(&mut self, parent: &str, part: String) -> ApiResult<&Resource> {
        check_path_part(&part)?;
        let above = self.resource(parent)?;
        let path = format!("{}/{part}", above.path.trim_end_matches('/'));
        if above.path.ends_with("+}") {
            return Err(Exception::gateway_bad_request(format!(
                "Cannot create a child of a resource with a greedy path variable: {}",
                above.path
            )));
        }
        if self.resources.values().any(|other| other.path == path) {
            return Err(Exception::gateway_conflict(format!(
                "Another resource with the same parent already has this name: {part}"
            )));
        }
        let resource = Resource::new(Some((parent.to_owned(), part)), path);
        let entry = self.resources.entry(resource.id.clone());
        Ok(entry.or_insert(resource))
    }

    /// Removes a resource with everything below it.
    pub(crate) fn remove_resource(&mut self, id: &str) -> ApiResult<()> {
        let resource = self.resource(id)?;
        if resource.place.is_none() {
            return Err(Exception::gateway_bad_request(
                "Invalid Resource identifier specified: the root cannot be deleted",
            ));
        }
        let (path, below) = (resource.path.clone(), format!("{}/", resource.path));
        self.resources
            .retain(|_, other| other.path != path && !other.path.starts_with(&below));
        Ok(())
    }

    pub(crate) fn put_method(
        &mut self,
        resource: &str,
        method: &str,
        new: NewMethod,
    ) -> ApiResult<&Method> {
        const METHODS: [&str; 8] = [
            "ANY", "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS",
        ];
        if new.authorization_type != "NONE" || new.api_key_required {
            return Err(Exception::not_implemented(
                "authorization and API keys of methods",
            ));
        }
        if !METHODS.contains(&method) {
            return Err(Exception::gateway_bad_request(
                "Invalid HTTP method specified",
            ));
        }
        let resource = self.resources.get_mut(resource).ok_or_else(no_resource)?;
        if resource.methods.contains_key(method) {
            return Err(Exception::gateway_conflict(
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
    Err(Exception::gateway_bad_request(
        "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly \
         braces at the beginning and the end.",
    ))
}
