//! Pages of other origins that call an API or a URL from a browser.

use serde_json::{Value, json};

use crate::harness::{
    Answer, Server,
    function_url::{open, server, url},
};

const PAGE: &str = "https://page.example";

/// A browser's question whether it may send the request.
fn preflight(server: &Server, address: &str, origin: &str) -> Answer {
    let headers = [
        ("origin", origin),
        ("access-control-request-method", "PUT"),
        ("access-control-request-headers", "x-own"),
    ];
    server.request_with("OPTIONS", address, &headers, b"")
}

fn allowed(answer: &Answer) -> Option<&str> {
    answer.header("access-control-allow-origin")
}

#[test]
fn a_urls_preflight_is_answered_without_the_function() {
    let (server, address) = server(&Value::Null, "NONE");
    let cors = json!({ "Cors": {
        "AllowOrigins": [PAGE], "AllowMethods": ["PUT"], "AllowHeaders": ["x-own"],
        "AllowCredentials": true, "ExposeHeaders": ["x-shown"], "MaxAge": 60,
    }});
    let changed = url(&server, "PUT", "live", &cors).json();
    assert_eq!(changed["Cors"], cors["Cors"]);
    // Nobody may invoke the function yet.
    let answer = preflight(&server, &address, PAGE);
    assert_eq!((answer.status, allowed(&answer)), (200, Some(PAGE)));
    assert_eq!(answer.header("access-control-allow-methods"), Some("PUT"));
    assert_eq!(answer.header("access-control-allow-headers"), Some("x-own"));
    assert_eq!(answer.header("access-control-max-age"), Some("60"));
    let other = preflight(&server, &address, "https://other.example");
    assert_eq!(allowed(&other), None);
    open(&server);
    let answer = server.request_with("GET", &address, &[("origin", PAGE)], b"");
    assert_eq!((answer.status, allowed(&answer)), (200, Some(PAGE)));
    assert_eq!(
        answer.header("access-control-allow-credentials"),
        Some("true")
    );
    assert_eq!(
        answer.header("access-control-expose-headers"),
        Some("x-shown")
    );
    assert_eq!(answer.header("vary"), Some("Origin"));
}

#[test]
fn an_http_apis_preflight_needs_no_route() {
    let server = Server::with_blue();
    let api = server.request("GET", "/v2/apis", b"").json();
    let path = format!("/v2/apis/{}", api["items"][0]["apiId"].as_str().unwrap());
    let address = server.api_url();
    assert_eq!(allowed(&preflight(&server, &address, PAGE)), None);
    let cors = json!({ "allowOrigins": ["*"], "allowMethods": ["GET", "PUT"] });
    let change = json!({ "corsConfiguration": cors }).to_string();
    let changed = server.request("PATCH", &path, change.as_bytes()).json();
    assert_eq!(changed["corsConfiguration"], cors);
    let answer = preflight(&server, &address, PAGE);
    assert_eq!((answer.status, allowed(&answer)), (204, Some("*")));
    assert_eq!(
        answer.header("access-control-allow-methods"),
        Some("GET,PUT")
    );
    let answer = server.request_with("GET", &address, &[("origin", PAGE)], b"");
    assert_eq!((answer.status, allowed(&answer)), (200, Some("*")));
    let removed = server.request("DELETE", &format!("{path}/cors"), b"");
    assert_eq!(removed.status, 204);
    let answer = server.request_with("GET", &address, &[("origin", PAGE)], b"");
    assert_eq!(allowed(&answer), None);
}

#[test]
fn credentials_for_every_origin_are_refused() {
    let server = Server::start();
    let api = json!({ "name": "a", "protocolType": "HTTP",
        "corsConfiguration": { "allowOrigins": ["*"], "allowCredentials": true } });
    let refused = server.request("POST", "/v2/apis", api.to_string().as_bytes());
    assert_eq!(
        refused.header("x-amzn-errortype"),
        Some("BadRequestException")
    );
}
