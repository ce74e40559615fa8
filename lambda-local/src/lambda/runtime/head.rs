//! The head of a request to the Runtime API.

use std::{io, mem::MaybeUninit};

use httparse::{Header, Status};

use super::body::{Framing, MAX_HEAD, MAX_HEADERS, invalid};
use crate::callers::names_this_machine;

/// What the names of the headers of the Extensions API begin with.
const EXTENSION: &str = "lambda-extension-";

/// The head of a request.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) is_post: bool,
    pub(super) path: String,
    pub(super) keep_alive: bool,
    /// Whether the body is a stream, of which the caller may see the beginning before its end.
    pub(super) is_stream: bool,
    pub(super) content_type: Option<String>,
    pub(super) extension: Extension,
    pub(super) body: Framing,
    /// Whether a web page sends it: one that tries all ports of this machine.
    pub(super) is_of_a_page: bool,
    pub(super) waits_for_continue: bool,
}

/// What an extension says of itself.
#[derive(Debug, Default)]
pub(super) struct Extension {
    pub(super) name: Option<String>,
    pub(super) identifier: Option<String>,
    pub(super) error_type: Option<String>,
    /// Whether it wants to be told the account's number.
    pub(super) accepts_account: bool,
}

/// The head and its length, once it is complete.
pub(super) fn parse(unread: &[u8]) -> io::Result<Option<(usize, Request)>> {
    let mut headers = [const { MaybeUninit::<Header<'_>>::uninit() }; MAX_HEADERS];
    let mut head = httparse::Request::new(&mut []);
    match head.parse_with_uninit_headers(unread, &mut headers) {
        Ok(Status::Complete(length)) => Ok(Some((length, Request::of(&head)?))),
        Ok(Status::Partial) if unread.len() < MAX_HEAD => Ok(None),
        Ok(Status::Partial) => Err(invalid("the head is too long")),
        Err(error) => Err(invalid(&error.to_string())),
    }
}

impl Request {
    fn of(head: &httparse::Request<'_, '_>) -> io::Result<Self> {
        let mut request = Self {
            is_post: head.method == Some("POST"),
            path: head.path.unwrap_or_default().to_owned(),
            keep_alive: head.version == Some(1),
            is_stream: false,
            content_type: None,
            extension: Extension::default(),
            body: Framing::Sized(0),
            is_of_a_page: false,
            waits_for_continue: false,
        };
        for header in head.headers.iter() {
            request.take(header)?;
        }
        Ok(request)
    }

    fn take(&mut self, header: &Header<'_>) -> io::Result<()> {
        let named = |name: &str| header.name.eq_ignore_ascii_case(name);
        let text = || str::from_utf8(header.value).unwrap_or_default();
        let says = |word: &str| text().eq_ignore_ascii_case(word);
        if named("content-length") {
            // Chunks count where both are named.
            if let Framing::Sized(size) = &mut self.body {
                *size = text().parse().map_err(|_| invalid("no content length"))?;
            }
        } else if named("transfer-encoding") && says("chunked") {
            self.body = Framing::Chunked(None);
        } else if named("origin") || named("sec-fetch-site") {
            self.is_of_a_page = true;
        } else if named("host") {
            let host = text().rsplit_once(':').map_or(text(), |(name, _)| name);
            self.is_of_a_page |= !names_this_machine(host);
        } else if named("connection") && says("close") {
            self.keep_alive = false;
        } else if named("expect") && says("100-continue") {
            self.waits_for_continue = true;
        } else if named("lambda-runtime-function-response-mode") {
            self.is_stream = says("streaming");
        } else if named("content-type") {
            self.content_type = Some(text().to_owned());
        } else if let Some((prefix, rest)) = header.name.split_at_checked(EXTENSION.len())
            && prefix.eq_ignore_ascii_case(EXTENSION)
        {
            self.extension.take(rest, text());
        }
        Ok(())
    }
}

impl Extension {
    fn take(&mut self, name: &str, value: &str) {
        let value_of = |member: &mut Option<String>| *member = Some(value.to_owned());
        match name.to_ascii_lowercase().as_str() {
            "name" => value_of(&mut self.name),
            "identifier" => value_of(&mut self.identifier),
            "function-error-type" => value_of(&mut self.error_type),
            "accept-feature" => {
                let mut features = value.split(',');
                self.accepts_account = features.any(|feature| feature.trim() == "accountId");
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lambda::runtime::body::tests::mangled;

    #[test]
    fn a_head_says_how_its_body_comes() {
        let text = b"POST /x HTTP/1.1\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhello";
        let (length, request) = parse(text).unwrap().unwrap();
        assert_eq!((&text[length..], request.is_post), (&b"hello"[..], true));
        assert_eq!(request.body, Framing::Sized(5));
        assert!(request.waits_for_continue && request.keep_alive);
        let text = b"GET /n HTTP/1.1\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n";
        let (_, request) = parse(text).unwrap().unwrap();
        assert_eq!(request.body, Framing::Chunked(None));
        assert!(!request.keep_alive);
        for header in [
            "origin: http://a",
            "sec-fetch-site: none",
            "host: page.example:80",
        ] {
            let text = format!("GET /n HTTP/1.1\r\n{header}\r\n\r\n");
            let (_, request) = parse(text.as_bytes()).unwrap().unwrap();
            assert!(request.is_of_a_page, "{header}");
        }
        let (_, request) = parse(b"GET /n HTTP/1.1\r\nhost: 127.0.0.1:80\r\n\r\n")
            .unwrap()
            .unwrap();
        assert!(!request.is_of_a_page);
        assert!(parse(b"GET /n HTTP/1.1\r\nhost").unwrap().is_none());
        assert!(parse(b"GET /n HTTP/1.1\r\ncontent-length: x\r\n\r\n").is_err());
        assert!(parse(b"\x00\x01\x02 \r\n").is_err());
    }

    #[test]
    fn no_bytes_make_it_panic() {
        let head = b"POST /x HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
        let mut random = fastrand::Rng::with_seed(2);
        for _ in 0..20_000 {
            let text = mangled(head, &mut random);
            let _ = parse(&text);
        }
    }
}
