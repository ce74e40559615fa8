//! CloudWatch Logs: lines are found by patterns for JSON, and a stream is read in pages.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use serde_json::{Value, json};

use crate::harness::{Answer, Server};

pub(super) fn call(server: &Server, operation: &str, request: &Value) -> Answer {
    let target = format!("Logs_20140328.{operation}");
    let headers = [("x-amz-target", target.as_str())];
    server.request_with("POST", "/", &headers, request.to_string().as_bytes())
}

/// AWS JSON names the error in the body.
#[track_caller]
fn refuses(answer: &Answer, kind: &str, message: &str) {
    let body = answer.json();
    assert_eq!((answer.status, &body["message"]), (400, &json!(message)));
    assert!(body["__type"].as_str().unwrap().ends_with(kind), "{body}");
}

/// A function that has printed these lines in one stream, whose name is given.
fn printed(lines: &[Value]) -> (Server, String) {
    let server = Server::start();
    let echo = json!({ "Environment": { "Variables": { "ECHO": "log" } } });
    server.create_misbehaving("f", &echo);
    for line in lines {
        server.invoke("f", line);
    }
    let group = json!({ "logGroupName": "/aws/lambda/f" });
    let streams = call(&server, "DescribeLogStreams", &group).json();
    let stream = &streams["logStreams"][0];
    assert!(stream["firstEventTimestamp"].as_u64() <= stream["lastEventTimestamp"].as_u64());
    let name = stream["logStreamName"].as_str().unwrap().to_owned();
    (server, name)
}

pub(super) fn messages(answer: &Answer) -> Vec<String> {
    let answer = answer.json();
    let events = answer["events"].as_array().unwrap().iter();
    events
        .map(|event| event["message"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn lines_of_json_are_found_by_their_members() {
    let (slow, quick) = (
        json!({ "level": "ERROR", "took": 7 }),
        json!({ "level": "ERROR", "took": 1 }),
    );
    let (server, _) = printed(&[slow.clone(), quick]);
    let find = |pattern: &str| {
        let request = json!({ "logGroupName": "/aws/lambda/f", "filterPattern": pattern });
        call(&server, "FilterLogEvents", &request)
    };
    let found = messages(&find(r#"{ $.level = "ERROR" && $.took > 1 }"#));
    assert_eq!(found, [slow.to_string()]);
    let refused = find("{ $.level = }");
    refuses(
        &refused,
        "InvalidParameterException",
        "Invalid filter pattern",
    );
}

#[test]
fn a_stream_is_read_forwards_and_backwards() {
    let (server, stream) = printed(&[json!({ "n": 1 })]);
    let read = |more: Value| {
        let mut request = json!({ "logGroupName": "/aws/lambda/f", "logStreamName": stream });
        for (name, value) in more.as_object().unwrap() {
            request[name] = value.clone();
        }
        call(&server, "GetLogEvents", &request)
    };
    let all = messages(&read(json!({})));
    assert_eq!(all.len(), 4, "{all:?}");
    let first = read(json!({ "limit": 1, "startFromHead": true }));
    assert_eq!(messages(&first), all[..1]);
    let forward = first.json()["nextForwardToken"].clone();
    let rest = read(json!({ "nextToken": forward }));
    assert_eq!(messages(&rest), all[1..]);
    let end = rest.json()["nextForwardToken"].clone();
    let nothing = read(json!({ "nextToken": end }));
    assert_eq!(messages(&nothing), [""; 0]);
    assert_eq!(nothing.json()["nextForwardToken"], end);
    let last = read(json!({ "limit": 1 }));
    assert_eq!(messages(&last), all[3..]);
    let backward = last.json()["nextBackwardToken"].clone();
    let before = read(json!({ "nextToken": backward, "limit": 2 }));
    assert_eq!(messages(&before), all[1..3]);
    refuses(
        &read(json!({ "nextToken": "x" })),
        "InvalidParameterException",
        "The specified nextToken is invalid.",
    );
    refuses(
        &read(json!({ "logStreamName": "none" })),
        "ResourceNotFoundException",
        "The specified log stream does not exist.",
    );
}

#[test]
fn a_live_tail_ends_with_the_server() {
    let server = Server::start();
    call(&server, "CreateLogGroup", &json!({ "logGroupName": "g" }));
    let host = server.url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    let asked =
        json!({ "logGroupIdentifiers": ["arn:aws:logs:us-east-1:000000000000:log-group:g"] });
    let asked = asked.to_string();
    write!(
        stream,
        "POST / HTTP/1.1\r\nhost: {host}\r\nx-amz-target: Logs_20140328.StartLiveTail\r\n\
         content-type: application/x-amz-json-1.1\r\ncontent-length: {}\r\n\r\n{asked}",
        asked.len()
    )
    .unwrap();
    let mut begin = [0; 400];
    stream.read_exact(&mut begin).unwrap();
    let begin = String::from_utf8_lossy(&begin).into_owned();
    assert!(begin.contains("initial-response"), "{begin}");
    drop(server);
    // The end of the chunks: it was not cut off.
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).unwrap();
    assert!(rest.ends_with(b"\r\n0\r\n\r\n"));
}
