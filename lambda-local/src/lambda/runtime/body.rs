//! The body of a request to the Runtime API: of a known size, or in chunks.

use std::io;

use bytes::{Buf, Bytes, BytesMut};
use httparse::{Header, Status};

/// Bytes that a head, or the trailers, may have.
pub(super) const MAX_HEAD: usize = 64 << 10;
pub(super) const MAX_HEADERS: usize = 64;

/// How much of the body is still to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    Sized(u64),
    /// In chunks; so much is left of the one that was begun.
    Chunked(Option<u64>),
}

/// What stands behind a body in chunks.
#[derive(Debug, Default)]
pub(super) struct Trailers {
    pub(super) error_type: Option<String>,
    pub(super) error_body: Option<String>,
}

/// A part of a body, or its end.
#[derive(Debug)]
pub(super) enum Part {
    Data(Bytes),
    End(Trailers),
}

/// A part of the body, if enough of it has come.
pub(super) fn take_part(unread: &mut BytesMut, framing: &mut Framing) -> io::Result<Option<Part>> {
    match framing {
        Framing::Sized(0) => Ok(Some(Part::End(Trailers::default()))),
        Framing::Sized(left) => Ok(take_data(unread, left)),
        Framing::Chunked(Some(left @ 1..)) => Ok(take_data(unread, left)),
        // The line break behind a chunk.
        Framing::Chunked(Some(0)) => match unread.get(..2) {
            Some(b"\r\n") => {
                unread.advance(2);
                *framing = Framing::Chunked(None);
                take_part(unread, framing)
            }
            Some(_) => Err(invalid("a chunk is longer than it says")),
            None => Ok(None),
        },
        Framing::Chunked(None) => begin_chunk(unread, framing),
    }
}

fn take_data(unread: &mut BytesMut, left: &mut u64) -> Option<Part> {
    let here = usize::try_from(*left).map_or(unread.len(), |left| left.min(unread.len()));
    *left -= here as u64;
    (here > 0).then(|| Part::Data(unread.split_to(here).freeze()))
}

fn begin_chunk(unread: &mut BytesMut, framing: &mut Framing) -> io::Result<Option<Part>> {
    match httparse::parse_chunk_size(unread) {
        Ok(Status::Partial) if unread.len() < MAX_HEAD => Ok(None),
        Ok(Status::Complete((line, 0))) => end(unread, line),
        Ok(Status::Complete((line, size))) => {
            unread.advance(line);
            *framing = Framing::Chunked(Some(size));
            take_part(unread, framing)
        }
        Ok(Status::Partial) | Err(_) => Err(invalid("no chunk size")),
    }
}

/// The trailers behind the last chunk, whose line is so long.
fn end(unread: &mut BytesMut, line: usize) -> io::Result<Option<Part>> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let (length, trailers) = match httparse::parse_headers(&unread[line..], &mut headers) {
        Ok(Status::Complete((length, headers))) => (length, Trailers::of(headers)),
        Ok(Status::Partial) if unread.len() < MAX_HEAD => return Ok(None),
        Ok(Status::Partial) | Err(_) => return Err(invalid("no trailers")),
    };
    unread.advance(line + length);
    Ok(Some(Part::End(trailers)))
}

impl Trailers {
    fn of(headers: &[Header<'_>]) -> Self {
        let value = |name: &str| {
            let header = headers.iter().find(|h| h.name.eq_ignore_ascii_case(name))?;
            Some(String::from_utf8_lossy(header.value).into_owned())
        };
        Self {
            error_type: value("lambda-runtime-function-error-type"),
            error_body: value("lambda-runtime-function-error-body"),
        }
    }
}

pub(super) fn invalid(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The same with a few bytes changed, more or less.
    pub(in crate::lambda::runtime) fn mangled(bytes: &[u8], random: &mut fastrand::Rng) -> Vec<u8> {
        let mut text = bytes.to_vec();
        for _ in 0..random.usize(1..6) {
            let at = random.usize(0..text.len());
            match random.u8(0..3) {
                0 => text[at] = random.u8(..),
                1 => text.insert(at, random.u8(..)),
                _ => text.truncate(at.max(1)),
            }
        }
        text
    }

    fn body_of(
        text: &[u8],
        mut framing: Framing,
    ) -> io::Result<Option<(Vec<u8>, Trailers, usize)>> {
        let mut unread = BytesMut::from(text);
        let mut body = Vec::new();
        loop {
            match take_part(&mut unread, &mut framing)? {
                Some(Part::Data(data)) => body.extend_from_slice(&data),
                Some(Part::End(trailers)) => return Ok(Some((body, trailers, unread.len()))),
                None => return Ok(None),
            }
        }
    }

    #[test]
    fn trailers_tell_an_error_in_the_middle_of_a_stream() {
        let text = b"3\r\nabc\r\n0\r\nLambda-Runtime-Function-Error-Type: Broken\r\n\r\nnext";
        let (body, trailers, rest) = body_of(text, Framing::Chunked(None)).unwrap().unwrap();
        assert_eq!((body.as_slice(), rest), (&b"abc"[..], 4));
        assert_eq!(trailers.error_type.as_deref(), Some("Broken"));
    }

    #[test]
    fn a_body_is_read_as_it_was_sent_however_it_is_cut() {
        let mut random = fastrand::Rng::with_seed(1);
        for _ in 0..200 {
            let (mut text, mut sent) = (Vec::new(), Vec::new());
            for _ in 0..random.usize(0..8) {
                let chunk: Vec<u8> = (0..random.usize(1..50)).map(|_| random.u8(..)).collect();
                text.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
                text.extend_from_slice(&chunk);
                text.extend_from_slice(b"\r\n");
                sent.extend_from_slice(&chunk);
            }
            text.extend_from_slice(b"0\r\n\r\n");
            let (body, _, rest) = body_of(&text, Framing::Chunked(None)).unwrap().unwrap();
            assert_eq!((body, rest), (sent, 0));
            for cut in 0..text.len() {
                let part = body_of(&text[..cut], Framing::Chunked(None));
                assert!(part.unwrap().is_none(), "{cut} of {text:?}");
            }
        }
    }

    #[test]
    fn no_bytes_make_it_panic() {
        let body = b"3\r\nabc\r\n10;a=b\r\n0123456789abcdef\r\n0\r\na: b\r\n\r\n";
        let mut random = fastrand::Rng::with_seed(2);
        for _ in 0..20_000 {
            let text = mangled(body, &mut random);
            let _ = body_of(&text, Framing::Chunked(None));
        }
    }
}
