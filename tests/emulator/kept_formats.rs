//! What an earlier lambda-local kept opens. The formats that there are stand in files, which
//! `WRITE_KEPT=1 cargo test -p tests what_was_kept` writes anew: only where a format's number
//! changes, since a folder of the old number is refused by name.

use std::{
    fs::{self, File},
    io::Write,
    os::unix::fs::PermissionsExt,
    path::Path,
};

use serde_json::{Value, json};
use tempfile::TempDir;
use zip::{ZipArchive, ZipWriter, write::SimpleFileOptions};

use super::logs::{call, messages};
use crate::harness::{Server, alias, repository, script, zip_of};

/// A folder of resources, from before logs were kept.
const RESOURCES: &str = "format-1.zip";
/// One with a log.
const LOGS: &str = "logs-1.zip";

/// The one of this name, written anew with what `furnish` makes where that is asked for.
fn kept(name: &str, furnish: impl FnOnce(&Server)) -> TempDir {
    let archive = repository().join("tests/emulator/kept").join(name);
    if std::env::var_os("WRITE_KEPT").is_some() {
        let folder = tempfile::tempdir().unwrap();
        let server = on(folder.path());
        furnish(&server);
        server.stop();
        pack(folder.path(), &archive);
    }
    let folder = tempfile::tempdir().unwrap();
    let mut archive = ZipArchive::new(File::open(archive).unwrap()).unwrap();
    archive.extract(folder.path()).unwrap();
    folder
}

fn on(folder: &Path) -> Server {
    Server::with(&["--data", folder.to_str().unwrap()])
}

/// One resource of each kind, and what hangs on a function.
fn furnish(server: &Server) {
    let call = |method: &str, path: &str, body: &Value| {
        let answer = server.request(method, path, body.to_string().as_bytes());
        assert!(answer.status < 300, "{path}: {}", answer.text());
        answer.json()
    };
    let role = "Action=CreateRole&Version=2010-05-08&RoleName=kept&AssumeRolePolicyDocument=%7B%7D";
    let form = [("content-type", "application/x-www-form-urlencoded")];
    server.request_with("POST", "/", &form, role.as_bytes());
    server.create_function("hello", &script("one"), &Value::Null);
    server.lambda("POST", "/hello/versions", &Value::Null);
    server.update_code("hello", &script("two"));
    server.lambda("POST", "/hello/versions", &Value::Null);
    let weights = json!({ "AdditionalVersionWeights": { "2": 0.25 } });
    let live = json!({ "Name": "live", "FunctionVersion": "1", "RoutingConfig": weights,
        "Description": "kept | bluegreen: 1 to 2, 25% by hand since 2026-11-25T00:00:00Z" });
    server.lambda("POST", "/hello/aliases", &live);
    let url = "/2021-10-31/functions/hello/url?Qualifier=live";
    call("POST", url, &json!({ "AuthType": "NONE" }));
    let events = "/2019-09-25/functions/hello/event-invoke-config?Qualifier=live";
    call("PUT", events, &json!({ "MaximumRetryAttempts": 1 }));
    let permission = json!({ "StatementId": "api", "Action": "lambda:InvokeFunction",
        "Principal": "apigateway.amazonaws.com" });
    call(
        "POST",
        "/2015-03-31/functions/hello/policy?Qualifier=live",
        &permission,
    );
    call(
        "POST",
        "/v2/apis",
        &json!({ "name": "http", "protocolType": "HTTP" }),
    );
    call("POST", "/restapis", &json!({ "name": "rest" }));
}

/// All of it is there.
fn is_furnished(server: &Server) {
    let get = |path: &str| server.request("GET", path, b"").json();
    let live = alias(server);
    assert_eq!(
        live["RoutingConfig"]["AdditionalVersionWeights"],
        json!({ "2": 0.25 })
    );
    let versions = server.lambda("GET", "/hello/versions", &Value::Null).json();
    assert_eq!(versions["Versions"].as_array().unwrap().len(), 3);
    let url = get("/2021-10-31/functions/hello/url?Qualifier=live");
    assert_eq!(url["AuthType"], "NONE");
    let events = get("/2019-09-25/functions/hello/event-invoke-config?Qualifier=live");
    assert_eq!(events["MaximumRetryAttempts"], 1);
    let policy = get("/2015-03-31/functions/hello/policy?Qualifier=live");
    assert!(policy["Policy"].as_str().unwrap().contains("apigateway"));
    assert_eq!(get("/v2/apis")["items"][0]["name"], "http");
    assert_eq!(get("/restapis")["item"][0]["name"], "rest");
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let role = "Action=GetRole&Version=2010-05-08&RoleName=kept";
    assert_eq!(
        server
            .request_with("POST", "/", &form, role.as_bytes())
            .status,
        200
    );
    // Its package, too: what is published now is what the last upload was.
    server.update_code("hello", &script("three"));
    server.bluegreen(&["rollback"]).succeeds();
}

fn pack(folder: &Path, archive: &Path) {
    let mut writer = ZipWriter::new(File::create(archive).unwrap());
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let mode = path.metadata().unwrap().permissions().mode();
            let options = SimpleFileOptions::default().unix_permissions(mode);
            let name = path.strip_prefix(folder).unwrap().to_str().unwrap();
            writer.start_file(name, options).unwrap();
            writer.write_all(&fs::read(&path).unwrap()).unwrap();
        }
    }
    writer.finish().unwrap();
}

#[test]
fn what_was_kept_in_the_current_format_opens() {
    let folder = kept(RESOURCES, furnish);
    is_furnished(&on(folder.path()));
}

#[test]
fn what_was_kept_of_logs_in_the_current_format_opens() {
    let folder = kept(LOGS, |server| {
        let prints = zip_of("bootstrap", 0o755, b"#!/bin/sh\necho kept\n");
        server.create_function("f", &prints, &Value::Null);
        server.invoke("f", &Value::Null);
        let days = json!({ "logGroupName": "/aws/lambda/f", "retentionInDays": 3653 });
        call(server, "PutRetentionPolicy", &days);
        server.lambda("DELETE", "/f", &Value::Null);
    });
    let server = on(folder.path());
    let groups = call(&server, "DescribeLogGroups", &json!({})).json();
    assert_eq!(groups["logGroups"][0]["retentionInDays"], 3653);
    let group = json!({ "logGroupName": "/aws/lambda/f" });
    let lines = messages(&call(&server, "FilterLogEvents", &group));
    assert!(lines.iter().any(|line| line == "kept"), "{lines:?}");
    let report = lines.iter().find(|line| line.starts_with("REPORT"));
    assert!(report.is_some(), "{lines:?}");
}
