//! Listings in pages.

use serde_json::Value;

use crate::protocol::{ApiResult, Exception};

/// Where no size is asked for: AWS documents it for REST APIs, and not for HTTP APIs.
const SIZE: usize = 25;
/// <https://docs.aws.amazon.com/apigateway/latest/api/API_GetRestApis.html>
const LARGEST: usize = 500;

/// A page, and what the next one begins with if there is one.
pub(super) fn page(
    all: impl Iterator<Item = Value>,
    size: Option<usize>,
    begin: Option<&str>,
) -> ApiResult<(Vec<Value>, Option<String>)> {
    let begin: usize = match begin {
        Some(text) => text
            .parse()
            .map_err(|_| Exception::gateway_bad_request("Invalid token for the next page"))?,
        None => 0,
    };
    let size = size.unwrap_or(SIZE).clamp(1, LARGEST);
    let mut rest = all.skip(begin);
    let page = rest.by_ref().take(size).collect();
    let next = rest.next().map(|_| (begin + size).to_string());
    Ok((page, next))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::page;

    #[test]
    fn every_entry_is_on_one_page() {
        let all = || (0..60).map(|number| json!(number));
        let mut found: Vec<Value> = Vec::new();
        let (mut begin, mut pages) = (None, 0);
        loop {
            let (entries, next) = page(all(), None, begin.as_deref()).unwrap();
            found.extend(entries);
            pages += 1;
            begin = next;
            if begin.is_none() {
                break;
            }
        }
        assert_eq!((found, pages), (all().collect(), 3));
        assert_eq!(page(all(), Some(60), None).unwrap().1, None);
        assert!(page(all(), None, Some("x")).is_err());
    }
}
