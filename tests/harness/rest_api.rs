//! A REST API in front of an alias, as the console's walk makes it: resource, method, integration,
//! deployment, stage.

use serde_json::{Value, json};

use super::{Answer, Server};

const ALIAS_ARN: &str = "arn:aws:lambda:us-east-1:000000000000:function:f:live";

/// A call that makes something.
pub(crate) fn make(server: &Server, method: &str, path: &str, body: &Value) -> Value {
    let answer = server.request(method, path, body.to_string().as_bytes());
    assert_eq!(answer.status, 201, "{path}: {}", answer.text());
    answer.json()
}

/// An API with `ANY /` and `GET /pets/{id}`, deployed as stage `prod`.
pub(crate) struct RestApi<'a> {
    pub(crate) server: &'a Server,
    pub(crate) id: String,
    pub(crate) root: String,
}

impl<'a> RestApi<'a> {
    pub(crate) fn new(server: &'a Server, settings: &Value) -> Self {
        let mut new = json!({ "name": "f" });
        for (name, value) in settings.as_object().into_iter().flatten() {
            new[name] = value.clone();
        }
        let api = make(server, "POST", "/restapis", &new);
        let text = |member: &str| api[member].as_str().unwrap().to_owned();
        let api = Self {
            server,
            id: text("id"),
            root: text("rootResourceId"),
        };
        api.integrate(&api.root, "ANY", "POST");
        let pets = api.resource(&api.root, "pets");
        api.integrate(&api.resource(&pets, "{id}"), "GET", "POST");
        api.deploy();
        api
    }

    pub(crate) fn path(&self, rest: &str) -> String {
        format!("/restapis/{}{rest}", self.id)
    }

    pub(crate) fn resource(&self, parent: &str, part: &str) -> String {
        let path = self.path(&format!("/resources/{parent}"));
        let made = make(self.server, "POST", &path, &json!({ "pathPart": part }));
        made["id"].as_str().unwrap().to_owned()
    }

    pub(crate) fn integrate(&self, resource: &str, method: &str, by: &str) {
        self.integrate_with(resource, method, by, ALIAS_ARN);
    }

    pub(crate) fn integrate_with(&self, resource: &str, method: &str, by: &str, function: &str) {
        let path = self.path(&format!("/resources/{resource}/methods/{method}"));
        let open = json!({ "authorizationType": "NONE" });
        make(self.server, "PUT", &path, &open);
        let uri = format!(
            "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{function}/invocations"
        );
        let integration = json!({ "type": "AWS_PROXY", "httpMethod": by, "uri": uri });
        let path = format!("{path}/integration");
        make(self.server, "PUT", &path, &integration);
    }

    pub(crate) fn deploy(&self) {
        let prod = json!({ "stageName": "prod" });
        make(self.server, "POST", &self.path("/deployments"), &prod);
    }

    pub(crate) fn permit(&self, source: &str) {
        let statement = json!({
            "StatementId": "api",
            "Action": "lambda:InvokeFunction",
            "Principal": "apigateway.amazonaws.com",
            "SourceArn": format!("arn:aws:execute-api:us-east-1:000000000000:{}/{source}", self.id),
        });
        let path = "/f/policy?Qualifier=live";
        let added = self.server.lambda("POST", path, &statement);
        assert_eq!(added.status, 201, "{}", added.text());
    }

    pub(crate) fn call(&self, path: &str) -> Answer {
        let path = format!("/_aws/execute-api/{}{path}", self.id);
        self.server.request("GET", &path, b"")
    }
}

/// A function that answers with its event in a body, and alias `live`.
pub(crate) fn echoing(echo: &str) -> Server {
    let server = Server::start();
    let echo = json!({ "Environment": { "Variables": { "ECHO": echo } } });
    server.create_misbehaving("f", &echo);
    server.lambda("POST", "/f/versions", &Value::Null);
    let alias = json!({ "Name": "live", "FunctionVersion": "1" });
    server.lambda("POST", "/f/aliases", &alias);
    server
}
