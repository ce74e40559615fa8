//! HTTP/1.1 as far as a runtime speaks it to its Runtime API, on one connection. Written here and not
//! left to a server for everybody's use: this is half of what an invocation costs.

use std::io;

use bytes::{Buf, BytesMut};
use http::StatusCode;
use rustix::{
    io::Errno,
    net::{RecvFlags, recv},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{
    body::{MAX_HEAD, Part, take_part},
    head::{Request, parse},
};

const READ: usize = 8 << 10;
/// A body up to this size is copied behind its head, and both are sent in one piece.
const SMALL_BODY: usize = 64 << 10;

#[derive(Debug)]
pub(super) struct Wire {
    stream: TcpStream,
    unread: BytesMut,
    unsent: Vec<u8>,
}

impl Wire {
    pub(super) fn new(stream: TcpStream) -> Self {
        let _ = stream.set_nodelay(true);
        Self {
            stream,
            unread: BytesMut::new(),
            unsent: Vec::new(),
        }
    }

    /// The next request; `None` if the process has closed the connection.
    pub(super) async fn request(&mut self) -> io::Result<Option<Request>> {
        loop {
            if let Some((length, request)) = parse(&self.unread)? {
                self.unread.advance(length);
                return Ok(Some(request));
            }
            if self.fill().await? == 0 {
                return Ok(None);
            }
        }
    }

    /// The next part of a request's body.
    pub(super) async fn part(&mut self, request: &mut Request) -> io::Result<Part> {
        if std::mem::take(&mut request.waits_for_continue) {
            self.stream
                .write_all(b"HTTP/1.1 100 Continue\r\n\r\n")
                .await?;
        }
        loop {
            if let Some(part) = take_part(&mut self.unread, &mut request.body)? {
                return Ok(part);
            }
            self.more().await?;
        }
    }

    /// Answers with a status, headers that each end in a line break, and a body.
    pub(super) async fn answer(
        &mut self,
        status: StatusCode,
        headers: &str,
        body: &[u8],
    ) -> io::Result<()> {
        let mut unsent = std::mem::take(&mut self.unsent);
        unsent.clear();
        let mut length = itoa::Buffer::new();
        let reason = status.canonical_reason().unwrap_or_default();
        for part in [
            "HTTP/1.1 ",
            status.as_str(),
            " ",
            reason,
            "\r\ncontent-type: application/json\r\n",
            headers,
            "content-length: ",
            length.format(body.len()),
            "\r\n\r\n",
        ] {
            unsent.extend_from_slice(part.as_bytes());
        }
        let small = body.len() <= SMALL_BODY;
        if small {
            unsent.extend_from_slice(body);
        }
        self.stream.write_all(&unsent).await?;
        if !small {
            self.stream.write_all(body).await?;
        }
        self.unsent = unsent;
        Ok(())
    }

    pub(super) async fn accept(&mut self) -> io::Result<()> {
        self.answer(StatusCode::ACCEPTED, "", br#"{"status":"OK"}"#)
            .await
    }

    pub(super) async fn refuse(
        &mut self,
        status: StatusCode,
        kind: &str,
        text: &str,
    ) -> io::Result<()> {
        let body = serde_json::json!({ "errorMessage": text, "errorType": kind });
        self.answer(status, "", body.to_string().as_bytes()).await
    }

    /// Why the process waits for an answer no more. What it sends meanwhile is kept for later.
    pub(super) async fn gone(&mut self) -> io::Error {
        while self.unread.len() < MAX_HEAD {
            if let Err(error) = self.more().await {
                return error;
            }
        }
        std::future::pending().await
    }

    /// Whether it waits no more by now. The kernel is asked: that a connection was closed a moment
    /// ago has not come to be known here.
    pub(super) fn is_gone(&self) -> bool {
        let look = RecvFlags::PEEK | RecvFlags::DONTWAIT;
        match recv(&self.stream, &mut [0; 1], look) {
            Ok((length, _)) => length == 0,
            Err(error) => error != Errno::AGAIN,
        }
    }

    async fn more(&mut self) -> io::Result<()> {
        match self.fill().await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }

    async fn fill(&mut self) -> io::Result<usize> {
        self.unread.reserve(READ);
        self.stream.read_buf(&mut self.unread).await
    }
}
