//! Where AWS calls are sent instead.

use reqwest::Url;

/// An address that AWS calls can be sent to.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn endpoint_url(text: &str) -> Result<String, String> {
    let is_http = |url: &Url| ["http", "https"].contains(&url.scheme()) && url.has_host();
    match Url::parse(text) {
        Ok(url) if is_http(&url) => Ok(text.to_owned()),
        _ => Err("give an address such as http://127.0.0.1:4566".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::endpoint_url;

    #[test]
    fn calls_go_to_an_address_with_a_host() {
        let local = "http://127.0.0.1:4566";
        assert_eq!(endpoint_url(local), Ok(local.to_owned()));
        for wrong in ["127.0.0.1:4566", "ftp://127.0.0.1", "unix:/run/lambda", ""] {
            assert!(endpoint_url(wrong).is_err(), "{wrong}");
        }
    }
}
