use std::env;

use lambda_http::{Error, run, service_fn};
use lambda_outcome::Outcomes;
use tracing::Level;

mod http_handler;
use http_handler::function_handler;

// One thread: an execution environment serves one request at a time, and starting a thread pool
// is a good part of a cold start.
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    init_logging();
    let handler = service_fn(function_handler);
    run(Outcomes::http().version_header().layer(handler)).await
}

/// A line of JSON for each event, at the level that is set for the function in Lambda. Lambda's
/// own lines carry the time.
fn init_logging() {
    let level = env::var("AWS_LAMBDA_LOG_LEVEL").ok();
    let level = level.and_then(|level| level.parse().ok());
    tracing_subscriber::fmt()
        .json()
        .with_max_level(level.unwrap_or(Level::INFO))
        .with_span_list(false)
        .with_target(false)
        .without_time()
        .init();
}
