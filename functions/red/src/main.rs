use lambda_http::{Error, run, service_fn, tracing};

mod http_handler;
use http_handler::{fail_share, function_handler};

// One thread: an execution environment serves one request at a time, and starting a thread pool
// is a good part of a cold start.
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber();
    let fail_share = fail_share(std::env::var("FAIL_SHARE").ok().as_deref())?;
    run(service_fn(move |event| function_handler(event, fail_share))).await
}
