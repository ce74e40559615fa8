//! Keeps what was acknowledged: after a call that may have changed something, and before it is
//! answered, what changed is written.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::{
    changed::Kind,
    protocol::{ApiResult, Exception},
    services::Services,
    store::{Record, Store, encoded},
};

#[derive(Debug)]
pub(crate) struct Persister {
    services: Arc<Services>,
    /// One writes at a time: whoever finds its change taken by another waits until that is done.
    store: Mutex<Store>,
}

impl Persister {
    pub(crate) fn new(services: Arc<Services>, store: Store) -> Self {
        Self {
            services,
            store: Mutex::new(store),
        }
    }

    /// Returns when all changes that were made before are on disk.
    pub(crate) async fn keep(self: &Arc<Self>) -> ApiResult<()> {
        let persister = self.clone();
        let kept = tokio::task::spawn_blocking(move || persister.write());
        kept.await.map_err(|error| not_kept(&error))?
    }

    /// Writes the lines of logs that are not on disk yet, if it is time, and their groups before.
    pub(crate) async fn keep_logs(self: &Arc<Self>) {
        let logs = self.services.logs.clone();
        if self.keep().await.is_ok() {
            // An error is the end of the server.
            let _ = tokio::task::spawn_blocking(move || logs.keep_at_leisure()).await;
        }
    }

    /// Deletes the packages that nothing names: neither now, nor on disk.
    pub(crate) fn sweep_code(&self) -> std::io::Result<()> {
        let _nobody_writes = self.store();
        let Services {
            lambda, changed, ..
        } = &*self.services;
        lambda.sweep_code(|| changed.is_empty())
    }

    fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> ApiResult<()> {
        let mut store = self.store();
        let changed = &self.services.changed;
        let names = changed.take();
        if names.is_empty() {
            return Ok(());
        }
        let records = names.iter().map(|(kind, name)| self.record(*kind, name));
        let records: std::io::Result<Vec<Record>> = records.collect();
        let written = match records {
            Ok(records) => store.save(&records),
            Err(error) => Err(error.into()),
        };
        written.map_err(|error| {
            changed.give_back(names);
            not_kept(&error)
        })
    }

    fn record(&self, kind: Kind, name: &str) -> std::io::Result<Record> {
        let Services {
            lambda,
            gateway,
            iam,
            logs,
            ..
        } = &*self.services;
        let value = match kind {
            Kind::Function => lambda.model().named(name).map(encoded),
            Kind::HttpApi => gateway.encoded_http_api(name),
            Kind::RestApi => gateway.encoded_rest_api(name),
            Kind::Role => iam.encoded_role(name),
            Kind::LogGroup => logs.encoded_group(name),
        };
        Ok((kind, name.to_owned(), value.transpose()?))
    }
}

/// What is not on disk is not acknowledged.
fn not_kept(error: &dyn std::fmt::Display) -> Exception {
    Exception::service(format!(
        "lambda-local did it, and failed to keep it: {error}; see that there is room on the disk, \
         and try again"
    ))
}
