//! Requests of the corpus, changed at random: the server answers, or ends the connection.

use std::{
    fs,
    io::{self, Read, Write},
    net::{Shutdown, TcpStream},
    path::Path,
    time::{Duration, Instant},
};

use serde_json::Value;

use super::server::Server;

/// An answer, or the end, comes before this: the slowest function has a second.
const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) fn run(server: &Server, corpus: &Path, long: Duration, seed: u64) -> io::Result<u64> {
    let requests = read(server, corpus)?;
    let mut random = fastrand::Rng::with_seed(seed);
    let (begun, mut sent) = (Instant::now(), 0);
    while begun.elapsed() < long {
        let request = changed(&requests, &mut random);
        if let Err(error) = send(server, &request) {
            let text = String::from_utf8_lossy(&request).into_owned();
            return Err(io::Error::other(format!("{error} after {text:?}")));
        }
        sent += 1;
        if sent % 500 == 0 {
            server.call("GET", "/v2/apis", &Value::Null)?;
            server.check()?;
        }
    }
    Ok(sent)
}

/// `HOST` and `API` in a request are the server's.
fn read(server: &Server, corpus: &Path) -> io::Result<Vec<Vec<u8>>> {
    let mut files: Vec<_> = fs::read_dir(corpus)?.collect::<io::Result<_>>()?;
    files.sort_by_key(fs::DirEntry::file_name);
    let request = |file: fs::DirEntry| {
        let text = fs::read(file.path())?;
        let end = text.windows(2).position(|two| two == b"\n\n");
        let (head, body) = text.split_at(end.map_or(text.len(), |end| end + 2));
        let head = String::from_utf8_lossy(head).replace('\n', "\r\n");
        let head = head
            .replace("HOST", &server.host)
            .replace("API", &server.api);
        Ok([head.as_bytes(), body].concat())
    };
    files.into_iter().map(request).collect()
}

fn changed(requests: &[Vec<u8>], random: &mut fastrand::Rng) -> Vec<u8> {
    const SIGNS: [&[u8]; 12] = [
        b"%00",
        b"../",
        b"\r\n",
        b"\"",
        b"{",
        b"}",
        b"[",
        b":",
        b"-1",
        b"99999999999999999999",
        b"\xff\xfe",
        b"$LATEST",
    ];
    let mut request = requests[random.usize(0..requests.len())].clone();
    for _ in 0..random.usize(0..8) {
        let at = random.usize(0..=request.len().saturating_sub(1));
        match random.u8(0..6) {
            0 if !request.is_empty() => request[at] = random.u8(..),
            1 => {
                let sign = SIGNS[random.usize(0..SIGNS.len())];
                request.splice(at..at, sign.iter().copied());
            }
            2 => request.truncate(at),
            3 => {
                let end = (at + random.usize(0..40)).min(request.len());
                request.drain(at..end);
            }
            4 => {
                let end = (at + random.usize(0..200)).min(request.len());
                let part = request[at..end].to_vec();
                request.splice(at..at, part);
            }
            _ => {
                // The head of one with the rest of another.
                let other = &requests[random.usize(0..requests.len())];
                request.truncate(at);
                request.extend_from_slice(&other[at.min(other.len())..]);
            }
        }
    }
    request
}

fn send(server: &Server, request: &[u8]) -> io::Result<()> {
    let mut stream = TcpStream::connect(&server.host)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    // The server may end the connection before it has read all.
    let _ = stream.write_all(request);
    let _ = stream.shutdown(Shutdown::Write);
    let mut answer = Vec::new();
    match stream.take(8 << 20).read_to_end(&mut answer) {
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
            ) =>
        {
            Err(io::Error::other("no answer and no end"))
        }
        _ => Ok(()),
    }
}
