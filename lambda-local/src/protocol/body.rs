//! Bodies of requests that services read whole, which clients may have compressed.

use std::io::Read;

use axum::extract::Request;
use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use http::{HeaderMap, header};
use http_body_util::{BodyExt, Limited};

use super::exception::{ApiResult, Exception};

/// As much as AWS takes of one call with metrics.
const LIMIT: usize = 1 << 20;

/// The whole body, unpacked.
///
/// # Errors
/// If it is larger than any call's may be, packed or not, or breaks off.
pub(crate) async fn read(request: Request) -> ApiResult<Bytes> {
    let (parts, body) = request.into_parts();
    let body = Limited::new(body, LIMIT).collect().await;
    let body = body.map_err(
        |error| match error.is::<http_body_util::LengthLimitError>() {
            true => too_large(),
            false => Exception::serialization("the request broke off"),
        },
    )?;
    unpacked(&parts.headers, body.to_bytes())
}

fn unpacked(headers: &HeaderMap, body: Bytes) -> ApiResult<Bytes> {
    let encoding = headers.get(header::CONTENT_ENCODING);
    if encoding.is_none_or(|encoding| encoding != "gzip") {
        return Ok(body);
    }
    let mut plain = Vec::new();
    // However much comes out of it: no more than the limit is ever there.
    MultiGzDecoder::new(&*body)
        .take(LIMIT as u64 + 1)
        .read_to_end(&mut plain)
        .map_err(|error| Exception::serialization(format!("the body is no gzip: {error}")))?;
    match plain.len() > LIMIT {
        true => Err(too_large()),
        false => Ok(plain.into()),
    }
}

fn too_large() -> Exception {
    Exception::too_large(LIMIT, "requested")
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};
    use http::HeaderValue;

    use super::*;

    fn packed(plain: &[u8]) -> Bytes {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(plain).unwrap();
        encoder.finish().unwrap().into()
    }

    #[test]
    fn what_a_client_packed_is_unpacked_and_no_more_than_may_be() {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        assert_eq!(unpacked(&headers, packed(b"hello")).unwrap(), "hello");
        let bomb = packed(&vec![0; LIMIT + 1]);
        assert!(bomb.len() < 4096);
        assert_eq!(unpacked(&headers, bomb).unwrap_err(), too_large());
        assert!(unpacked(&headers, Bytes::from_static(b"hello")).is_err());
        assert_eq!(unpacked(&HeaderMap::new(), "x".into()).unwrap(), "x");
    }
}
