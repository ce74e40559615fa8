//! Provisioned concurrency: the environments that versions and aliases have ready.

use std::{collections::HashMap, sync::Arc};

use uuid::Uuid;

use super::target::check_runs_here;
use crate::{
    lambda::runtime::Pool,
    lambda::{
        model::{Allocation, Function, Snapshot},
        state::{Lambda, lock},
    },
    terminal::Terminal,
};

/// What is to be started of one version.
struct Provision {
    snapshot: Arc<Snapshot>,
    count: usize,
    allocations: Vec<Arc<Allocation>>,
}

impl Lambda {
    /// Starts what provisioned concurrency asks for and is not there, and keeps no more than that.
    pub(crate) fn start_provisioned(self: &Arc<Self>) {
        let wanted = self.wanted();
        for (id, pool) in &*lock(&self.pools) {
            pool.keep(wanted.get(id).map_or(0, |provision| provision.count));
        }
        for provision in wanted.into_values() {
            // What does not run here can be rehearsed all the same, as its versions and aliases are.
            if check_runs_here(&provision.snapshot).is_err() {
                provision.decide(true);
                continue;
            }
            let pool = self.pool(&provision.snapshot);
            pool.keep(provision.count);
            if provision.is_to_be_started(&pool) {
                tokio::spawn(provision.start(pool, self.terminal.clone()));
            }
        }
    }

    fn wanted(&self) -> HashMap<Uuid, Provision> {
        let mut wanted: HashMap<Uuid, Provision> = HashMap::new();
        let model = self.model();
        for (snapshot, provisioned) in model.functions().flat_map(Function::provisioned_versions) {
            let provision = wanted.entry(snapshot.id).or_insert_with(|| Provision {
                snapshot: snapshot.clone(),
                count: 0,
                allocations: Vec::new(),
            });
            provision.count += provisioned.requested as usize;
            provision.allocations.push(provisioned.allocation.clone());
        }
        wanted
    }
}

impl Provision {
    /// What failed once is not tried again until it is asked for again.
    fn is_to_be_started(&self, pool: &Pool) -> bool {
        let any = |state| self.allocations.iter().any(|one| one.decided() == state);
        any(None) || pool.lacks() && !any(Some(false))
    }

    async fn start(self, pool: Arc<Pool>, terminal: Terminal) {
        let started = pool.start_provisioned().await;
        if let Err(outcome) = &started {
            let (name, version) = (&self.snapshot.function, self.snapshot.label());
            let error = outcome.payload("-");
            let error = String::from_utf8_lossy(&error);
            terminal.warn(format_args!(
                "an environment of '{name}:{version}' could not be started ahead: {error}"
            ));
        }
        self.decide(started.is_ok());
    }

    fn decide(&self, started: bool) {
        for allocation in &self.allocations {
            allocation.decide(started);
        }
    }
}
