use std::{
    future::{Ready, pending, poll_fn, ready},
    io::{self, Write},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Mutex,
    thread,
    time::{Duration, Instant},
};

use lambda_http::{RequestExt, http::Response};
use lambda_runtime::{Context, LambdaEvent, tower::service_fn};
use serde_json::Value;

use super::*;
use crate::{
    line::Labels,
    tally::{Tally, lock},
};

const FUNCTION: &str = "arn:aws:lambda:eu-central-1:123456789012:function:hello";

/// What is written.
#[derive(Clone, Default)]
struct Desk(Arc<Mutex<Vec<u8>>>);

impl Desk {
    /// Has it written here.
    fn outcomes<Q, A>(&self, mut outcomes: Outcomes<Q, A>) -> Outcomes<Q, A> {
        let labels = Labels {
            function: "hello".to_owned(),
            version: "2".to_owned(),
            level: None,
        };
        outcomes.tally = Box::leak(Box::new(Mutex::new(Tally::new(labels, self.clone()))));
        outcomes
    }

    fn lines(&self) -> Vec<Value> {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        let lines = text.lines();
        lines.map(|l| serde_json::from_str(l).unwrap()).collect()
    }

    fn line(&self) -> Value {
        let mut lines = self.lines();
        assert_eq!(lines.len(), 1, "{lines:?}");
        lines.remove(0)
    }
}

impl Write for Desk {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(text)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

type Answer = Result<Response<String>, &'static str>;

fn context(qualifier: &str) -> Context {
    let mut context = Context::default();
    context.request_id = "the-id".to_owned();
    context.invoked_function_arn = format!("{FUNCTION}{qualifier}");
    context
}

fn request(qualifier: &str) -> lambda_http::Request {
    lambda_http::Request::default().with_lambda_context(context(qualifier))
}

fn status(status: u16) -> Answer {
    let answer = Response::builder().status(status).body(String::new());
    Ok(answer.unwrap())
}

/// Sends a request through the alias `live`, which is answered so.
fn send(outcomes: &Outcomes<lambda_http::Request, Response<String>>, answer: Answer) {
    let answer = Mutex::new(Some(answer));
    let handler = |_: lambda_http::Request| ready(answer.lock().unwrap().take().unwrap());
    let future = outcomes.layer(service_fn(handler)).call(request(":live"));
    assert!(
        poll_as_lambda_runtime_does(&mut pin(future))
            .unwrap()
            .is_ready()
    );
}

fn pin<F: Future>(future: F) -> Pin<Box<F>> {
    Box::pin(future)
}

/// The panic is caught around `poll`, and the future outlives it.
fn poll_as_lambda_runtime_does<F: Future>(
    future: &mut Pin<Box<F>>,
) -> thread::Result<Poll<F::Output>> {
    let mut context = task::Context::from_waker(task::Waker::noop());
    catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(&mut context)))
}

fn bad_and_status(line: &Value) -> (u64, &Value) {
    assert_eq!(line["Requests"], 1);
    (line["Bad"].as_u64().unwrap(), &line["status"])
}

#[test]
fn an_answer_is_bad_from_status_500_on() {
    for (code, expected) in [(200, 0), (404, 0), (429, 0), (499, 0), (500, 1), (503, 1)] {
        let desk = Desk::default();
        send(&desk.outcomes(Outcomes::http()), status(code));
        let line = desk.line();
        let said = if expected == 1 {
            code.into()
        } else {
            Value::Null
        };
        assert_eq!(bad_and_status(&line), (expected, &said));
        assert_eq!(line["requestId"].is_string(), expected == 1);
    }
}

#[test]
fn an_error_is_bad() {
    let desk = Desk::default();
    send(&desk.outcomes(Outcomes::http()), Err("no"));
    let line = desk.line();
    assert_eq!(bad_and_status(&line), (1, &"error".into()));
    assert_eq!(line["requestId"], "the-id");
    assert_eq!(line["Resource"], "hello:live");
}

#[test]
fn a_panic_in_the_middle_is_bad_at_once_and_counts_once() {
    let desk = Desk::default();
    let handler = |_: lambda_http::Request| async {
        let mut polled = false;
        poll_fn(|_| match std::mem::replace(&mut polled, true) {
            true => panic!("in the middle"),
            false => Poll::Pending::<Answer>,
        })
        .await
    };
    let mut service = desk.outcomes(Outcomes::http()).layer(service_fn(handler));
    let mut future = pin(service.call(request(":live")));
    assert!(
        poll_as_lambda_runtime_does(&mut future)
            .unwrap()
            .is_pending()
    );
    assert!(desk.lines().is_empty());
    assert!(poll_as_lambda_runtime_does(&mut future).is_err());
    assert_eq!(bad_and_status(&desk.line()), (1, &"panic".into()));
    drop(future);
    assert_eq!(desk.lines().len(), 1);
}

#[test]
fn a_panic_before_there_is_a_future_is_bad() {
    let desk = Desk::default();
    let handler = |_| -> Ready<Answer> { panic!("at once") };
    let mut service = desk.outcomes(Outcomes::http()).layer(service_fn(handler));
    let call = catch_unwind(AssertUnwindSafe(|| service.call(request(":live"))));
    assert!(call.is_err());
    assert_eq!(bad_and_status(&desk.line()), (1, &"panic".into()));
}

#[test]
fn a_panic_in_the_predicate_is_bad() {
    let desk = Desk::default();
    let outcomes = desk.outcomes(Outcomes::http());
    let outcomes = outcomes.bad_if(|_| panic!("in the predicate"));
    let sent = catch_unwind(AssertUnwindSafe(|| send(&outcomes, status(200))));
    assert!(sent.is_err());
    assert_eq!(bad_and_status(&desk.line()), (1, &"panic".into()));
}

#[test]
fn an_invocation_that_is_given_up_is_bad() {
    let desk = Desk::default();
    let handler = |_| pending::<Answer>();
    let mut service = desk.outcomes(Outcomes::http()).layer(service_fn(handler));
    let mut future = pin(service.call(request(":live")));
    assert!(
        poll_as_lambda_runtime_does(&mut future)
            .unwrap()
            .is_pending()
    );
    drop(future);
    assert_eq!(bad_and_status(&desk.line()), (1, &"dropped".into()));
}

#[test]
fn a_users_predicate_adds_to_what_is_bad() {
    for (code, expected) in [(200, 0), (429, 1), (500, 1)] {
        let desk = Desk::default();
        let outcomes = desk.outcomes(Outcomes::http());
        let outcomes = outcomes.bad_if(|answer| answer.status() == 429);
        send(&outcomes, status(code));
        assert_eq!(desk.line()["Bad"], expected);
    }
}

#[test]
fn what_takes_longer_than_the_limit_is_slow() {
    for (limit, slow) in [(Duration::from_millis(1), 1), (Duration::MAX, 0)] {
        let desk = Desk::default();
        let outcomes = desk.outcomes(Outcomes::http().slow_after(limit));
        let handler = |_: lambda_http::Request| async {
            thread::sleep(Duration::from_millis(2));
            status(200)
        };
        let future = outcomes.layer(service_fn(handler)).call(request(":live"));
        assert!(poll_as_lambda_runtime_does(&mut pin(future)).is_ok());
        let line = desk.line();
        assert_eq!((&line["Slow"], &line["Bad"]), (&slow.into(), &0.into()));
    }
}

#[test]
fn nothing_is_written_without_an_alias() {
    let desk = Desk::default();
    let outcomes = desk.outcomes(Outcomes::http());
    for qualifier in ["", ":$LATEST", ":7"] {
        let mut service = outcomes.layer(service_fn(|_| ready(status(500))));
        let answer = poll_as_lambda_runtime_does(&mut pin(service.call(request(qualifier))));
        assert!(answer.unwrap().is_ready());
    }
    let mut service = outcomes.layer(service_fn(|_| ready(status(500))));
    let answer =
        poll_as_lambda_runtime_does(&mut pin(service.call(lambda_http::Request::default())));
    assert!(answer.unwrap().is_ready());
    lock(outcomes.tally).write_out(Instant::now());
    assert!(desk.lines().is_empty());
}

#[test]
fn an_events_answer_may_be_anything() {
    for (number, expected) in [
        (1, (0, Value::Null)),
        (3, (1, "answer".into())),
        (4, (1, "error".into())),
    ] {
        let handler = |event: LambdaEvent<u8>| match event.payload {
            4 => ready(Err("four")),
            number => ready(Ok(number)),
        };
        let desk = Desk::default();
        let outcomes = desk.outcomes(Outcomes::events().bad_if(|answer| *answer == 3));
        let event = LambdaEvent::new(number, context(":live"));
        let future = outcomes.layer(service_fn(handler)).call(event);
        assert!(poll_as_lambda_runtime_does(&mut pin(future)).is_ok());
        assert_eq!(bad_and_status(&desk.line()), (expected.0, &expected.1));
    }
}
