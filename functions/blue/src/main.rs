use lambda_http::{Error, run, service_fn, tracing};

mod http_handler;
use http_handler::function_handler;

// One thread: an execution environment serves one request at a time, and starting a thread pool
// is a good part of a cold start.
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber();
    run(service_fn(function_handler)).await
}
