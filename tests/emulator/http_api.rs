//! An HTTP API is changed while it is used.

use serde_json::{Value, json};

use crate::harness::{Answer, Server};

struct Api {
    server: Server,
    path: String,
    url: String,
}

impl Api {
    fn new() -> Self {
        let server = Server::with_blue();
        let apis = server.request("GET", "/v2/apis", b"").json();
        let path = format!("/v2/apis/{}", apis["items"][0]["apiId"].as_str().unwrap());
        let url = server.api_url();
        Self { server, path, url }
    }

    fn call(&self, method: &str, rest: &str, body: &Value) -> Answer {
        let body = body.to_string();
        let path = format!("{}{rest}", self.path);
        self.server.request(method, &path, body.as_bytes())
    }

    fn status(&self, path: &str) -> u16 {
        self.server
            .request("GET", &format!("{}{path}", self.url), b"")
            .status
    }

    fn route(&self) -> String {
        let routes = self.call("GET", "/routes", &Value::Null).json();
        let id = routes["items"][0]["routeId"].as_str().unwrap();
        format!("/routes/{id}")
    }
}

#[test]
fn a_route_can_be_given_another_key_and_no_integration_that_is_not_there() {
    let api = Api::new();
    let route = api.route();
    let changed = api
        .call("PATCH", &route, &json!({ "routeKey": "GET /pets" }))
        .json();
    assert_eq!(changed["routeKey"], "GET /pets");
    assert_eq!((api.status("/pets"), api.status("/")), (200, 404));
    let missing = json!({ "target": "integrations/nobody" });
    assert_eq!(api.call("PATCH", &route, &missing).status, 400);
    assert_eq!(api.call("PATCH", "/routes/nobody", &json!({})).status, 404);
}

#[test]
fn a_stage_without_automatic_deployment_serves_what_was_deployed() {
    let api = Api::new();
    let stage = json!({ "stageName": "v1" });
    assert_eq!(api.call("POST", "/stages", &stage).status, 201);
    assert_eq!(api.status("/v1/"), 404);
    let deployed = api.call("POST", "/deployments", &json!({ "stageName": "v1" }));
    assert_eq!(deployed.status, 201, "{}", deployed.text());
    let id = deployed.json()["deploymentId"].clone();
    assert_eq!(api.status("/v1/"), 200);
    api.call("PATCH", &api.route(), &json!({ "routeKey": "GET /pets" }));
    assert_eq!((api.status("/v1/"), api.status("/")), (200, 404));
    let automatic = json!({ "autoDeploy": true });
    api.call("PATCH", "/stages/v1", &automatic);
    assert_eq!(api.status("/v1/"), 404);
    let back = json!({ "autoDeploy": false, "deploymentId": id });
    assert_eq!(
        api.call("PATCH", "/stages/v1", &back).json()["deploymentId"],
        id
    );
    assert_eq!(api.status("/v1/"), 200);
    let listed = api.call("GET", "/deployments", &Value::Null).json();
    assert_eq!(listed["items"][0]["deploymentId"], id);
    let refused = api.call("POST", "/deployments", &json!({ "stageName": "$default" }));
    assert_eq!(refused.status, 400);
}

#[test]
fn an_api_keeps_what_an_update_does_not_name() {
    let api = Api::new();
    let changed = api.call("PATCH", "", &json!({ "description": "d" })).json();
    assert_eq!(
        (&changed["name"], &changed["description"]),
        (&json!("hello-live"), &json!("d"))
    );
    let changed = api.call("PATCH", "", &json!({ "name": "n" })).json();
    assert_eq!(
        (&changed["name"], &changed["description"]),
        (&json!("n"), &json!("d"))
    );
}
