//! How long a client may take for the head of a request. That counts from its first byte: clients
//! keep connections for later, and one that is closed as they send on it is an error to them.

use std::{
    io,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};

use hyper::rt::{Sleep, Timer};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpStream, tcp::OwnedReadHalf},
};

#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    /// With a head, from its first byte on.
    pub(crate) head: Duration,
    /// With a connection on which nothing comes.
    pub(crate) idle: Duration,
}

impl Patience {
    /// The stream, and what hyper is to measure the time of a head by: with `header_read_timeout`
    /// set to that of a head.
    pub(crate) fn with(
        self,
        stream: TcpStream,
    ) -> (impl AsyncRead + AsyncWrite + Unpin, HeadTimer) {
        let began = Began::default();
        let (stream, write) = stream.into_split();
        let timer = HeadTimer {
            began: began.clone(),
            patience: self,
        };
        (tokio::io::join(Noticed { stream, began }, write), timer)
    }
}

/// When something came first since hyper waits for a head.
#[derive(Debug, Clone, Default)]
struct Began(Arc<Mutex<Option<Instant>>>);

impl Began {
    fn set(&self, change: impl FnOnce(&mut Option<Instant>)) -> Option<Instant> {
        let mut began = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut began);
        *began
    }
}

/// A stream that notes when something comes.
#[derive(Debug)]
struct Noticed {
    stream: OwnedReadHalf,
    began: Began,
}

impl AsyncRead for Noticed {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.began.set(|began| {
                began.get_or_insert_with(Instant::now);
            });
        }
        read
    }
}

#[derive(Debug)]
pub(crate) struct HeadTimer {
    began: Began,
    patience: Patience,
}

impl Timer for HeadTimer {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        self.sleep_until(Instant::now() + duration)
    }

    /// hyper begins to wait for a head, and would give up at this time.
    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        self.began.set(|began| *began = None);
        Box::pin(HeadSleep {
            began: self.began.clone(),
            patience: self.patience,
            since: Instant::now(),
            sleep: Box::pin(tokio::time::sleep_until(deadline.into())),
        })
    }
}

struct HeadSleep {
    began: Began,
    patience: Patience,
    since: Instant,
    sleep: Pin<Box<tokio::time::Sleep>>,
}

impl Sleep for HeadSleep {}

impl Future for HeadSleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let Patience { head, idle } = self.patience;
        loop {
            ready!(self.sleep.as_mut().poll(context));
            let now = Instant::now();
            let end = match self.began.set(|_| ()) {
                Some(began) => began + head,
                None => self.since + idle,
            };
            if end <= now {
                return Poll::Ready(());
            }
            // A head may begin meanwhile.
            self.sleep.as_mut().reset(end.min(now + head).into());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use hyper::{Request, Response, body::Incoming, server::conn::http1, service::service_fn};
    use hyper_util::rt::TokioIo;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
        time::sleep,
    };

    use super::*;

    const HEAD: Duration = Duration::from_millis(150);
    const HOUR: Duration = Duration::from_secs(3600);

    /// A client's connection to a server of this patience.
    async fn connected(idle: Duration) -> TcpStream {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let client = TcpStream::connect(address).await.unwrap();
        let (stream, _) = listener.accept().await.unwrap();
        let (stream, timer) = Patience { head: HEAD, idle }.with(stream);
        let service = service_fn(async |_: Request<Incoming>| {
            Ok::<_, Infallible>(Response::new(String::new()))
        });
        let connection = http1::Builder::new()
            .timer(timer)
            .header_read_timeout(HEAD)
            .serve_connection(TokioIo::new(stream), service);
        tokio::spawn(connection);
        client
    }

    async fn answers(client: &mut TcpStream) -> bool {
        let sent = client.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n");
        sent.await.is_ok() && matches!(client.read(&mut [0; 1024]).await, Ok(1..))
    }

    #[tokio::test]
    async fn a_connection_is_kept_for_the_next_request() {
        let mut client = connected(HOUR).await;
        for _ in 0..3 {
            assert!(answers(&mut client).await);
            sleep(HEAD * 2).await;
        }
    }

    #[tokio::test]
    async fn a_head_that_does_not_end_is_cut_off_also_after_a_pause_and_however_it_drips() {
        let mut client = connected(HOUR).await;
        assert!(answers(&mut client).await);
        sleep(HEAD * 2).await;
        let begun = Instant::now();
        while client.write_all(b"G").await.is_ok() {
            assert!(begun.elapsed() < HEAD * 20, "it goes on");
            sleep(HEAD / 5).await;
        }
        assert!(begun.elapsed() >= HEAD, "{:?}", begun.elapsed());
    }

    #[tokio::test]
    async fn a_connection_on_which_nothing_comes_is_not_kept_for_ever() {
        let mut client = connected(HEAD * 3).await;
        let begun = Instant::now();
        assert!(matches!(client.read(&mut [0; 10]).await, Ok(0) | Err(_)));
        assert!(begun.elapsed() >= HEAD * 3, "{:?}", begun.elapsed());
    }
}
