//! The invocation that waits for an environment's process to ask for it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, oneshot};

use super::{invocation::Invocation, outcome::Outcome};

/// An invocation for the process, and where its answer goes.
#[derive(Debug)]
pub(super) struct Work {
    pub(super) invocation: Arc<Invocation>,
    pub(super) reply: oneshot::Sender<Outcome>,
    /// Whether it was sent to the process before, which may have seen a part of it.
    pub(super) sent: bool,
}

/// At most one: an environment is given the next when the last has ended.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    work: Mutex<Option<Work>>,
    came: Notify,
}

impl Waiting {
    pub(super) fn put(&self, work: Work) {
        *self.lock() = Some(work);
        self.came.notify_one();
    }

    /// Nothing is lost where this is dropped before its end: another has it then.
    pub(super) async fn take(&self) -> Work {
        loop {
            if let Some(work) = self.lock().take() {
                return work;
            }
            self.came.notified().await;
        }
    }

    /// Whether there is one of which the process has seen nothing.
    pub(super) fn is_unseen(&self) -> bool {
        self.lock().as_ref().is_some_and(|work| !work.sent)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Work>> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use bytes::Bytes;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::{TcpListener, TcpStream},
        sync::watch,
    };

    use super::*;
    use crate::lambda::runtime::{
        extensions::Extensions,
        runtime_api::{FunctionMetadata, Init, RuntimeApi},
    };

    const NEXT: &[u8] = b"GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n\r\n";

    struct Environment {
        waiting: Arc<Waiting>,
        api: Arc<RuntimeApi>,
    }

    impl Environment {
        fn new() -> Self {
            let waiting = Arc::new(Waiting::default());
            let (init, _) = watch::channel(Init::Running);
            let (extensions, function) =
                (Arc::<Extensions>::default(), FunctionMetadata::default());
            let api = RuntimeApi::new(waiting.clone(), init, extensions, function);
            Self { waiting, api }
        }

        /// A connection on which the process asks for the next invocation.
        async fn asks(&self) -> TcpStream {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let mut asking = TcpStream::connect(address).await.unwrap();
            asking.write_all(NEXT).await.unwrap();
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(self.api.clone().serve(stream));
            tokio::task::yield_now().await;
            asking
        }

        fn is_given(&self, payload: Bytes) -> oneshot::Receiver<Outcome> {
            let (reply, answer) = oneshot::channel();
            let invocation = Arc::new(Invocation {
                request_id: "id".into(),
                payload,
                invoked_arn: "arn".to_owned(),
                client_context: None,
                timeout: Duration::from_secs(1),
                pieces: None,
            });
            self.waiting.put(Work {
                invocation,
                reply,
                sent: false,
            });
            answer
        }
    }

    async fn is_answered_with(mut asking: TcpStream, end: &str) {
        let mut answer = Vec::new();
        let whole = async {
            while !answer.ends_with(end.as_bytes()) {
                let read = asking.read_buf(&mut answer).await.unwrap();
                assert!(read > 0, "the connection ends");
            }
        };
        let whole = tokio::time::timeout(Duration::from_secs(5), whole).await;
        assert!(whole.is_ok(), "{}", String::from_utf8_lossy(&answer));
    }

    #[tokio::test]
    async fn an_invocation_goes_to_the_request_that_still_waits() {
        let environment = Environment::new();
        let given_up = environment.asks().await;
        let waits = environment.asks().await;
        drop(given_up);
        let _answer = environment.is_given(Bytes::from_static(b"\"event\""));
        is_answered_with(waits, "\"event\"").await;
    }

    #[tokio::test]
    async fn an_invocation_that_nobody_asks_for_any_more_is_as_it_was() {
        let environment = Environment::new();
        drop(environment.asks().await);
        let _answer = environment.is_given(Bytes::from_static(b"\"event\""));
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert!(environment.waiting.is_unseen());
    }

    #[tokio::test]
    async fn an_invocation_that_could_not_be_sent_to_its_end_waits_for_the_next_request() {
        let environment = Environment::new();
        let mut breaks_off = environment.asks().await;
        let large = [&[b'1'; 16 << 20][..], b"end"].concat();
        let _answer = environment.is_given(large.into());
        breaks_off.read_exact(&mut [0; 100]).await.unwrap();
        drop(breaks_off);
        is_answered_with(environment.asks().await, "end").await;
        // The process has seen a part of it: should it end, no other is given the same.
        assert!(!environment.waiting.is_unseen());
    }
}
