//! A server in somebody else's process, such as a test's: a thread of its own, and nothing that
//! concerns the rest of the process.

use std::{
    io,
    net::Ipv4Addr,
    sync::mpsc::{Sender, channel},
    thread::{self, JoinHandle},
};

use anyhow::Result;
use tokio::{net::TcpListener, runtime::Builder, sync::oneshot};

use crate::{
    callers::Callers,
    home::Home,
    instance::Instance,
    options::Options,
    terminal::{Shows, Terminal},
};

/// What a test's server has to do is little, and there are many tests.
const WORKERS: usize = 2;

/// A running server on a free port of `127.0.0.1`. Dropping it ends it, and waits for that: the
/// processes of its functions are gone then, and what it kept in a temporary folder.
#[derive(Debug)]
pub struct Server {
    url: String,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Starts a server with the default [`Options`], from any thread and in any runtime.
///
/// # Errors
/// If there is no free port, no thread, no shell, or no place for a temporary folder.
pub fn start() -> io::Result<Server> {
    Options::default().start()
}

impl Options {
    /// Starts a server with these.
    ///
    /// # Errors
    /// Those of [`start`].
    pub fn start(self) -> io::Result<Server> {
        let (tell, told) = channel();
        let (stop, stopped) = oneshot::channel();
        let thread = thread::Builder::new()
            .name("lambda-local".to_owned())
            .spawn(move || run(self, &tell, stopped))?;
        let url = told.recv().map_err(io::Error::other)?;
        Ok(Server {
            url: url.map_err(|error| io::Error::other(format!("{error:#}")))?,
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

impl Server {
    /// What clients take for AWS, such as `http://127.0.0.1:34567`: the SDKs' `endpoint_url`, the
    /// AWS CLI's `AWS_ENDPOINT_URL`. They may have any credentials.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // An error is a panic, which was printed when it happened.
            let _ = thread.join();
        }
    }
}

/// Says where it listens, or why it cannot, and serves until the sender of `stopped` is gone.
fn run(options: Options, tell: &Sender<Result<String>>, stopped: oneshot::Receiver<()>) {
    let terminal = Terminal::start(Shows::None);
    let mut runtime = Builder::new_multi_thread();
    let runtime = runtime.worker_threads(WORKERS).enable_all().build();
    let served = runtime.map_err(Into::into).and_then(|runtime| {
        let stop = async { drop(stopped.await) };
        runtime.block_on(serve(options, &terminal, tell, stop))
    });
    if let Err(error) = served {
        let _ = tell.send(Err(error));
    }
    terminal.finish();
}

async fn serve(
    options: Options,
    terminal: &Terminal,
    tell: &Sender<Result<String>>,
    stop: impl Future<Output = ()>,
) -> Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let url = format!("http://{}", listener.local_addr()?);
    let home = Home::passing()?;
    let callers = Callers::of_this_machine();
    let instance = Instance::new(listener, &home, options, callers, terminal.clone())?;
    let _ = tell.send(Ok(url));
    instance.serve(stop).await;
    Ok(())
}
