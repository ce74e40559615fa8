//! A function as anybody may have one.

use lambda_http::{Error, Request, RequestExt, Response, run, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(greet)).await
}

async fn greet(request: Request) -> Result<Response<String>, Error> {
    let path = request.raw_http_path().trim_start_matches('/');
    Ok(Response::new(format!("hello {path}")))
}
