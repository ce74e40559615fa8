//! lambda-local in a test's own process leaves that as it was.

use std::{fs, path::PathBuf, process::Command};

use serde_json::{Value, json};

use super::processes::ends;
use crate::harness::Server;

fn server_with_a_function() -> Server {
    let server = Server::start();
    server.create_misbehaving("f", &Value::Null);
    server
}

#[test]
fn the_end_of_a_server_is_that_of_its_functions_processes_and_of_its_folder() {
    let server = server_with_a_function();
    let pid = |asked| {
        let pid = server.invoke("f", &json!(asked)).json();
        u32::try_from(pid.as_u64().unwrap()).unwrap()
    };
    let (bootstrap, child) = (pid("pid"), pid("child"));
    let process = PathBuf::from(format!("/proc/{bootstrap}"));
    let code = fs::read_link(process.join("cwd")).unwrap();
    assert!(code.join("bootstrap").exists());
    drop(server);
    // Not even as a zombie, which would be the test's to wait for.
    assert!(!process.exists());
    assert!(!code.exists());
    ends(child);
}

#[test]
fn servers_of_one_process_know_nothing_of_each_other() {
    let (first, second) = (server_with_a_function(), Server::start());
    assert_eq!(second.lambda("GET", "/f", &Value::Null).status, 404);
    drop(second);
    assert_eq!(first.invoke("f", &json!("hello")).json(), "hello");
}

#[test]
fn processes_that_the_test_has_started_are_left_to_it() {
    let mut own = Command::new("true").spawn().unwrap();
    let server = server_with_a_function();
    server.invoke("f", &json!("hello"));
    drop(server);
    assert!(own.wait().unwrap().success());
}
