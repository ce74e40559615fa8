//! What lambda-local acknowledged is there again after it was killed, at whatever moment.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use serde_json::{Value, json};

use crate::harness::{Finished, Server, path, program, zip_of};

fn on(folder: &Path) -> Server {
    Server::with(&["--data", folder.to_str().unwrap()])
}

/// Starts one that cannot, and gives what it says.
fn refused(folder: &Path, options: &[&str]) -> String {
    let mut command = std::process::Command::new(program("lambda-local"));
    command.args(["--port", "0", "--data", folder.to_str().unwrap()]);
    let finished = Finished::run({
        command.args(options);
        command
    });
    finished.exits(1).stderr
}

#[track_caller]
fn says(finished: &Finished, words: &[&str]) {
    for word in words {
        let stdout = &finished.stdout;
        assert!(stdout.contains(word), "no {word:?} in: {stdout}");
    }
}

#[test]
fn a_whole_deployment_is_there_again_after_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = on(folder.path());
    for api in ["http", "rest", "url"] {
        let create = ["create", "--api", api, "--binary", &path("blue")];
        server.bluegreen(&create).succeeds();
    }
    server.publish("green");
    server.publish("red");
    server
        .bluegreen(&["prune", "--keep", "0", "--yes"])
        .succeeds();
    server.publish("green");
    server.bluegreen(&["shift", "50%", "--to", "4"]).succeeds();
    let before = server
        .lambda("GET", "/hello/aliases/live", &Value::Null)
        .json();
    server.kill();

    let server = on(folder.path());
    let after = server
        .lambda("GET", "/hello/aliases/live", &Value::Null)
        .json();
    assert_eq!(before, after);
    for api in ["http", "rest", "url"] {
        let again = server.bluegreen(&["create", "--api", api, "--output", "json"]);
        let again = again.succeeds().json();
        assert_eq!(again["changed"], false);
        let url = again["apiUrl"].as_str().unwrap();
        let sent = ["traffic", "--requests", "30", "--url", url];
        says(
            &server.bluegreen(&sent).succeeds(),
            &["version 1", "version 4"],
        );
    }
    server.bluegreen(&["rollback"]).succeeds();
    says(
        &server.bluegreen(&["doctor"]).exits(0),
        &["may invoke it", "may call"],
    );
    // Numbers of deleted versions are not given again, and the role is still `create`'s.
    assert_eq!(server.publish("misbehaving"), 5);
    let destroyed = server.bluegreen(&["destroy", "--yes"]).succeeds();
    says(
        &destroyed,
        &["HTTP API", "REST API", "URL of alias", "role hello"],
    );
    drop(server);
    let server = on(folder.path());
    let functions = server.request("GET", "/2015-03-31/functions", b"").json();
    assert_eq!(functions["Functions"], json!([]));
    drop(server);
    let code = fs::read_dir(folder.path().join("code")).unwrap();
    assert_eq!(code.count(), 0, "code that nobody has is gone");
}

/// Writes and invokes until it is told to stop, and notes what was acknowledged.
struct Writer {
    stop: Arc<AtomicBool>,
    acknowledged: Arc<AtomicU64>,
    threads: Vec<thread::JoinHandle<()>>,
}

impl Writer {
    fn start(url: &str, from: u64) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let acknowledged = Arc::new(AtomicU64::new(from));
        let (done, noted, alias) = (stop.clone(), acknowledged.clone(), url.to_owned());
        let writes = thread::spawn(move || {
            let url = format!("{alias}/2015-03-31/functions/f/aliases/live");
            let mut number = from;
            while !done.load(Ordering::SeqCst) {
                number += 1;
                let body = json!({ "Description": number.to_string() }).to_string();
                if ureq::put(&url).send(body).is_ok() {
                    noted.store(number, Ordering::SeqCst);
                }
            }
        });
        let (done, url) = (stop.clone(), url.to_owned());
        let invokes = thread::spawn(move || {
            let url = format!("{url}/2015-03-31/functions/f:live/invocations");
            while !done.load(Ordering::SeqCst) {
                let _ = ureq::post(&url).send("{}");
            }
        });
        Self {
            stop,
            acknowledged,
            threads: vec![writes, invokes],
        }
    }

    fn stop(self) -> u64 {
        self.stop.store(true, Ordering::SeqCst);
        for thread in self.threads {
            thread.join().unwrap();
        }
        self.acknowledged.load(Ordering::SeqCst)
    }
}

#[test]
fn nothing_acknowledged_is_lost_when_it_is_killed_a_hundred_times_while_it_writes() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = on(folder.path());
    server.create_misbehaving("f", &Value::Null);
    server.lambda("POST", "/f/versions", &Value::Null);
    let alias = json!({ "Name": "live", "FunctionVersion": "1", "Description": "0" });
    server.lambda("POST", "/f/aliases", &alias);
    let mut written = 0;
    for round in 0..100 {
        let writer = Writer::start(&server.url, written);
        thread::sleep(Duration::from_millis(round * 37 % 90));
        server.kill();
        let acknowledged = writer.stop();
        server = on(folder.path());
        let alias = server.lambda("GET", "/f/aliases/live", &Value::Null).json();
        let kept: u64 = alias["Description"].as_str().unwrap().parse().unwrap();
        // What was written and not answered any more may be there, too.
        assert!(
            kept >= acknowledged,
            "{kept} of {acknowledged} in round {round}"
        );
        written = kept.max(acknowledged);
    }
    assert!(written > 20, "{written} writes were made");
    assert_eq!(server.invoke("f:live", &json!("pid")).status, 200);
}

/// Lets the server's files grow so far and no further, as a full disk does.
fn limit(server: &Server, bytes: Option<u64>) {
    let pid = rustix::process::Pid::from_raw(server.pid().cast_signed());
    let limit = rustix::process::Rlimit {
        current: bytes,
        maximum: None,
    };
    rustix::process::prlimit(pid, rustix::process::Resource::Fsize, limit).unwrap();
}

/// A server whose files [`limit`] can keep from growing, with function `f` and its version 1.
fn with_a_disk_that_fills(folder: &Path) -> Server {
    let mut command = std::process::Command::new("sh");
    // Without this, the limit would end it.
    command.args(["-c", r#"trap '' XFSZ; exec "$@""#, "sh"]);
    command.arg(program("lambda-local"));
    command.args(["--port", "0", "--data"]).arg(folder);
    let server = Server::of(command);
    let zip = zip_of("bootstrap", 0o755, b"#!/bin/sh\n");
    server.create_function("f", &zip, &Value::Null);
    server.lambda("POST", "/f/versions", &Value::Null);
    server
}

/// An alias that takes some room.
fn new_alias(number: u64) -> Value {
    let description = "x".repeat(250);
    let name = format!("alias-{number}");
    json!({ "Name": name, "FunctionVersion": "1", "Description": description })
}

#[test]
fn what_the_disk_has_no_room_for_is_not_acknowledged_and_can_be_done_again() {
    let folder = tempfile::tempdir().unwrap();
    let server = with_a_disk_that_fills(folder.path());
    let alias = |number: u64| server.lambda("POST", "/f/aliases", &new_alias(number));
    limit(&server, Some(300_000));
    let refused = (0..2000)
        .find(|number| alias(*number).status != 201)
        .unwrap();
    let said = alias(3000);
    assert_eq!(said.status, 500);
    assert!(said.text().contains("room on the disk"), "{}", said.text());
    let form = "application/x-www-form-urlencoded";
    let role = "Action=CreateRole&Version=2010-05-08&RoleName=r&AssumeRolePolicyDocument=%7B%7D";
    let headers = [("content-type", form)];
    let role = server.request_with("POST", "/", &headers, role.as_bytes());
    // Each in the protocol of its caller.
    assert_eq!(role.status, 500);
    let text = role.text();
    assert!(text.starts_with("<ErrorResponse"), "{text}");
    assert!(text.contains("room on the disk"), "{text}");
    limit(&server, None);
    assert_eq!(alias(5000).status, 201);
    drop(server);
    let server = on(folder.path());
    let path = "/f/aliases?MaxItems=10000";
    let aliases = server.lambda("GET", path, &Value::Null).json();
    // What was done and could not be kept then, was kept with what came later.
    let kept = aliases["Aliases"].as_array().unwrap().len() as u64;
    assert_eq!(kept, refused + 3);
}

#[test]
fn what_is_kept_is_told_by_the_operation_and_not_by_a_name_in_its_path() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = on(folder.path());
    let (gone, left) = ("daily-invocations", "invoke-async");
    for name in [gone, left] {
        server.create_misbehaving(name, &Value::Null);
        server.lambda("POST", &format!("/{name}/versions"), &Value::Null);
    }
    let path = format!("/{left}/aliases/response-streaming-invocations");
    let alias = json!({ "Name": "response-streaming-invocations", "FunctionVersion": "1" });
    server.lambda("POST", &format!("/{left}/aliases"), &alias);
    let described = json!({ "Description": "changed" });
    assert_eq!(server.lambda("PUT", &path, &described).status, 200);
    let deleted = server.lambda("DELETE", &format!("/{gone}"), &Value::Null);
    assert_eq!(deleted.status, 204);
    server.kill();

    let server = on(folder.path());
    let alias = server.lambda("GET", &path, &Value::Null).json();
    assert_eq!(alias["Description"], "changed");
    let found = server.lambda("GET", &format!("/{gone}"), &Value::Null);
    assert_eq!(found.status, 404);
}

#[test]
fn what_could_not_be_kept_is_kept_once_more_at_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let server = with_a_disk_that_fills(folder.path());
    let alias = |number: u64| server.lambda("POST", "/f/aliases", &new_alias(number));
    limit(&server, Some(300_000));
    let refused = (0..2000).find(|number| alias(*number).status != 201);
    limit(&server, None);
    assert!(server.stop().success());
    let server = on(folder.path());
    let path = format!("/f/aliases/alias-{}", refused.unwrap());
    let found = server.lambda("GET", &path, &Value::Null);
    assert_eq!(found.status, 200);
}

#[test]
fn what_cannot_be_read_is_reported_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let server = on(folder.path());
    server.create_misbehaving("f", &Value::Null);
    let in_use = refused(folder.path(), &[]);
    assert!(in_use.contains("another lambda-local uses"), "{in_use}");
    drop(server);
    let region = refused(folder.path(), &["--region", "eu-central-1"]);
    assert!(
        region.contains("its region is us-east-1, not eu-central-1"),
        "{region}"
    );

    let file = folder.path().join("resources.redb");
    fs::write(&file, b"not a database").unwrap();
    let damaged = refused(folder.path(), &[]);
    assert!(damaged.contains("nothing in it was changed"), "{damaged}");
    assert_eq!(fs::read(&file).unwrap(), b"not a database");
}

/// All that is in a folder, with the folder.
fn all_in(folder: &Path) -> Vec<PathBuf> {
    let mut found = vec![folder.to_owned()];
    let mut next = 0;
    while let Some(path) = found.get(next).filter(|_| next < 10_000) {
        if path.is_dir() {
            let entries = fs::read_dir(path).unwrap();
            let entries: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
            found.extend(entries);
        }
        next += 1;
    }
    found
}

#[test]
fn what_is_kept_is_not_another_users_to_read_or_to_replace() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("data");
    let server = on(&folder);
    let script = b"#!/bin/sh\nexit 1\n";
    server.create_function("open", &zip_of("bootstrap", 0o777, script), &json!({}));
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    let kept = all_in(&folder);
    let bootstrap = kept.iter().find(|path| path.ends_with("bootstrap"));
    assert_eq!(mode(bootstrap.expect("the package is unpacked")), 0o755);
    for path in kept.iter().filter(|path| !path.ends_with("bootstrap")) {
        assert_eq!(
            mode(path) & 0o077,
            0,
            "{} is {:o}",
            path.display(),
            mode(path)
        );
    }
}
