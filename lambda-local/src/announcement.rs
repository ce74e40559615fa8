//! What a person is told when the server starts.

/// What to paste into the terminal in which this Lambda is used. The page shows it again.
pub(crate) fn exports(address: &str, region: &str) -> String {
    format!(
        "export AWS_ENDPOINT_URL={address}\n\
         export AWS_REGION={region} AWS_DEFAULT_REGION={region}\n\
         export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local\n"
    )
}

/// `kept` says what becomes of what is made here.
pub(crate) fn announcement(address: &str, region: &str, kept: &str) -> String {
    let exports = exports(address, region).replace("export", "  export");
    format!(
        "lambda-local listens on {address}\n\n{exports}\n{kept}\n\
         The page at {address}/ shows these exports again, and what runs.\n\n"
    )
}
