//! What a REST API makes of each thing that a function may answer.

use serde_json::Value;

use crate::harness::{
    Answer, Server,
    rest_api::{RestApi, echoing},
};

/// Has the function answer exactly this.
fn answering(api: &RestApi, payload: &str) -> Answer {
    let hex: String = payload.bytes().map(|byte| format!("{byte:02x}")).collect();
    api.call(&format!("/prod?answer={hex}"))
}

fn api(server: &Server) -> RestApi<'_> {
    let api = RestApi::new(server, &Value::Null);
    api.permit("*");
    api
}

#[test]
fn an_answer_of_the_proxy_format_is_passed_on() {
    let server = echoing("body");
    let api = api(&server);
    for (payload, status, body) in [
        (r#"{"statusCode":200}"#, 200, ""),
        (r#"{"statusCode":200,"headers":{"x-own":"1"}}"#, 200, ""),
        (r#"{"statusCode":"201","body":"made"}"#, 201, "made"),
        (r#"{"statusCode":404,"body":"none"}"#, 404, "none"),
        (
            r#"{"statusCode":200,"body":"aGk=","isBase64Encoded":true}"#,
            200,
            "aGk=",
        ),
    ] {
        let answer = answering(&api, payload);
        assert_eq!(
            (answer.status, answer.text().as_str()),
            (status, body),
            "{payload}"
        );
    }
}

#[test]
fn every_other_answer_is_a_502() {
    let server = echoing("body");
    let api = api(&server);
    for payload in [
        r#"{"statusCode":"test"}"#,
        "{}",
        r#""hello""#,
        "null",
        r#"[{"statusCode":200}]"#,
        r#"{"statusCode":200,"unknown":1}"#,
        r#"{"statusCode":200,"multiValueHeaders":{"x-own":"1"}}"#,
        r#"{"statusCode":200,"body":{"a":1}}"#,
        r#"{"body":"without a status"}"#,
        "no json",
    ] {
        let answer = answering(&api, payload);
        let told = (answer.status, answer.text());
        assert_eq!(
            told,
            (502, r#"{"message":"Internal server error"}"#.to_owned()),
            "{payload}"
        );
    }
}

#[test]
fn headers_are_merged_with_those_of_many_values() {
    let server = echoing("body");
    let api = api(&server);
    let answer = answering(
        &api,
        r#"{"statusCode":200,"headers":{"x-flag":true,"x-one":"1","x-many":"c"},
            "multiValueHeaders":{"x-many":["a","b"]}}"#,
    );
    assert_eq!(answer.header("x-flag"), Some("true"));
    assert_eq!(answer.header("x-one"), Some("1"));
    assert_eq!(answer.values("x-many"), ["a", "b", "c"]);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.text(), "");
}
