//! Environments that are started before anybody needs them.

use super::{outcome::Outcome, pool::Pool, variables::Initialization};

impl Pool {
    /// Keeps so many environments however long they are idle, within what a version may have.
    pub(crate) fn keep(&self, count: usize) {
        self.lock().kept = count.min(self.limits.environments);
    }

    /// Whether there are fewer than are to be kept.
    pub(crate) fn lacks(&self) -> bool {
        let state = self.lock();
        state.count < state.kept
    }

    /// Starts what lacks. When this is done, they wait for their first invocation.
    ///
    /// # Errors
    /// Why one did not start.
    pub(crate) async fn start_provisioned(&self) -> Result<(), Outcome> {
        let _alone = self.ahead.lock().await;
        while self.take_place() {
            let environment = self.start(Initialization::Provisioned).await;
            self.release(environment.map_err(|failed| failed.outcome)?);
        }
        Ok(())
    }

    fn take_place(&self) -> bool {
        let mut state = self.lock();
        let lacks = state.count < state.kept;
        state.count += usize::from(lacks);
        lacks
    }
}
