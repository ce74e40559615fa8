//! Requests of the corpus, changed at random: the server answers, or ends the connection, and no
//! part of it panics.

use std::{
    fs,
    io::{self, Read, Write},
    net::{Shutdown, TcpStream},
    path::Path,
    thread,
    time::{Duration, Instant, SystemTime},
};

use serde_json::Value;

use super::{change::changed, server::Server};

/// An answer, or the end, comes before this: the slowest function has a second.
const PATIENCE: Duration = Duration::from_secs(10);

/// A sound request is answered within this, or is not waited for.
const MOMENT: Duration = Duration::from_millis(40);

/// Most of them wait for the end of a request that has none.
const CLIENTS: u64 = 16;

/// How many requests were sent, and how many of them the server took for sound.
#[derive(Default)]
pub(crate) struct Sent {
    pub(crate) all: u64,
    pub(crate) sound: u64,
}

impl Sent {
    /// Sends changed requests for so long, by many clients at once.
    pub(crate) fn more(
        &mut self,
        server: &Server,
        corpus: &Path,
        long: Duration,
        seed: u64,
    ) -> io::Result<()> {
        let requests = read(server, corpus)?;
        let clients = (0..CLIENTS).map(|client| seed.wrapping_add(client << 32));
        let sent = thread::scope(|scope| {
            let requests = &requests;
            let clients =
                clients.map(|seed| scope.spawn(move || send_all(server, requests, long, seed)));
            let clients: Vec<_> = clients.collect();
            let ended = clients.into_iter().map(|client| client.join());
            ended
                .map(|ended| ended.unwrap_or_else(|_| Err(io::Error::other("a panic"))))
                .collect::<io::Result<Vec<_>>>()
        })?;
        for one in sent {
            self.all += one.all;
            self.sound += one.sound;
        }
        Ok(())
    }
}

fn send_all(server: &Server, requests: &[Vec<u8>], long: Duration, seed: u64) -> io::Result<Sent> {
    let (mut random, mut sent) = (fastrand::Rng::with_seed(seed), Sent::default());
    let begun = Instant::now();
    while begun.elapsed() < long {
        let request = changed(requests, &mut random);
        let answer = send(server, &request).map_err(|error| {
            let text = String::from_utf8_lossy(&request).into_owned();
            io::Error::other(format!("{error} after {text:?}"))
        })?;
        sent.all += 1;
        sent.sound += u64::from(answer.starts_with(b"HTTP/1.1 2"));
        if sent.all.is_multiple_of(500) {
            server.call("GET", "/v2/apis", &Value::Null)?;
            server.check()?;
        }
    }
    Ok(sent)
}

/// `HOST` and `API` in a request are the server's, `NOW` is the time, `LATER` an hour later, and `LENGTH` the body's.
pub(crate) fn read(server: &Server, corpus: &Path) -> io::Result<Vec<Vec<u8>>> {
    let mut files: Vec<_> = fs::read_dir(corpus)?.collect::<io::Result<_>>()?;
    files.sort_by_key(fs::DirEntry::file_name);
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let now = now.map_err(io::Error::other)?.as_secs();
    let filled = |part: &[u8]| match str::from_utf8(part) {
        Ok(text) => text
            .replace("HOST", &server.host)
            .replace("API", &server.api)
            .replace("LATER", &(now + 3600).to_string())
            .replace("NOW", &now.to_string())
            .into_bytes(),
        Err(_) => part.to_vec(),
    };
    let request = |file: fs::DirEntry| {
        let bytes = fs::read(file.path())?;
        let end = bytes.windows(2).position(|two| two == b"\n\n");
        let (head, body) = bytes.split_at(end.map_or(bytes.len(), |end| end + 2));
        let body = filled(body);
        let head = String::from_utf8_lossy(&filled(head))
            .replace("LENGTH", &body.len().to_string())
            .replace('\n', "\r\n");
        Ok([head.into_bytes(), body].concat())
    };
    files.into_iter().map(request).collect()
}

fn send(server: &Server, request: &[u8]) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(&server.host)?;
    // The server may end the connection before it has read all.
    let _ = stream.write_all(request);
    let mut answer = vec![0; 1 << 16];
    stream.set_read_timeout(Some(MOMENT))?;
    let begun = stream.read(&mut answer);
    answer.truncate(*begun.as_ref().unwrap_or(&0));
    // What waits for the rest of a request now learns that there is none.
    let _ = stream.shutdown(Shutdown::Write);
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut buffer = [0; 1 << 16];
    while !is_live_tail(&answer) && answer.len() < 8 << 20 {
        match stream.read(&mut buffer) {
            Ok(count @ 1..) => answer.extend_from_slice(&buffer[..count]),
            Err(error) if is_late(&error) => return Err(io::Error::other("no answer and no end")),
            Ok(0) | Err(_) => break,
        }
    }
    Ok(answer)
}

/// Which goes on until its client has gone.
fn is_live_tail(answer: &[u8]) -> bool {
    let (mark, begin) = (b"sessionStart", &answer[..answer.len().min(1024)]);
    begin.windows(mark.len()).any(|text| text == mark)
}

fn is_late(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
    )
}
