//! Parts of a request that events of both payload formats have.

use std::borrow::Cow;

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use http::{HeaderMap, header};
use time::OffsetDateTime;

use super::Connection;

pub(crate) fn text(headers: &HeaderMap, name: header::HeaderName) -> &str {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

/// The headers that API Gateway adds: who called, and how.
pub(crate) fn forwarded<'a>(
    headers: &HeaderMap,
    connection: &'a Connection,
) -> [(&'static str, Cow<'a, str>); 3] {
    let before = headers.get_all("x-forwarded-for").iter();
    let before = before.filter_map(|value| value.to_str().ok());
    let chain = before.map(|value| format!("{value}, ")).collect::<String>();
    let source = &*connection.source_ip;
    let chain = match chain.is_empty() {
        true => source.into(),
        false => (chain + source).into(),
    };
    [
        ("x-forwarded-for", chain),
        ("x-forwarded-port", connection.port.to_string().into()),
        ("x-forwarded-proto", "http".into()),
    ]
}

/// The body as text where its type says that it is text, otherwise in base64.
pub(crate) fn event_body<'a>(headers: &HeaderMap, body: &'a Bytes) -> (Option<Cow<'a, str>>, bool) {
    if body.is_empty() {
        return (None, false);
    }
    let kind = text(headers, header::CONTENT_TYPE);
    let is_text = kind.starts_with("text/")
        || [
            "application/json",
            "application/javascript",
            "application/xml",
        ]
        .iter()
        .any(|known| kind.starts_with(known));
    match std::str::from_utf8(body) {
        Ok(body) if is_text => (Some(body.into()), false),
        _ => (Some(BASE64_STANDARD.encode(body).into()), true),
    }
}

/// `23/Nov/2026:06:52:59 +0000`
pub(crate) fn common_log_time(now: OffsetDateTime) -> String {
    let (hour, minute, second) = now.to_hms();
    let (year, month, day) = now.to_calendar_date();
    let month = MONTHS[usize::from(u8::from(month)) - 1];
    let mut text = String::with_capacity(26);
    push_two_digits(&mut text, day);
    text.extend(["/", month, "/", itoa::Buffer::new().format(year)]);
    for part in [hour, minute, second] {
        text.push(':');
        push_two_digits(&mut text, part);
    }
    text + " +0000"
}

fn push_two_digits(text: &mut String, number: u8) {
    text.push(char::from(b'0' + number / 10));
    text.push(char::from(b'0' + number % 10));
}

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_is_written_as_web_servers_write_it() {
        let now = time::macros::datetime!(2026-11-03 06:52:09 UTC);
        assert_eq!(common_log_time(now), "03/Nov/2026:06:52:09 +0000");
    }
}
