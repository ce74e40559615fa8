//! What a process sends as its answer: read to its end, or passed on while it comes.

use std::io;

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::{Bytes, BytesMut};
use tokio::sync::mpsc;

use super::{
    body::{Part, Trailers},
    head::Request,
    http1::Wire,
    invocation::Piece,
    outcome::MAX_RESPONSE,
};

pub(super) enum Body {
    Complete(Bytes),
    /// The function failed in the middle of a stream; what it says of it.
    Failed(Bytes),
    TooLarge(usize),
}

/// Reads a body to its end, and keeps no more than may be.
pub(super) async fn read(wire: &mut Wire, request: &mut Request) -> io::Result<Body> {
    let (mut size, mut first, mut all) = (0, Bytes::new(), BytesMut::new());
    loop {
        match wire.part(request).await? {
            Part::Data(data) => {
                size += data.len();
                if size == data.len() {
                    first = data;
                } else if size <= MAX_RESPONSE {
                    all.extend_from_slice(&std::mem::take(&mut first));
                    all.extend_from_slice(&data);
                }
            }
            Part::End(trailers) if trailers.error_type.is_some() => {
                return Ok(Body::Failed(trailers.error()));
            }
            Part::End(_) if size > MAX_RESPONSE => return Ok(Body::TooLarge(size)),
            Part::End(_) if all.is_empty() => return Ok(Body::Complete(first)),
            Part::End(_) => return Ok(Body::Complete(all.freeze())),
        }
    }
}

/// Passes a stream on, part by part, as it comes.
pub(super) async fn pass_on(
    wire: &mut Wire,
    request: &mut Request,
    pieces: &mpsc::Sender<Piece>,
) -> io::Result<Body> {
    let content_type = request.content_type.take().unwrap_or_default();
    // Nobody listens any more: the function is heard to its end all the same.
    let _ = pieces.send(Piece::Begin { content_type }).await;
    loop {
        match wire.part(request).await? {
            Part::Data(data) => {
                let _ = pieces.send(Piece::Data(data)).await;
            }
            Part::End(trailers) if trailers.error_type.is_some() => {
                return Ok(Body::Failed(trailers.error()));
            }
            Part::End(_) => return Ok(Body::Complete(Bytes::new())),
        }
    }
}

impl Trailers {
    /// The error as a payload: what the function says in base64, or at least its type.
    fn error(&self) -> Bytes {
        let body = self.error_body.as_ref();
        let body = body.and_then(|text| BASE64_STANDARD.decode(text).ok());
        let kind = || serde_json::json!({ "errorType": self.error_type }).to_string();
        body.unwrap_or_else(|| kind().into_bytes()).into()
    }
}
