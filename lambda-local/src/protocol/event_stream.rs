//! Answers that are streams of events: <https://smithy.io/2.0/aws/amazon-eventstream.html>

use std::convert::Infallible;

use aws_smithy_eventstream::frame::write_message_to;
use aws_smithy_types::event_stream::{Header, HeaderValue, Message};
use axum::body::Body;
use bytes::Bytes;
use futures_util::{Stream, StreamExt};

pub(crate) const CONTENT_TYPE: &str = "application/vnd.amazon.eventstream";

/// The events as they come.
pub(crate) fn body_of(events: impl Stream<Item = Bytes> + Send + 'static) -> Body {
    Body::from_stream(events.map(Ok::<Bytes, Infallible>))
}

/// One event.
pub(crate) fn event(kind: &'static str, content_type: &'static str, payload: Bytes) -> Bytes {
    let mut message = Message::new(payload);
    for (name, value) in [
        (":message-type", "event"),
        (":event-type", kind),
        (":content-type", content_type),
    ] {
        message = message.add_header(Header::new(name, HeaderValue::String(value.into())));
    }
    let mut frame = Vec::new();
    // Fails only for headers and payloads larger than the format allows: ours are not, and what is
    // not a frame would end the stream for the client, too.
    let _ = write_message_to(&message, &mut frame);
    frame.into()
}
