//! The API in front of the alias where it is not the plain one: stages that name their alias by a
//! variable, more than a page of everything, and one that `create` did not get to an end with.

use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;

use crate::harness::{
    ByVariable, FUNCTION, Fate, Finished, Proxy, Server, path, program, rest_api::make, rollout,
    says,
};

fn created(api: &str) -> Server {
    let server = Server::with(&[]);
    let create = ["create", "--api", api, "--binary", &path("blue")];
    server.bluegreen(&create).succeeds();
    server.publish("green");
    server
}

/// Stage `prod` is at `live` and `dev` at another alias; which it is stands in their variables.
#[track_caller]
fn is_judged_by_stage(server: &Server, kind: &str, api: &ByVariable<'_>, mend: &str) {
    api.add("dev");
    api.set("prod", "live");
    api.set("dev", "dev");
    let found = server.bluegreen(&["doctor"]).exits(0);
    let id = &api.id;
    let prod = format!("stage prod of {id} leads to the alias and may invoke it");
    let dev = format!("stage dev of {id} leads to {FUNCTION}:dev");
    says(&found, &[&prod, &dev]);
    let again = server.bluegreen(&["create", "--api", kind]).succeeds();
    says(&again, &["nothing was changed"]);
    let release = rollout(&["--strategy", "canary:10%/1m"]);
    let dry = server.bluegreen(&[&release[..], &["--dry-run"]].concat());
    says(&dry.succeeds(), &["nothing was written"]);
    api.set("prod", "old");
    let what = format!("{id} leads to {FUNCTION}:");
    let refused = server.bluegreen(&release);
    refused.fails_with(1, &[&what, "not to the alias", mend]);
}

#[test]
fn each_stage_of_an_http_api_leads_where_its_variables_say() {
    let server = created("http");
    let api = ByVariable::http(&server);
    api.remove("$default");
    api.add("prod");
    let mend = format!(
        r#"update-stage --api-id {} --stage-name dev --stage-variables '{{"alias":"live","log":"all,errors"}}'"#,
        api.id
    );
    is_judged_by_stage(&server, "http", &api, &mend);
}

#[test]
fn each_stage_of_a_rest_api_leads_where_its_variables_say() {
    let server = created("rest");
    let api = ByVariable::rest(&server);
    let mend = format!(
        "update-stage --rest-api-id {} --stage-name dev --patch-operations \
         op=replace,path=/variables/alias,value=live",
        api.id
    );
    is_judged_by_stage(&server, "rest", &api, &mend);
}

/// Ours is the last of each.
#[test]
fn what_stands_on_a_second_page_is_found() {
    let server = Server::with(&[]);
    for number in 0..30 {
        let name = json!({ "name": format!("other-{number}"), "protocolType": "HTTP" });
        make(&server, "POST", "/v2/apis", &name);
    }
    server.create("blue").succeeds();
    server.publish("green");
    says(&server.create("blue").succeeds(), &["nothing was changed"]);
    let mut apis = Vec::new();
    let mut token = String::new();
    loop {
        let page = server
            .request("GET", &format!("/v2/apis?{token}"), b"")
            .json();
        apis.extend(page["items"].as_array().unwrap().clone());
        match page["nextToken"].as_str() {
            Some(next) => token = format!("nextToken={next}"),
            None => break,
        }
    }
    assert_eq!(apis.len(), 31);
    let ours = apis.iter().find(|api| api["name"] == "hello-live").unwrap();
    let at = format!("/v2/apis/{}", ours["apiId"].as_str().unwrap());
    for number in 0..30 {
        let other = json!({
            "integrationType": "AWS_PROXY", "payloadFormatVersion": "2.0",
            "integrationUri": format!("{FUNCTION}:other{number}"),
        });
        make(&server, "POST", &format!("{at}/integrations"), &other);
    }
    server.bluegreen(&["doctor"]).exits(0);
    says(&server.create("blue").succeeds(), &["nothing was changed"]);
}

/// As many as API Gateway gives at once, and more.
#[test]
fn resources_of_a_rest_api_on_a_second_page_are_found() {
    let server = created("rest");
    let apis = server.request("GET", "/restapis", b"").json();
    let api = apis["item"][0]["id"].as_str().unwrap();
    let resources = format!("/restapis/{api}/resources");
    let found = server.request("GET", &resources, b"").json();
    let root = found["item"].as_array().unwrap().iter();
    let root = root
        .clone()
        .find(|resource| resource["path"] == "/")
        .unwrap()["id"]
        .clone();
    let root = format!("{resources}/{}", root.as_str().unwrap());
    for number in 0..510 {
        make(
            &server,
            "POST",
            &root,
            &json!({ "pathPart": format!("p{number}") }),
        );
    }
    let page = server
        .request("GET", &format!("{resources}?limit=500"), b"")
        .json();
    assert_eq!(page["item"].as_array().unwrap().len(), 500);
    server.bluegreen(&["doctor"]).exits(0);
    let again = server.bluegreen(&["create", "--api", "rest"]).succeeds();
    says(&again, &["nothing was changed"]);
}

#[test]
fn an_http_api_that_was_left_half_made_is_completed() {
    for part in ["/integrations", "/routes", "/stages"] {
        let server = Server::with(&[]);
        let fails = AtomicBool::new(true);
        let proxy = Proxy::start(&server.url, move |call, _| {
            let makes = call.method == "POST" && call.path.ends_with(part);
            match makes && fails.swap(false, Ordering::SeqCst) {
                true => Fate::Refuse(403, "AccessDeniedException"),
                false => Fate::Pass,
            }
        });
        let create = || {
            let mut command = server.command(program("bluegreen"));
            command
                .args(["create", "--binary", &path("blue")])
                .env("AWS_ENDPOINT_URL", &proxy.url);
            Finished::run(command)
        };
        create().fails_with(1, &["failed to complete HTTP API"]);
        server.bluegreen(&["doctor"]).exits(1);
        says(&create().succeeds(), &["made   HTTP API"]);
        assert_eq!(server.request("GET", &server.api_url(), b"").status, 200);
        let apis = server.request("GET", "/v2/apis", b"").json();
        assert_eq!(apis["items"].as_array().unwrap().len(), 1);
        says(&create().succeeds(), &["nothing was changed"]);
    }
}
