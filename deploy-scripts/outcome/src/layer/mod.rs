//! The layer, the service that it makes, and that service's future.

use std::{
    env,
    pin::Pin,
    sync::Arc,
    task::{self, Poll},
    time::Duration,
};

use http::{HeaderValue, Request, Response};
use lambda_runtime::{
    Context, LambdaEvent,
    tower::{Layer, Service},
};
use pin_project_lite::pin_project;

use crate::{
    bucket::Bad,
    invocation::Invocation,
    tally::{ON_LAMBDA, Shared},
};

#[cfg(test)]
mod tests;

/// The tower layer that counts how a function's invocations end: of requests `Q`, answered by `A`.
///
/// Put it around all other layers: it counts what the service that it wraps answers.
pub struct Outcomes<Q, A> {
    context: fn(&Q) -> Option<&Context>,
    status: fn(&A) -> Option<u16>,
    bad_if: Arc<dyn Fn(&A) -> bool + Send + Sync>,
    finish: Arc<dyn Fn(&mut A) + Send + Sync>,
    slow_after: Option<Duration>,
    tally: &'static Shared,
}

impl<B, C> Outcomes<Request<B>, Response<C>> {
    /// For services of `lambda_http`, whose answers are `http::Response`s.
    ///
    /// A request is bad if it ends in an error, a panic or a status of 500 or more.
    #[must_use]
    pub fn http() -> Self {
        // The context is where lambda_http's `RequestExt::lambda_context_ref` finds it.
        Self::new(
            |request| request.extensions().get(),
            |answer| Some(answer.status().as_u16()),
        )
    }

    /// Has each answer say which version gave it, in the header `x-function-version`: behind API
    /// Gateway a client cannot see it.
    #[must_use]
    pub fn version_header(mut self) -> Self {
        let version = env::var("AWS_LAMBDA_FUNCTION_VERSION").unwrap_or_default();
        if let Ok(version) = HeaderValue::try_from(version) {
            self.finish = Arc::new(move |answer| {
                let headers = answer.headers_mut();
                headers.insert("x-function-version", version.clone());
            });
        }
        self
    }
}

impl<T, A> Outcomes<LambdaEvent<T>, A> {
    /// For services of `lambda_runtime`, whatever they answer.
    ///
    /// An invocation is bad if it ends in an error or a panic.
    #[must_use]
    pub fn events() -> Self {
        Self::new(|event| Some(&event.context), |_| None)
    }
}

impl<Q, A> Outcomes<Q, A> {
    fn new(context: fn(&Q) -> Option<&Context>, status: fn(&A) -> Option<u16>) -> Self {
        Self {
            context,
            status,
            bad_if: Arc::new(|_| false),
            finish: Arc::new(|_| ()),
            slow_after: None,
            tally: &ON_LAMBDA,
        }
    }

    /// Counts as `Slow`, too, what takes longer than this. An answer that is streamed has come
    /// when its body begins.
    #[must_use]
    pub fn slow_after(mut self, limit: Duration) -> Self {
        self.slow_after = Some(limit);
        self
    }

    /// Counts answers as bad, too, of which the predicate is true, such as those with status 429.
    #[must_use]
    pub fn bad_if(mut self, predicate: impl Fn(&A) -> bool + Send + Sync + 'static) -> Self {
        self.bad_if = Arc::new(predicate);
        self
    }

    /// The service that counts what `service` answers. The same as [`Layer::layer`], for those
    /// who do not import that.
    pub fn layer<S>(&self, service: S) -> Counted<S, Q, A> {
        let outcomes = Arc::new(self.clone());
        Counted { service, outcomes }
    }

    fn verdict<E>(&self, answer: &Result<A, E>) -> Option<Bad> {
        let Ok(answer) = answer else {
            return Some(Bad::Other("error"));
        };
        let status = (self.status)(answer);
        let bad = status.is_some_and(|status| status >= 500) || (self.bad_if)(answer);
        bad.then(|| status.map_or(Bad::Other("answer"), Bad::Status))
    }
}

impl<Q, A> Clone for Outcomes<Q, A> {
    fn clone(&self) -> Self {
        let (bad_if, finish) = (Arc::clone(&self.bad_if), Arc::clone(&self.finish));
        Self {
            bad_if,
            finish,
            ..*self
        }
    }
}

impl<S, Q, A> Layer<S> for Outcomes<Q, A> {
    type Service = Counted<S, Q, A>;

    fn layer(&self, service: S) -> Self::Service {
        self.layer(service)
    }
}

/// A service whose outcomes are counted: see [`Outcomes::layer`].
pub struct Counted<S, Q, A> {
    service: S,
    outcomes: Arc<Outcomes<Q, A>>,
}

impl<S: Clone, Q, A> Clone for Counted<S, Q, A> {
    fn clone(&self) -> Self {
        self.outcomes.layer(self.service.clone())
    }
}

impl<S: Service<Q, Response = A>, Q, A> Service<Q> for Counted<S, Q, A> {
    type Response = A;
    type Error = S::Error;
    type Future = Counting<S::Future, Q, A>;

    fn poll_ready(&mut self, cx: &mut task::Context<'_>) -> Poll<Result<(), S::Error>> {
        self.service.poll_ready(cx)
    }

    fn call(&mut self, request: Q) -> Self::Future {
        let outcomes = Arc::clone(&self.outcomes);
        let start = |context| Invocation::start(outcomes.tally, outcomes.slow_after, context);
        // Before the service is called, which may panic.
        let invocation = (outcomes.context)(&request).and_then(start);
        Counting {
            answer: self.service.call(request),
            invocation,
            outcomes,
        }
    }
}

pin_project! {
    /// The future of [`Counted`].
    pub struct Counting<F, Q, A> {
        #[pin]
        answer: F,
        invocation: Option<Invocation>,
        outcomes: Arc<Outcomes<Q, A>>,
    }
}

impl<F: Future<Output = Result<A, E>>, Q, A, E> Future for Counting<F, Q, A> {
    type Output = Result<A, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        // Taken out of the future for as long as the handler runs: a panic then drops it at once.
        // The future itself is dropped only after the runtime has caught the panic.
        let invocation = this.invocation.take();
        let Poll::Ready(mut answer) = this.answer.poll(cx) else {
            *this.invocation = invocation;
            return Poll::Pending;
        };
        if let Some(invocation) = invocation {
            invocation.answered(this.outcomes.verdict(&answer));
        }
        if let Ok(answer) = &mut answer {
            (this.outcomes.finish)(answer);
        }
        Poll::Ready(answer)
    }
}
