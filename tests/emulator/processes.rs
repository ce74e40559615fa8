//! No process outlives lambda-local, and a port that is taken is said so.

use std::{
    fs,
    os::unix::{fs::MetadataExt, process::CommandExt},
    path::Path,
    process::Command,
};

use serde_json::{Value, json};

use crate::harness::{Finished, Server, program, until};

/// The processes that run bootstraps of this server, and no other children.
fn children(server: u32) -> Vec<u32> {
    children_named("bootstrap", server)
}

fn children_named(wanted: &str, server: u32) -> Vec<u32> {
    let processes = fs::read_dir("/proc").unwrap().filter_map(|entry| {
        let pid: u32 = entry.ok()?.file_name().to_str()?.parse().ok()?;
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The name may hold anything; what follows it is state, parent, ….
        let (name, rest) = stat.split_once('(')?.1.rsplit_once(')')?;
        let mut fields = rest.split_whitespace();
        let (state, parent) = (fields.next()?, fields.next()?);
        let is_child = state != "Z" && parent == server.to_string();
        (is_child && name == wanted).then_some(pid)
    });
    processes.collect()
}

fn server_with_a_process() -> (Server, u32) {
    let server = Server::with(&[]);
    server.create_misbehaving("f", &Value::Null);
    server.invoke("f", &json!("hello"));
    let running = children(server.pid());
    assert_eq!(running.len(), 1);
    (server, running[0])
}

pub(super) fn ends(pid: u32) {
    let path = format!("/proc/{pid}/stat");
    until("the process ends", || {
        let state = fs::read_to_string(&path).ok();
        state.is_none_or(|stat| stat.contains(") Z ")).then_some(())
    });
}

#[test]
fn what_was_open_when_the_server_was_started_is_not_the_functions() {
    let mut command = Command::new("sh");
    let line = r#"exec 9</etc/passwd; exec "$0" --port 0 --ephemeral"#;
    command.args(["-c", line]).arg(program("lambda-local"));
    let server = Server::of(command);
    server.create_misbehaving("f", &Value::Null);
    server.invoke("f", &json!("hello"));
    let has_it = |pid: u32| {
        let open = fs::read_dir(format!("/proc/{pid}/fd")).unwrap();
        let mut open = open.filter_map(|one| fs::read_link(one.unwrap().path()).ok());
        open.any(|file| file == Path::new("/etc/passwd"))
    };
    assert!(has_it(server.pid()));
    let running = children(server.pid());
    assert!(running.len() == 1 && !has_it(running[0]), "{running:?}");
}

/// Only root can run a client as somebody else; the others see that they are served themselves.
#[test]
fn another_user_of_this_machine_is_refused_unless_the_server_is_open() {
    let status = |server: &Server, user: u32| {
        let mut curl = Command::new("curl");
        curl.args(["-sS", "-o", "/dev/null", "-w", "%{http_code}", &server.url])
            .uid(user);
        Finished::run(curl).stdout
    };
    let (shut, open) = (Server::with(&[]), Server::with(&["--open"]));
    let own = fs::metadata("/proc/self").unwrap().uid();
    assert_eq!(status(&shut, own), "200");
    if own == 0 {
        let nobody = 65534;
        assert_eq!(status(&shut, nobody), "403");
        assert_eq!(status(&open, nobody), "200");
    }
}

#[test]
fn ctrl_c_ends_the_server_and_leaves_no_process_behind() {
    let (server, child) = server_with_a_process();
    let guards = children_named("sh", server.pid());
    assert_eq!(guards.len(), 1);
    assert!(server.stop().success());
    // Not even as a zombie.
    for process in [child, guards[0]] {
        assert!(!Path::new(&format!("/proc/{process}")).exists());
    }
}

#[test]
fn a_server_that_is_killed_takes_its_processes_with_it() {
    let (mut server, child) = server_with_a_process();
    let pid = server.invoke("f", &json!("child")).json();
    let grandchild = u32::try_from(pid.as_u64().unwrap()).unwrap();
    server.kill();
    ends(child);
    ends(grandchild);
}

#[test]
fn what_a_bootstrap_has_started_ends_with_it_and_with_the_server() {
    let server = Server::with(&[]);
    server.create_misbehaving("f", &json!({ "Timeout": 1 }));
    let child = |server: &Server| {
        let pid = server.invoke("f", &json!("child")).json();
        u32::try_from(pid.as_u64().unwrap()).unwrap()
    };
    let first = child(&server);
    server.invoke("f", &json!("hang"));
    ends(first);
    let second = child(&server);
    assert!(server.stop().success());
    ends(second);
}

#[test]
fn an_idle_process_is_ended_after_its_time() {
    let server = Server::with(&["--idle-timeout", "1"]);
    server.create_misbehaving("f", &Value::Null);
    server.invoke("f", &json!("hello"));
    until("the idle process ends", || {
        children(server.pid()).is_empty().then_some(())
    });
    assert_eq!(server.invoke("f", &json!("again")).json(), "again");
}

#[test]
fn processes_of_a_deleted_function_are_ended() {
    let (server, child) = server_with_a_process();
    server.lambda("DELETE", "/f", &Value::Null);
    ends(child);
}

#[test]
fn a_port_that_is_taken_is_an_error_with_advice() {
    let server = Server::with(&[]);
    let port = server.url.rsplit(':').next().unwrap();
    for program_name in ["lambda-local", "bluegreen"] {
        let mut command = Command::new(program(program_name));
        if program_name == "bluegreen" {
            command.arg("local");
        }
        command.args(["--port", port]);
        Finished::run(command)
            .fails_with(1, &["failed to listen on", "take another port with --port"]);
    }
}
