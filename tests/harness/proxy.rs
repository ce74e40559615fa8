//! Stands between the deployer and AWS, and lets calls go wrong.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

/// What happens to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Pass,
    /// It never arrives.
    LoseRequest,
    /// It is done, and its answer never arrives.
    LoseAnswer,
    /// It is done, or answered, this much later.
    Delay(Duration),
    /// It is done, and its answer says the second text in place of the first.
    Rewrite(&'static str, &'static str),
    /// It is refused with this status and error type.
    Refuse(u16, &'static str),
    /// It is refused with this status, error type and message.
    RefuseSaying(u16, &'static str, &'static str),
}

/// A call that came.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    /// From 0 on.
    pub(crate) number: usize,
    pub(crate) method: String,
    pub(crate) path: String,
    /// What header `X-Amz-Target` names, where there is one.
    pub(crate) target: String,
    pub(crate) body: String,
}

impl Call {
    /// Whether it moves an alias.
    pub(crate) fn is_update_alias(&self) -> bool {
        self.method == "PUT" && self.path.contains("/aliases/")
    }

    pub(crate) fn is_metrics(&self) -> bool {
        self.path.ends_with("/GetMetricData")
    }
}

/// What decides over a call, before it is forwarded and, if it is, again before its answer is.
type Judge = dyn Fn(&Call, bool) -> Fate + Send + Sync;

/// A proxy that lives as long as the test.
#[derive(Debug)]
pub(crate) struct Proxy {
    pub(crate) url: String,
}

impl Proxy {
    /// `judge` sees each call, and whether it was done already.
    pub(crate) fn start(
        server: &str,
        judge: impl Fn(&Call, bool) -> Fate + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = server.trim_start_matches("http://").to_owned();
        let judge: Arc<Judge> = Arc::new(judge);
        let number = Arc::new(AtomicUsize::new(0));
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (server, judge, number) = (server.clone(), judge.clone(), number.clone());
                // A client that goes away in the middle was killed by the test.
                thread::spawn(move || forward(client, &server, &*judge, &number).ok());
            }
        });
        Self { url }
    }
}

/// One call a connection.
fn forward(
    mut client: TcpStream,
    server: &str,
    judge: &Judge,
    number: &AtomicUsize,
) -> std::io::Result<()> {
    let Some((head, body)) = read_request(&mut client)? else {
        return Ok(());
    };
    let mut words = head.split_whitespace();
    let mut word = || words.next().unwrap_or_default().to_owned();
    let call = Call {
        number: number.fetch_add(1, Ordering::SeqCst),
        method: word(),
        path: word(),
        target: header(&head, "x-amz-target:"),
        body: String::from_utf8_lossy(&body).into_owned(),
    };
    match judge(&call, false) {
        Fate::Pass | Fate::Rewrite(..) => {}
        Fate::Delay(time) => thread::sleep(time),
        Fate::Refuse(status, kind) => {
            return client.write_all(&refusal(&call, status, kind, "refused by the test"));
        }
        Fate::RefuseSaying(status, kind, message) => {
            return client.write_all(&refusal(&call, status, kind, message));
        }
        Fate::LoseRequest | Fate::LoseAnswer => return client.shutdown(Shutdown::Both),
    }
    let answer = pass_on(server, &head, &body)?;
    match judge(&call, true) {
        Fate::Pass => client.write_all(&answer),
        Fate::Delay(time) => {
            thread::sleep(time);
            client.write_all(&answer)
        }
        Fate::Rewrite(from, to) => client.write_all(&rewritten(&answer, from, to)),
        _ => client.shutdown(Shutdown::Both),
    }
}

/// Without its length, which is another now: the end of the connection is its end.
fn rewritten(answer: &[u8], from: &str, to: &str) -> Vec<u8> {
    let text = String::from_utf8_lossy(answer);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let mut lines: Vec<&str> = head.split("\r\n").collect();
    lines.retain(|line| !line.to_ascii_lowercase().starts_with("content-length:"));
    let body = body.replace(from, to);
    format!("{}\r\n\r\n{body}", lines.join("\r\n")).into_bytes()
}

/// `name` is in small letters, with its colon.
fn header(head: &str, name: &str) -> String {
    let lines = head
        .lines()
        .map(|line| line.split_at(line.len().min(name.len())));
    let mut found = lines.filter(|(start, _)| start.eq_ignore_ascii_case(name));
    let value = found.next().map(|(_, value)| value.trim().to_owned());
    value.unwrap_or_default()
}

/// Sends a request on, and gives all that is answered.
pub(super) fn pass_on(server: &str, head: &str, body: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut upstream = TcpStream::connect(server)?;
    let (first, rest) = head.split_once("\r\n").unwrap_or((head, ""));
    upstream.write_all(format!("{first}\r\nconnection: close\r\n{rest}").as_bytes())?;
    upstream.write_all(body)?;
    let mut answer = Vec::new();
    upstream.read_to_end(&mut answer)?;
    Ok(answer)
}

/// Head and body; none where the client only closed the connection.
pub(super) fn read_request(client: impl Read) -> std::io::Result<Option<(String, Vec<u8>)>> {
    let mut reader = BufReader::new(client);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
        head.push_str(&line);
        if line == "\r\n" {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(Some((head, body)))
}

/// An error as the call's protocol has it: CBOR for CloudWatch, JSON for the others.
fn refusal(call: &Call, status: u16, kind: &str, message: &str) -> Vec<u8> {
    let (content, body) = match call.path.starts_with("/service/") {
        true => {
            let text = |text: &str| [&[0x78, text.len() as u8], text.as_bytes()].concat();
            let members = ["__type", kind, "message", message].map(text).concat();
            (
                "application/cbor\r\nsmithy-protocol: rpc-v2-cbor",
                [&[0xa2], &members[..]].concat(),
            )
        }
        false => {
            let body = format!(r#"{{"message":"{message}"}}"#);
            ("application/json", body.into_bytes())
        }
    };
    let head = format!(
        "HTTP/1.1 {status} Refused\r\ncontent-type: {content}\r\nx-amzn-errortype: {kind}\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    [head.into_bytes(), body].concat()
}
