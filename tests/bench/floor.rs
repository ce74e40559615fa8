//! The floor of `make bench-function`: the Runtime API by hand, with nothing but the standard
//! library. No function should be written like this; none can be quicker.

use std::{
    env,
    io::{self, BufRead, BufReader, Read, Write},
    net::TcpStream,
};

const ANSWER: &str = r#"{"statusCode":200,"headers":{"content-type":"text/plain"},"body":"Hello"}"#;

fn main() -> io::Result<()> {
    let api = env::var("AWS_LAMBDA_RUNTIME_API").map_err(io::Error::other)?;
    let mut stream = BufReader::new(TcpStream::connect(&api)?);
    stream.get_ref().set_nodelay(true)?;
    loop {
        let next = format!("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nhost: {api}\r\n\r\n");
        let id = call(&mut stream, &next)?;
        let length = ANSWER.len();
        let answer = format!(
            "POST /2018-06-01/runtime/invocation/{id}/response HTTP/1.1\r\nhost: {api}\r\n\
             content-length: {length}\r\n\r\n{ANSWER}"
        );
        call(&mut stream, &answer)?;
    }
}

/// Sends a request and reads its answer; gives the request id that the answer names.
fn call(stream: &mut BufReader<TcpStream>, request: &str) -> io::Result<String> {
    stream.get_mut().write_all(request.as_bytes())?;
    let (mut id, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let line = line.trim_end().to_ascii_lowercase();
        if let Some(value) = line.strip_prefix("content-length: ") {
            length = value.parse().unwrap_or(0);
        }
        if let Some(value) = line.strip_prefix("lambda-runtime-aws-request-id: ") {
            id = value.to_owned();
        }
        if line.is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    Ok(id)
}
