//! Ctrl-C and SIGTERM: noticed at once, acted upon between two calls to AWS.

use std::{
    process,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
};

use anyhow::{Context, Result};
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::watch,
};

use super::hooks::end_what_runs;
use crate::exit::Exit;

/// Signals that came since the start.
#[derive(Debug)]
pub(crate) struct Interrupts {
    received: watch::Receiver<Option<&'static str>>,
    /// How the program ends where it is left at once.
    exit: Arc<AtomicU8>,
}

impl Interrupts {
    /// Listens from now on. A second Ctrl-C ends the program where it is. A SIGTERM that follows
    /// does not: whoever cancels a job sends both, and gives what runs time to end well.
    pub(crate) fn listen() -> Result<Self> {
        let listen = |kind| signal(kind).context("failed to listen for signals");
        let interrupt = listen(SignalKind::interrupt())?;
        let terminate = listen(SignalKind::terminate())?;
        let (send, received) = watch::channel(None);
        let exit = Arc::new(AtomicU8::new(Exit::Error as u8));
        tokio::spawn(note(interrupt, terminate, send, exit.clone()));
        Ok(Self { received, exit })
    }

    /// The signal that came, told once.
    pub(crate) fn pending(&mut self) -> Option<&'static str> {
        match self.received.has_changed() {
            Ok(true) => *self.received.borrow_and_update(),
            _ => None,
        }
    }

    /// Waits for a signal that was not told yet, for ever.
    pub(crate) async fn next(&mut self) -> &'static str {
        loop {
            if self.received.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
            if let Some(signal) = *self.received.borrow_and_update() {
                return signal;
            }
        }
    }

    /// From now on the program has done what it was asked: leaving it at once is no error.
    pub(crate) fn outcome_is(&self, exit: Exit) {
        self.exit.store(exit as u8, Ordering::Relaxed);
    }
}

async fn note(
    mut interrupt: Signal,
    mut terminate: Signal,
    send: watch::Sender<Option<&'static str>>,
    exit: Arc<AtomicU8>,
) {
    let mut interrupted = false;
    loop {
        tokio::select! {
            _ = interrupt.recv() => {
                if interrupted {
                    end_what_runs();
                    eprintln!("interrupted twice: the alias is as `bluegreen status` shows it");
                    process::exit(exit.load(Ordering::Relaxed).into());
                }
                interrupted = true;
                let _ = send.send(Some("SIGINT"));
            }
            _ = terminate.recv() => {
                if send.borrow().is_none() {
                    let _ = send.send(Some("SIGTERM"));
                }
            }
        }
    }
}
