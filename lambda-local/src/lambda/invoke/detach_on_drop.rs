//! A future that is driven to its end even if whoever waited for it goes away.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use tokio::runtime::Handle;

/// Polled where it is awaited: a task of its own would cost two changes of threads for each
/// invocation. Only what is left when it is dropped becomes one.
#[derive(Debug)]
pub(crate) struct DetachOnDrop<F: Future<Output: Send> + Send + 'static>(Option<Pin<Box<F>>>);

impl<F: Future<Output: Send> + Send + 'static> DetachOnDrop<F> {
    pub(crate) fn new(future: F) -> Self {
        Self(Some(Box::pin(future)))
    }
}

impl<F: Future<Output: Send> + Send + 'static> Future for DetachOnDrop<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let Some(future) = &mut self.0 else {
            return Poll::Pending;
        };
        let polled = future.as_mut().poll(context);
        if polled.is_ready() {
            self.0 = None;
        }
        polled
    }
}

impl<F: Future<Output: Send> + Send + 'static> Drop for DetachOnDrop<F> {
    fn drop(&mut self) {
        if let (Some(rest), Ok(runtime)) = (self.0.take(), Handle::try_current()) {
            runtime.spawn(rest);
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::DetachOnDrop;

    #[tokio::test]
    async fn what_is_dropped_goes_on() {
        let (go, wait) = oneshot::channel();
        let (done, end) = oneshot::channel();
        let mut work = DetachOnDrop::new(async move { done.send(wait.await) });
        tokio::select! {
            biased;
            _ = &mut work => unreachable!("nobody said go"),
            () = async {} => {}
        }
        drop(work);
        go.send(7).unwrap();
        assert_eq!(end.await.unwrap(), Ok(7));
    }
}
