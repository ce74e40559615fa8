//! Environments that are on their way out: those whose process is told before it is killed.

use std::sync::Arc;

use tokio::sync::watch;

/// How many there are.
#[derive(Debug, Clone, Default)]
pub(crate) struct Retiring(Arc<watch::Sender<usize>>);

/// One of them, until this is dropped.
#[derive(Debug)]
pub(super) struct Retired(Retiring);

impl Retiring {
    pub(super) fn one(&self) -> Retired {
        self.0.send_modify(|count| *count += 1);
        Retired(self.clone())
    }

    /// Waits until there is none.
    pub(crate) async fn all_gone(&self) {
        // An error is the end of the sender, which is here.
        let _ = self.0.subscribe().wait_for(|count| *count == 0).await;
    }
}

impl Drop for Retired {
    fn drop(&mut self) {
        self.0.0.send_modify(|count| *count -= 1);
    }
}
