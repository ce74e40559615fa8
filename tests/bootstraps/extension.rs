//! An extension in the function's own process, which is told of invocations and says so.

use std::{
    env,
    io::{self, BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    sync::OnceLock,
    thread,
    time::Duration,
};

static IDENTIFIER: OnceLock<String> = OnceLock::new();
const REGISTRATION: &str = r#"{"events":["INVOKE"]}"#;

/// Registers it, and lets it do what `how` says with each event: nothing, or wait until the file
/// that `GATE` names is there.
pub(crate) fn start(how: String) -> io::Result<()> {
    let name = ("lambda-extension-name", "extension");
    let (head, _) = call("POST", "register", name, REGISTRATION)?;
    let id = head
        .iter()
        .find_map(|line| line.strip_prefix("lambda-extension-identifier: "));
    let id = id.ok_or(io::ErrorKind::InvalidData)?.to_owned();
    let _ = IDENTIFIER.set(id.clone());
    thread::spawn(move || run(&id, &how));
    Ok(())
}

fn run(id: &str, how: &str) -> io::Result<()> {
    loop {
        let sender = ("lambda-extension-identifier", id);
        let (_, event) = call("GET", "event/next", sender, "")?;
        assert!(event.contains(r#""eventType":"INVOKE""#), "{event}");
        println!("the extension is told");
        if how == "wait" {
            let gate = env::var("GATE").map_err(io::Error::other)?;
            while !Path::new(&gate).exists() {
                thread::sleep(Duration::from_millis(5));
            }
        }
        println!("the extension is done");
    }
}

fn call(
    method: &str,
    path: &str,
    (name, value): (&str, &str),
    body: &str,
) -> io::Result<(Vec<String>, String)> {
    let api = env::var("AWS_LAMBDA_RUNTIME_API").map_err(io::Error::other)?;
    let mut stream = TcpStream::connect(&api)?;
    write!(
        stream,
        "{method} /2020-01-01/extension/{path} HTTP/1.1\r\nhost: {api}\r\nconnection: close\r\n\
         {name}: {value}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut reader = BufReader::new(stream);
    let head = reader.by_ref().lines();
    let head = head.take_while(|line| line.as_ref().is_ok_and(|line| !line.is_empty()));
    let head = head.collect::<io::Result<_>>()?;
    let mut body = String::new();
    reader.read_to_string(&mut body)?;
    Ok((head, body))
}

/// Sends what stands there in hexadecimal, with the extension's identifier, as it is; what is
/// answered is of no interest.
pub(crate) fn send(hexadecimal: &str) -> io::Result<()> {
    let bytes = hexadecimal.as_bytes().chunks(2).filter_map(|byte| {
        let byte = str::from_utf8(byte).ok()?;
        u8::from_str_radix(byte, 16).ok()
    });
    let mut request: Vec<u8> = bytes.collect();
    let place = b"IDENTIFIER";
    if let Some(id) = IDENTIFIER.get()
        && let Some(at) = request.windows(place.len()).position(|text| text == place)
    {
        request.splice(at..at + place.len(), id.bytes());
    }
    let api = env::var("AWS_LAMBDA_RUNTIME_API").map_err(io::Error::other)?;
    let mut stream = TcpStream::connect(&api)?;
    stream.set_read_timeout(Some(Duration::from_millis(20)))?;
    // The server may end the connection before it has read all.
    let _ = stream.write_all(&request);
    let _ = stream.read(&mut [0; 4096]);
    Ok(())
}
