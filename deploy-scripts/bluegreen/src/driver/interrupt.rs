//! Ctrl-C and SIGTERM: noticed at once, acted upon between two calls to AWS.

use std::{process, time::Duration};

use anyhow::{Context, Result};
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
    time::timeout,
};

/// Signals that came since the start.
#[derive(Debug)]
pub(crate) struct Interrupts {
    received: watch::Receiver<Option<&'static str>>,
    /// Whether the one that is pending was told already.
    told: bool,
}

impl Interrupts {
    /// Listens from now on. A second signal ends the program where it is.
    pub(crate) fn listen() -> Result<Self> {
        let listen = |kind| signal(kind).context("failed to listen for signals");
        let mut interrupt = listen(SignalKind::interrupt())?;
        let mut terminate = listen(SignalKind::terminate())?;
        let (send, received) = watch::channel(None);
        tokio::spawn(async move {
            loop {
                let signal = tokio::select! {
                    _ = interrupt.recv() => "SIGINT",
                    _ = terminate.recv() => "SIGTERM",
                };
                if send.borrow().is_some() {
                    eprintln!(
                        "interrupted twice: the alias was left as `bluegreen status` shows it"
                    );
                    process::exit(1);
                }
                let _ = send.send(Some(signal));
            }
        });
        Ok(Self {
            received,
            told: false,
        })
    }

    /// The signal that came, told once.
    pub(crate) fn pending(&mut self) -> Option<&'static str> {
        let signal = *self.received.borrow();
        if self.told {
            return None;
        }
        self.told = signal.is_some();
        signal
    }

    /// Waits, but not longer than until a signal comes.
    pub(crate) async fn rest(&mut self, time: Duration) {
        if self.told {
            tokio::time::sleep(time).await;
            return;
        }
        let _ = timeout(time, self.received.wait_for(Option::is_some)).await;
    }

    /// Waits for a signal for ever.
    pub(crate) async fn wait(&mut self) {
        let _ = self.received.wait_for(Option::is_some).await;
    }
}
