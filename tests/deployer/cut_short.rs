//! `create`, `prune` and `destroy`, ended at each of their calls, before and after it is done: run
//! again, they complete what is there.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use serde_json::{Value, json};

use crate::harness::{Fate, Finished, Proxy, Server, package, program};

/// Runs the deployer and lets it make so many calls: the next one is the last, and whether that is
/// still done is `then_done`. Says whether all calls could be made.
fn cut_short(server: &Server, args: &[&str], calls: usize, then_done: bool) -> bool {
    let cut = Arc::new(AtomicUsize::new(0));
    let seen = cut.clone();
    let proxy = Proxy::start(&server.url, move |call, done| {
        let over = call.number > calls || (call.number == calls && (done || !then_done));
        if !over {
            return Fate::Pass;
        }
        seen.store(1, Ordering::SeqCst);
        // No answer, where it is done; and nothing that the SDK would try again.
        Fate::Refuse(403, "AccessDenied")
    });
    let mut command = server.command(program("bluegreen"));
    command.args(args).env("AWS_ENDPOINT_URL", &proxy.url);
    let finished = Finished::run(command);
    let whole = cut.load(Ordering::SeqCst) == 0;
    finished.exits(if whole { 0 } else { 1 });
    whole
}

/// Ends the command at each of its calls, on a server of its own each time, and looks at what comes
/// of it when it is run again.
fn at_each_call(prepare: impl Fn() -> Server, args: &[&str], right: impl Fn(&Server)) {
    for then_done in [false, true] {
        for calls in 0.. {
            let server = prepare();
            let whole = cut_short(&server, args, calls, then_done);
            server.bluegreen(args).succeeds();
            right(&server);
            if whole {
                assert!(calls > 3, "{args:?} makes some calls");
                break;
            }
        }
    }
}

#[test]
fn create_completes_what_it_began() {
    let create = ["create", "--zip", &package("blue")];
    at_each_call(Server::start, &create, |server| {
        let answer = server.request("GET", &server.api_url(), b"");
        assert_eq!(answer.text(), "Hello From Blue Deployment");
        let apis = server.request("GET", "/v2/apis", b"").json();
        assert_eq!(apis["items"].as_array().unwrap().len(), 1, "{apis}");
        let versions = server.lambda("GET", "/hello/versions", &Value::Null).json();
        assert_eq!(
            versions["Versions"].as_array().unwrap().len(),
            2,
            "{versions}"
        );
    });
}

/// What is in front of the alias answers, and there is one of it.
fn create_completes(api: &str, one_of_it: impl Fn(&Server) -> usize) {
    let create = ["create", "--api", api, "--zip", &package("blue")];
    at_each_call(Server::start, &create, |server| {
        let sent = ["traffic", "--requests", "2", "--output", "json"];
        assert_eq!(server.bluegreen(&sent).succeeds().json()["errors"], 0);
        assert_eq!(one_of_it(server), 1);
    });
}

#[test]
fn create_completes_a_rest_api_that_it_began() {
    create_completes("rest", |server| {
        let apis = server.request("GET", "/restapis", b"").json();
        apis["item"].as_array().unwrap().len()
    });
}

#[test]
fn create_completes_a_function_url_that_it_began() {
    create_completes("url", |server| {
        let urls = server.request("GET", "/2021-10-31/functions/hello/urls", b"");
        urls.json()["FunctionUrlConfigs"].as_array().unwrap().len()
    });
}

#[test]
fn destroy_completes_what_it_began() {
    let prepare = || {
        let server = Server::with_blue();
        for api in ["rest", "url"] {
            server.bluegreen(&["create", "--api", api]).succeeds();
        }
        server
    };
    at_each_call(prepare, &["destroy", "--yes"], |server| {
        let apis = server.request("GET", "/restapis", b"").json();
        assert_eq!(apis["item"], json!([]));
        let apis = server.request("GET", "/v2/apis", b"").json();
        assert_eq!(apis["items"], json!([]));
        assert_eq!(server.lambda("GET", "/hello", &Value::Null).status, 404);
    });
}

#[test]
fn prune_completes_what_it_began() {
    let prepare = || {
        let server = Server::with_blue();
        server.publish("green");
        server.publish("red");
        server
    };
    at_each_call(prepare, &["prune", "--keep", "0", "--yes"], |server| {
        let versions = server.lambda("GET", "/hello/versions", &Value::Null).json();
        assert_eq!(
            versions["Versions"].as_array().unwrap().len(),
            2,
            "{versions}"
        );
    });
}
