//! Function URLs: an address of a function or of an alias, without an API in front.

mod data_plane;
mod response_stream;

/// The path under which URLs are reached: `/_aws/lambda-url/{url-id}/…`.
pub(crate) const LAMBDA_URL: &str = "/_aws/lambda-url/";
/// The host name under which function URLs are reached: `{url-id}.lambda-url.localhost`.
pub(crate) const LAMBDA_URL_HOST: &str = ".lambda-url.localhost";

/// Where the function URL of this id is reached on the server at this address.
pub(crate) fn function_url(address: &str, id: &str) -> String {
    format!("{address}{LAMBDA_URL}{id}/")
}
