//! What functions have printed is there again after the server's end, also after a kill.

use std::{fs, path::Path};

use serde_json::{Value, json};

use super::logs::{call, messages};
use crate::harness::{Server, until};

const GROUP: &str = "/aws/lambda/f";

fn on(folder: &Path) -> Server {
    Server::with(&["--data", folder.to_str().unwrap()])
}

/// One whose function prints what it is sent.
fn that_prints(folder: &Path) -> Server {
    let server = on(folder);
    let echo = json!({ "Environment": { "Variables": { "ECHO": "log" } } });
    server.create_misbehaving("f", &echo);
    server
}

fn all(server: &Server) -> Vec<String> {
    messages(&call(
        server,
        "FilterLogEvents",
        &json!({ "logGroupName": GROUP }),
    ))
}

fn groups(server: &Server) -> Value {
    call(server, "DescribeLogGroups", &json!({})).json()["logGroups"].clone()
}

/// Waits until the file has this line. The write that it is a part of may not be at its end.
fn is_written(folder: &Path, line: &str) {
    until("the line is in the file", || {
        let file = fs::read(folder.join("logs.redb")).unwrap();
        let mut places = file.windows(line.len());
        places.any(|text| text == line.as_bytes()).then_some(())
    });
}

#[test]
fn lines_and_settings_are_there_again_after_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = that_prints(folder.path());
    server.invoke("f", &json!("the first"));
    let fourteen = json!({ "logGroupName": GROUP, "retentionInDays": 14 });
    call(&server, "PutRetentionPolicy", &fourteen);
    is_written(folder.path(), "the first");
    let (first, group) = (all(&server), groups(&server));
    assert_eq!((first.len(), &group[0]["retentionInDays"]), (4, &json!(14)));
    server.invoke("f", &json!("the second"));
    is_written(folder.path(), "the second");
    server.kill();

    let server = on(folder.path());
    assert_eq!(all(&server)[..4], first);
    for member in ["creationTime", "arn", "retentionInDays"] {
        assert_eq!(groups(&server)[0][member], group[0][member]);
    }
    server.invoke("f", &json!("the third"));
    assert!(all(&server).iter().any(|line| line == "\"the third\""));
}

#[test]
fn all_is_there_again_after_an_end_that_was_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let server = that_prints(folder.path());
    server.invoke("f", &json!("the last"));
    let before = all(&server);
    assert!(server.stop().success());
    assert_eq!(all(&on(folder.path())), before);
}

#[test]
fn a_group_that_was_deleted_does_not_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = that_prints(folder.path());
    server.invoke("f", &json!("the old"));
    is_written(folder.path(), "the old");
    call(&server, "DeleteLogGroup", &json!({ "logGroupName": GROUP }));
    server.kill();
    let mut server = on(folder.path());
    assert_eq!(groups(&server), json!([]));
    call(&server, "CreateLogGroup", &json!({ "logGroupName": GROUP }));
    server.kill();
    let server = on(folder.path());
    assert_eq!(groups(&server)[0]["logGroupName"], GROUP);
    assert_eq!(all(&server), [""; 0]);
}

/// Those that were printed; none if not even the group is there.
fn numbers(server: &Server) -> Vec<u64> {
    if groups(server) == json!([]) {
        return Vec::new();
    }
    let number = |line: &String| {
        let line: Value = serde_json::from_str(line).ok()?;
        line["n"].as_u64()
    };
    all(server).iter().filter_map(number).collect()
}

#[test]
fn a_log_has_no_holes_however_often_the_server_is_killed_while_it_writes() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = that_prints(folder.path());
    let mut kept = 0;
    for round in 0..8 {
        // Longer each time, so that the end comes at all moments of the second in which all is
        // written once.
        for number in 0..100 * (round + 1) {
            server.invoke("f", &json!({ "n": kept + number }));
        }
        server.kill();
        server = on(folder.path());
        let numbers = numbers(&server);
        let count = numbers.len() as u64;
        assert_eq!(numbers, (0..count).collect::<Vec<_>>());
        assert!(count >= kept, "{count} of {kept}");
        kept = count;
    }
    assert!(kept > 0, "nothing was written");
}
