//! Answers, and writes what `lambda-outcome` has counted when its environment goes.

use lambda_http::{Body, Error, Request, Response, run, service_fn};
use lambda_outcome::Outcomes;
use lambda_runtime::spawn_graceful_shutdown_handler;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    spawn_graceful_shutdown_handler(async || lambda_outcome::flush()).await;
    let handler = service_fn(async |_: Request| Ok::<_, Error>(Response::new(Body::Empty)));
    run(Outcomes::http().layer(handler)).await
}
