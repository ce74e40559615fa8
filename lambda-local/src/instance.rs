//! One server, from the port that it was given to its end.

use std::{path::Path, sync::Arc};

use anyhow::{Context, Result};
use tokio::net::TcpListener;

use crate::{
    callers::Callers, faults::Faults, home::Home, options::Options, persister::Persister,
    server::Server, services::Services, store::Store, terminal::Terminal, tidy::keep_tidy,
};

/// With all that was kept, and ready to serve.
#[derive(Debug)]
pub(crate) struct Instance {
    listener: TcpListener,
    services: Arc<Services>,
    persister: Option<Arc<Persister>>,
    faults: Faults,
    callers: Callers,
}

impl Instance {
    /// # Errors
    /// If what was kept cannot be read, or there can be no folder for packages.
    pub(crate) fn new(
        listener: TcpListener,
        home: &Home,
        options: Options,
        callers: Callers,
        terminal: Terminal,
    ) -> Result<Self> {
        let address = listener.local_addr();
        let address = address.context("failed to read the port's number")?;
        let (region, faults) = (options.place.region.clone(), options.faults.clone());
        let faults = Faults::new(faults, options.seed);
        let services = Services::new(options.settings(address, terminal), home.folder());
        let services = Arc::new(services.context("failed to make a folder for packages")?);
        let persister = match &home {
            Home::Kept(folder) => Some(restored(&services, folder, &region)?),
            Home::Passing(_) => None,
        };
        Ok(Self {
            listener,
            services,
            persister,
            faults,
            callers,
        })
    }

    /// Serves until `stop` is done; then no process of its functions is left.
    pub(crate) async fn serve(self, stop: impl Future<Output = ()>) {
        let (services, persister) = (self.services, self.persister);
        tokio::spawn(keep_tidy(services.clone(), persister.clone()));
        let server = Server::new(services.clone(), persister, self.faults, self.callers);
        server.serve(self.listener, stop).await;
        services.shut_down().await;
    }
}

/// With what was kept in the folder, and keeping what comes.
fn restored(services: &Arc<Services>, folder: &Path, region: &str) -> Result<Arc<Persister>> {
    let store = Store::open(folder, region)?;
    let restored = services.restore(&store);
    restored.with_context(|| {
        format!(
            "what is kept in {} is damaged; move it away to begin anew",
            folder.display()
        )
    })?;
    Ok(Arc::new(Persister::new(services.clone(), store)))
}
