//! Where clients reach APIs.

use crate::lambda::Lambda;

/// The path under which APIs are reached: `/_aws/execute-api/{api-id}/…`.
pub(crate) const EXECUTE_API: &str = "/_aws/execute-api/";
/// The host name under which they are reached: `{api-id}.execute-api.localhost`.
pub(crate) const EXECUTE_API_HOST: &str = ".execute-api.localhost";

/// An API's own address.
pub(crate) fn endpoint(lambda: &Lambda, id: &str) -> String {
    format!("{}{EXECUTE_API}{id}", lambda.address)
}
