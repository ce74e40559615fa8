//! What an invocation costs in the layer, in CPU:
//! `cargo run --profile function --package lambda-outcome --example cost >/dev/null`.

use std::{
    fs,
    future::{Future, ready},
    pin::pin,
    task::{self, Poll, Waker},
};

use lambda_outcome::Outcomes;
use lambda_runtime::{Context, Error, LambdaEvent, Service, service_fn};

const INVOCATIONS: u32 = 5_000_000;
const ARN: &str = "arn:aws:lambda:eu-central-1:123456789012:function:hello:live";

fn main() -> Result<(), Error> {
    let handler = |event: LambdaEvent<()>| ready(Ok::<_, Error>(event.context.request_id.len()));
    let bare = cost(service_fn(handler))?;
    let counted = cost(Outcomes::events().layer(service_fn(handler)))?;
    eprintln!("{:.0} ns an invocation", counted - bare);
    Ok(())
}

/// Nanoseconds an invocation, that of making its event included.
fn cost(mut service: impl Service<LambdaEvent<()>, Response = usize>) -> Result<f64, Error> {
    let mut context = Context::default();
    context.request_id = "8f507cfc-1f2e-4697-b07a-ac58fc914c95".to_owned();
    context.invoked_function_arn = ARN.to_owned();
    let before = cpu_nanoseconds()?;
    for _ in 0..INVOCATIONS {
        let answer = pin!(service.call(LambdaEvent::new((), context.clone())));
        let polled = answer.poll(&mut task::Context::from_waker(Waker::noop()));
        assert!(matches!(polled, Poll::Ready(Ok(36))));
    }
    Ok((cpu_nanoseconds()? - before) / f64::from(INVOCATIONS))
}

/// What this process has used so far: other processes make the wall clock a poor measure.
fn cpu_nanoseconds() -> Result<f64, Error> {
    let schedule = fs::read_to_string("/proc/self/schedstat")?;
    let used = schedule.split(' ').next().unwrap_or_default();
    Ok(used.parse()?)
}
