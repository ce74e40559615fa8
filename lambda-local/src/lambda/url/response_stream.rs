//! A function's stream as the response of its URL. A stream of API Gateway's kind begins with
//! status and headers in JSON and eight zero bytes; any other is the body itself.
//! <https://docs.aws.amazon.com/lambda/latest/dg/response-streaming-tutorial.html>

use axum::{body::Body, response::Response};
use bytes::{Bytes, BytesMut};
use futures_util::stream::{self, StreamExt};
use http::{HeaderValue, StatusCode, header};

use crate::{
    lambda::invoke::StreamRest,
    payload::{head, message},
};

const WITH_HEAD: &str = "application/vnd.awslambda.http-integration-response";
const END_OF_HEAD: [u8; 8] = [0; 8];
const MAX_HEAD: usize = 64 << 10;

pub(crate) async fn response(content_type: &str, mut rest: StreamRest) -> Response {
    if content_type != WITH_HEAD {
        let mut response = Response::new(body(Bytes::new(), rest));
        if let Ok(kind) = HeaderValue::from_str(content_type)
            && !kind.is_empty()
        {
            response.headers_mut().insert(header::CONTENT_TYPE, kind);
        }
        return response;
    }
    let bad = || message(StatusCode::BAD_GATEWAY, "Internal Server Error");
    let Some((text, begin)) = read_head(&mut rest).await else {
        return bad();
    };
    match head(&text) {
        Some(mut response) => {
            *response.body_mut() = body(begin, rest);
            response
        }
        None => bad(),
    }
}

/// The head, and what has come of the body; `None` if there is no end of a head.
async fn read_head(rest: &mut StreamRest) -> Option<(Bytes, Bytes)> {
    let mut read = BytesMut::new();
    loop {
        let end = read.windows(END_OF_HEAD.len());
        let mut end = end.enumerate().filter(|(_, bytes)| *bytes == END_OF_HEAD);
        if let Some((end, _)) = end.next() {
            let text = read.split_to(end).freeze();
            return Some((text, read.split_off(END_OF_HEAD.len()).freeze()));
        }
        if read.len() > MAX_HEAD {
            return None;
        }
        read.extend_from_slice(&rest.next().await?);
    }
}

/// What is left of the stream. Where the function fails in the middle, the connection breaks off:
/// the client must not take what it has for all there is.
fn body(begin: Bytes, rest: StreamRest) -> Body {
    let begin = stream::iter((!begin.is_empty()).then_some(Ok(begin)));
    let pieces = stream::unfold(Some(rest), |rest| async {
        let mut rest = rest?;
        if let Some(piece) = rest.next().await {
            return Some((Ok(piece), Some(rest)));
        }
        let failed = match rest.end().await {
            Ok(invoked) => invoked.done.outcome.is_error(),
            Err(_) => true,
        };
        failed.then(|| (Err("the function failed in the middle of its answer"), None))
    });
    Body::from_stream(begin.chain(pieces))
}
