//! A minimal Runtime API: hands a function one event after the other, on one connection or many.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// A request that takes longer than this means that the function is broken.
const PATIENCE: Timespec = Timespec {
    tv_sec: 30,
    tv_nsec: 0,
};

#[derive(Debug)]
pub(crate) struct RuntimeApi {
    listener: TcpListener,
    /// The function's open connections, of which one is used at a time.
    connections: Vec<BufReader<TcpStream>>,
    /// The one on which the function asked last.
    current: usize,
    invocations: u64,
}

/// What the function asked for.
#[derive(Debug, PartialEq, Eq)]
enum Asked {
    Next,
    /// It answered, or reported an error.
    Answered {
        error: bool,
    },
}

impl RuntimeApi {
    pub(crate) fn start() -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        Ok(Self {
            listener,
            connections: Vec::new(),
            current: 0,
            invocations: 0,
        })
    }

    /// Events sent so far.
    pub(crate) const fn invocations(&self) -> u64 {
        self.invocations
    }

    pub(crate) fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Waits until the function asks for its first event.
    pub(crate) fn wait_for_next(&mut self) -> io::Result<()> {
        let (connection, asked) = self.request()?;
        self.current = connection;
        match asked {
            Asked::Next => Ok(()),
            Asked::Answered { .. } => {
                Err(io::Error::other("the function answered before it asked"))
            }
        }
    }

    /// The next request, on whichever connection it comes. Sleeps meanwhile: on one CPU the
    /// function can only run while this program does not.
    fn request(&mut self) -> io::Result<(usize, Asked)> {
        loop {
            let mut waiting = vec![PollFd::new(&self.listener, PollFlags::IN)];
            let streams = self.connections.iter().map(BufReader::get_ref);
            waiting.extend(streams.map(|stream| PollFd::new(stream, PollFlags::IN)));
            if poll(&mut waiting, Some(&PATIENCE))? == 0 {
                return Err(io::Error::other("the function does not ask for an event"));
            }
            let ready: Vec<bool> = waiting.iter().map(|fd| !fd.revents().is_empty()).collect();
            if ready[0] {
                let (stream, _) = self.listener.accept()?;
                stream.set_nodelay(true)?;
                self.connections.push(BufReader::new(stream));
            } else if let Some(index) = ready[1..].iter().rposition(|ready| *ready) {
                if self.connections[index].fill_buf()?.is_empty() {
                    self.connections.remove(index);
                } else {
                    return Ok((index, read_request(&mut self.connections[index])?));
                }
            }
        }
    }
}

impl RuntimeApi {
    /// Sends so many events, one after the other, each with a trace id of its own.
    pub(crate) fn invoke(&mut self, event: &str, count: u64) -> io::Result<()> {
        for _ in 0..count {
            self.invocations += 1;
            let id = self.invocations;
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
                 lambda-runtime-aws-request-id: 8476a536-e9f4-11e8-9739-{id:012x}\r\n\
                 lambda-runtime-deadline-ms: 9999999999999\r\n\
                 lambda-runtime-trace-id: Root=1-5bef4de7-{id:024x};Parent=9a9197af755a6419;Sampled=0\r\n\
                 lambda-runtime-invoked-function-arn: arn:aws:lambda:us-east-1:000000000000:function:bench\r\n\r\n",
                event.len()
            );
            self.write(&[head.as_bytes(), event.as_bytes()].concat())?;
            let (connection, asked) = self.request()?;
            if asked != (Asked::Answered { error: false }) {
                return Err(io::Error::other("the function failed"));
            }
            self.current = connection;
            self.write(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n")?;
            let (connection, asked) = self.request()?;
            if asked != Asked::Next {
                return Err(io::Error::other("the function answered twice"));
            }
            self.current = connection;
        }
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.connections[self.current].get_mut().write_all(bytes)
    }
}

fn read_request(connection: &mut BufReader<TcpStream>) -> io::Result<Asked> {
    let mut first = String::new();
    connection.read_line(&mut first)?;
    let (mut length, mut chunked) = (0, false);
    loop {
        let mut line = String::new();
        connection.read_line(&mut line)?;
        let line = line.trim_end().to_ascii_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
        chunked |= line == "transfer-encoding: chunked";
        if line.is_empty() {
            break;
        }
    }
    match chunked {
        true => skip_chunks(connection)?,
        false => connection.read_exact(&mut vec![0; length])?,
    }
    Ok(match first.starts_with("GET") {
        true => Asked::Next,
        false => Asked::Answered {
            error: first.contains("/error"),
        },
    })
}

fn skip_chunks(connection: &mut BufReader<TcpStream>) -> io::Result<()> {
    loop {
        let mut line = String::new();
        connection.read_line(&mut line)?;
        let size = usize::from_str_radix(line.trim(), 16).map_err(io::Error::other)?;
        connection.read_exact(&mut vec![0; size + 2])?;
        if size == 0 {
            return Ok(());
        }
    }
}
