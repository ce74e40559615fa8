//! A bootstrap that does what the event asks for, and much that a bootstrap should not do. It
//! speaks the Runtime API by hand, with nothing but the standard library.

mod extension;

use std::{
    env,
    io::{self, BufRead, BufReader, Read, Write},
    net::TcpStream,
    process, thread,
    time::Duration,
};

fn main() -> io::Result<()> {
    match env::var("INIT").as_deref() {
        Ok("exit") => process::exit(3),
        Ok("report") => {
            let error = r#"{"errorType":"Init.Broken","errorMessage":"cannot start"}"#;
            call("POST", "init/error", error.as_bytes())?;
            process::exit(1);
        }
        _ => {}
    }
    if let Ok(how) = env::var("EXTENSION") {
        extension::start(how)?;
    }
    if let Ok(request) = env::var("SEND") {
        extension::send(&request)?;
    }
    loop {
        let (headers, event) = call("GET", "invocation/next", b"")?;
        let id = headers
            .iter()
            .find_map(|line| line.strip_prefix("lambda-runtime-aws-request-id: "))
            .unwrap_or_default()
            .to_owned();
        answer(&id, &headers, &String::from_utf8_lossy(&event))?;
    }
}

/// Does what the event, a JSON string, asks for.
fn answer(id: &str, headers: &[String], event: &str) -> io::Result<()> {
    let respond = |body: &[u8]| call("POST", &format!("invocation/{id}/response"), body);
    match event.trim_matches('"') {
        "exit" => process::exit(0),
        "exit-7" => process::exit(7),
        "hang" => thread::sleep(Duration::from_secs(3600)),
        "error" => {
            let error = r#"{"errorType":"Broken","errorMessage":"as asked"}"#;
            call("POST", &format!("invocation/{id}/error"), error.as_bytes())?;
        }
        "too-large" => {
            respond(&vec![b'1'; 6_291_557])?;
        }
        "wrong-id" => {
            let (answered, _) = call("POST", "invocation/wrong/response", b"1")?;
            respond(format!("{:?}", answered[0]).as_bytes())?;
        }
        "twice" => {
            respond(b"1")?;
            respond(b"2")?;
        }
        "headers" => {
            respond(format!("{:?}", headers.join("\n")).as_bytes())?;
        }
        "variables" => {
            let all: Vec<String> = env::vars()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            respond(format!("{:?}", all.join("\n")).as_bytes())?;
        }
        "print" => {
            println!("a line of the function's");
            eprintln!("and one on standard error");
            respond(b"null")?;
        }
        asked @ ("pid" | "child" | "slow") => {
            respond(process_of(asked)?.to_string().as_bytes())?;
        }
        _ if breaks_the_rules(id, event)? || streams(id, event)? => {}
        _ if is_for_the_log(event) => {
            println!("{event}");
            respond(b"null")?;
        }
        // The request's parameter `hang`.
        _ if event.contains(r#""hang":"yes""#) => thread::sleep(Duration::from_secs(3600)),
        _ if let Some(asked) = asked_answer(event) => {
            respond(&asked)?;
        }
        // An answer of the proxy format, with the event in its body.
        _ if env::var("ECHO").as_deref() == Ok("body") => {
            respond(format!(r#"{{"statusCode":200,"body":{event:?}}}"#).as_bytes())?;
        }
        _ => {
            respond(event.as_bytes())?;
        }
    }
    Ok(())
}

/// Its own process, at once or after a while, or one that it starts.
fn process_of(asked: &str) -> io::Result<u32> {
    match asked {
        "child" => return Ok(process::Command::new("sleep").arg("3600").spawn()?.id()),
        "slow" => thread::sleep(Duration::from_millis(300)),
        _ => {}
    }
    Ok(process::id())
}

/// Every event where that is set, and metrics in their embedded format.
fn is_for_the_log(event: &str) -> bool {
    env::var("ECHO").as_deref() == Ok("log") || event.contains(r#""_aws""#)
}

/// The answer that the request's parameter `answer` asks for, byte by byte in hexadecimal.
fn asked_answer(event: &str) -> Option<Vec<u8>> {
    let (_, rest) = event.split_once(r#""answer":""#)?;
    let (hex, _) = rest.split_once('"')?;
    let bytes = hex.as_bytes().chunks(2).map(|byte| {
        let byte = str::from_utf8(byte).ok()?;
        u8::from_str_radix(byte, 16).ok()
    });
    bytes.collect()
}

/// Whether the event asked for something that no runtime does; then it was done.
fn breaks_the_rules(id: &str, event: &str) -> io::Result<bool> {
    let api = env::var("AWS_LAMBDA_RUNTIME_API").map_err(io::Error::other)?;
    let begin = format!("POST /2018-06-01/runtime/invocation/{id}/response HTTP/1.1\r\n");
    match event.trim_matches('"') {
        "garbage" => TcpStream::connect(&api)?.write_all(b"\0\x01\xff no HTTP\r\n\r\n")?,
        // The connection ends in the middle of the answer, and then the process.
        "half" => {
            write!(
                TcpStream::connect(&api)?,
                "{begin}content-length: 100\r\n\r\nhalf"
            )?;
            process::exit(1);
        }
        "chunk" => write!(
            TcpStream::connect(&api)?,
            "{begin}transfer-encoding: chunked\r\n\r\nzz\r\n"
        )?,
        asked if let Some(request) = asked.strip_prefix("send-") => extension::send(request)?,
        "close" => drop(TcpStream::connect(&api)?),
        "many-next" => {
            let next = "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n\r\n";
            for _ in 0..20 {
                TcpStream::connect(&api)?.write_all(next.as_bytes())?;
            }
            process::exit(1);
        }
        "flood" => {
            let line = "x".repeat(1 << 20);
            (0..100).for_each(|_| println!("{line}"));
        }
        "print-for-ever" => {
            let lines = "y\n".repeat(4096);
            loop {
                print!("{lines}");
            }
        }
        _ => return Ok(false),
    }
    call("POST", &format!("invocation/{id}/response"), b"null")?;
    Ok(true)
}

/// Whether the event asked for a stream, which is then sent: by its text, or by the path at which a
/// function URL was called.
fn streams(id: &str, event: &str) -> io::Result<bool> {
    let broken = "Lambda-Runtime-Function-Error-Type: Broken\r\n";
    let asked = |what: &str| event.contains(&format!(r#""rawPath":"/{what}""#));
    match event.trim_matches('"') {
        "stream" => stream(id, "text/plain", &["one ", "two ", "three"], "")?,
        "stream-error" => stream(id, "text/plain", &["one "], broken)?,
        _ if asked("with-head") => {
            let head = r#"{"statusCode":201,"headers":{"x-own":"1"},"cookies":["a=b"]}"#;
            let kind = "application/vnd.awslambda.http-integration-response";
            stream(
                id,
                kind,
                &[head, "\0\0\0\0", "\0\0\0\0first ", "second"],
                "",
            )?;
        }
        _ if asked("slowly") => stream(id, "text/plain", &["begin", "WAIT", "end"], "")?,
        _ if asked("breaks") => stream(id, "text/plain", &["begin"], broken)?,
        _ => return Ok(false),
    }
    Ok(true)
}

/// Answers in chunks. `WAIT` is not sent but waited for: until the file that `GATE` names is there.
fn stream(id: &str, content_type: &str, chunks: &[&str], trailer: &str) -> io::Result<()> {
    let api = env::var("AWS_LAMBDA_RUNTIME_API").map_err(io::Error::other)?;
    let mut stream = TcpStream::connect(&api)?;
    write!(
        stream,
        "POST /2018-06-01/runtime/invocation/{id}/response HTTP/1.1\r\nhost: {api}\r\n\
         connection: close\r\ncontent-type: {content_type}\r\ntransfer-encoding: chunked\r\n\
         lambda-runtime-function-response-mode: streaming\r\n\r\n"
    )?;
    for chunk in chunks {
        if *chunk == "WAIT" {
            let gate = env::var("GATE").map_err(io::Error::other)?;
            while !std::path::Path::new(&gate).exists() {
                thread::sleep(Duration::from_millis(5));
            }
            continue;
        }
        write!(stream, "{:x}\r\n{chunk}\r\n", chunk.len())?;
    }
    write!(stream, "0\r\n{trailer}\r\n")?;
    stream.read_to_end(&mut Vec::new()).map(|_| ())
}

/// One request to the Runtime API: the answer's head as lines, and its body.
fn call(method: &str, path: &str, body: &[u8]) -> io::Result<(Vec<String>, Vec<u8>)> {
    let api = env::var("AWS_LAMBDA_RUNTIME_API").map_err(io::Error::other)?;
    let mut stream = TcpStream::connect(&api)?;
    write!(
        stream,
        "{method} /2018-06-01/runtime/{path} HTTP/1.1\r\nhost: {api}\r\nconnection: close\r\n\
         content-length: {}\r\n\r\n",
        body.len()
    )?;
    stream.write_all(body)?;
    let mut reader = BufReader::new(stream);
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        match line.trim_end() {
            "" => break,
            line => head.push(line.to_owned()),
        }
    }
    let mut body = Vec::new();
    reader.read_to_end(&mut body)?;
    Ok((head, body))
}
