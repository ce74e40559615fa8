//! The services of the one account that there is, side by side.

use std::{path::Path, sync::Arc};

use anyhow::Result;
use tokio::sync::watch;

use crate::{
    apigateway::Gateway,
    changed::Changed,
    cloudwatch::CloudWatch,
    iam::Iam,
    lambda::{Lambda, Settings},
    logs::Logs,
    store::Store,
};

#[derive(Debug)]
pub(crate) struct Services {
    pub(crate) lambda: Arc<Lambda>,
    pub(crate) gateway: Arc<Gateway>,
    pub(crate) cloudwatch: Arc<CloudWatch>,
    pub(crate) logs: Arc<Logs>,
    pub(crate) iam: Iam,
    /// What is still to be written to disk.
    pub(crate) changed: Arc<Changed>,
    /// Whether the server ends: what would go on for ever ends then, too.
    pub(crate) ending: watch::Sender<bool>,
}

impl Services {
    /// # Errors
    /// If there can be no folder for packages.
    pub(crate) fn new(settings: Settings, folder: &Path) -> std::io::Result<Self> {
        let changed = Arc::new(Changed::default());
        let place = settings.place.clone();
        let cloudwatch = Arc::new(CloudWatch::new(place.clone(), settings.pace));
        let told = (
            settings.terminal.clone(),
            cloudwatch.clone(),
            changed.clone(),
        );
        let logs = Arc::new(Logs::new(place.clone(), told));
        let used = (logs.clone(), cloudwatch.clone(), changed.clone());
        let lambda = Arc::new(Lambda::new(settings, folder, used)?);
        Ok(Self {
            gateway: Arc::new(Gateway::new(lambda.clone(), changed.clone())),
            iam: Iam::new(&place, changed.clone()),
            lambda,
            cloudwatch,
            logs,
            changed,
            ending: watch::Sender::new(false),
        })
    }

    /// Takes in what was kept.
    pub(crate) fn restore(&self, store: &Store) -> Result<()> {
        self.lambda.restore(store)?;
        self.iam.restore(store)?;
        self.logs.restore(store)?;
        self.gateway.restore(store)
    }

    /// Ends what runs, and keeps what it said last.
    pub(crate) async fn shut_down(&self) {
        self.lambda.shut_down().await;
        self.logs.keep();
    }
}
