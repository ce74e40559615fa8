//! Panics when its event asks for it, and otherwise answers how often it was invoked.

use std::sync::atomic::{AtomicU32, Ordering};

use lambda_http::{Body, Error, Request, Response, run, service_fn};

static INVOCATIONS: AtomicU32 = AtomicU32::new(0);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(async |event: Request| {
        let count = INVOCATIONS.fetch_add(1, Ordering::Relaxed) + 1;
        assert!(!event.uri().path().ends_with("/panic"), "asked to");
        Ok::<_, Error>(Response::new(Body::from(count.to_string())))
    }))
    .await
}
