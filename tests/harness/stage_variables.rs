//! APIs whose stages name the alias by a variable.

use serde_json::{Value, json};

use super::Server;

pub(crate) const FUNCTION: &str = "arn:aws:lambda:us-east-1:000000000000:function:hello";
const BY_VARIABLE: &str =
    "arn:aws:lambda:us-east-1:000000000000:function:hello:${stageVariables.alias}";

/// An API that `create` made, and where API Gateway has it.
#[derive(Debug)]
pub(crate) struct ByVariable<'a> {
    server: &'a Server,
    pub(crate) id: String,
    at: String,
}

impl<'a> ByVariable<'a> {
    /// The HTTP API, whose one stage is `$default`.
    pub(crate) fn http(server: &'a Server) -> Self {
        let id = first(server, "/v2/apis", "items", "apiId");
        let at = format!("/v2/apis/{id}");
        let integrations = format!("{at}/integrations");
        let integration = first(server, &integrations, "items", "integrationId");
        let uri = json!({ "integrationUri": BY_VARIABLE });
        change(
            server,
            "PATCH",
            &format!("{integrations}/{integration}"),
            &uri,
        );
        Self { server, id, at }
    }

    /// The REST API, whose one stage is `prod`.
    pub(crate) fn rest(server: &'a Server) -> Self {
        let id = first(server, "/restapis", "item", "id");
        let at = format!("/restapis/{id}");
        let uri = format!(
            "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{BY_VARIABLE}/invocations"
        );
        let patch =
            json!({ "patchOperations": [{ "op": "replace", "path": "/uri", "value": uri }] });
        let found = server
            .request("GET", &format!("{at}/resources"), b"")
            .json();
        for resource in found["item"].as_array().unwrap() {
            let resource = resource["id"].as_str().unwrap();
            let path = format!("{at}/resources/{resource}/methods/ANY/integration");
            change(server, "PATCH", &path, &patch);
        }
        let api = Self { server, id, at };
        api.add("prod");
        api
    }

    fn is_rest(&self) -> bool {
        self.at.starts_with("/restapis")
    }

    /// A stage that serves all there is by now.
    pub(crate) fn add(&self, stage: &str) {
        let (path, body) = match self.is_rest() {
            true => ("deployments", json!({ "stageName": stage })),
            false => ("stages", json!({ "stageName": stage, "autoDeploy": true })),
        };
        change(self.server, "POST", &format!("{}/{path}", self.at), &body);
    }

    pub(crate) fn remove(&self, stage: &str) {
        let path = format!("{}/stages/{stage}", self.at);
        assert_eq!(self.server.request("DELETE", &path, b"").status, 204);
    }

    /// Lets a stage lead to this alias.
    pub(crate) fn set(&self, stage: &str, alias: &str) {
        let variables = match self.is_rest() {
            true => {
                let path = "/variables/alias";
                let patch = json!({ "op": "replace", "path": path, "value": alias });
                json!({ "patchOperations": [patch] })
            }
            false => json!({ "stageVariables": { "alias": alias, "log": "all,errors" } }),
        };
        let path = format!("{}/stages/{stage}", self.at);
        change(self.server, "PATCH", &path, &variables);
    }
}

fn first(server: &Server, path: &str, list: &str, member: &str) -> String {
    let found = server.request("GET", path, b"").json();
    found[list][0][member].as_str().unwrap().to_owned()
}

fn change(server: &Server, method: &str, path: &str, body: &Value) {
    let answer = server.request(method, path, body.to_string().as_bytes());
    assert!(answer.status < 300, "{path}: {}", answer.text());
}
