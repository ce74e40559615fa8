//! Lambda itself: the model of its resources, and the environments that run what is invoked.

use std::{
    collections::{HashMap, HashSet},
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use anyhow::Result;
use uuid::Uuid;

use super::{
    lately::Lately,
    model::{Function, Model, Snapshot},
    packages::CodeStore,
};
use crate::{
    changed::{Changed, Kind},
    cloudwatch::{CloudWatch, Pace},
    lambda::runtime::{Guard, Limits, Pool, Retiring},
    logs::Logs,
    place::Place,
    store::Store,
    terminal::Terminal,
    trail::Trail,
};

/// What is set when the server starts.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// Where this server is reached, such as `http://127.0.0.1:4566`.
    pub(crate) address: String,
    pub(crate) place: Place,
    pub(crate) limits: Limits,
    /// How long creating and updating a function takes.
    pub(crate) transition: Duration,
    /// How fine and how late metrics are.
    pub(crate) pace: Pace,
    /// How long after it failed an asynchronous invocation is tried again; twice that the next time.
    pub(crate) retry_delay: Duration,
    /// Makes the choices between an alias's two versions repeatable.
    pub(crate) seed: Option<u64>,
    pub(crate) terminal: Terminal,
}

#[derive(Debug)]
pub(crate) struct Lambda {
    /// Where this server is reached, such as `http://127.0.0.1:4566`.
    pub(crate) address: String,
    pub(crate) place: Place,
    pub(crate) code: Arc<CodeStore>,
    pub(crate) logs: Arc<Logs>,
    pub(crate) terminal: Terminal,
    pub(crate) cloudwatch: Arc<CloudWatch>,
    limits: Limits,
    retiring: Retiring,
    guard: Arc<Guard>,
    pub(super) retry_delay: Duration,
    pub(crate) lately: Lately,
    pub(crate) trail: Trail,
    model: Mutex<Model>,
    pub(super) random: Mutex<fastrand::Rng>,
    pub(super) pools: Mutex<HashMap<Uuid, Arc<Pool>>>,
}

impl Lambda {
    /// With where it writes logs and metrics, and tells what is to be kept.
    pub(crate) fn new(
        settings: Settings,
        folder: &Path,
        (logs, cloudwatch, changed): (Arc<Logs>, Arc<CloudWatch>, Arc<Changed>),
    ) -> std::io::Result<Self> {
        let random = settings
            .seed
            .map_or_else(fastrand::Rng::new, fastrand::Rng::with_seed);
        Ok(Self {
            address: settings.address,
            place: settings.place.clone(),
            code: Arc::new(CodeStore::new(folder.join("code"))?),
            logs,
            terminal: settings.terminal,
            cloudwatch,
            limits: settings.limits,
            retiring: Retiring::default(),
            guard: Arc::default(),
            retry_delay: settings.retry_delay,
            lately: Lately::default(),
            trail: Trail::new(settings.place.clone()),
            model: Mutex::new(Model::new(settings.place, settings.transition, changed)),
            random: Mutex::new(random),
            pools: Mutex::default(),
        })
    }

    /// Takes in what was kept.
    pub(crate) fn restore(&self, store: &Store) -> Result<()> {
        let mut functions: Vec<Function> = store.load(Kind::Function)?;
        for function in &mut functions {
            function.find_code(|code| self.code.folder_of(code));
        }
        for snapshot in functions.iter().flat_map(Function::snapshots) {
            if let Some(fault) = self.code.fault_of(&snapshot.code) {
                let (name, version) = (&snapshot.function, snapshot.label());
                self.terminal
                    .warn(format_args!("{name}:{version} cannot run: {fault}"));
            }
        }
        for function in functions {
            self.model().restore(function);
        }
        self.code.delete_parts()?;
        Ok(self.sweep_code(|| true)?)
    }

    /// Deletes the packages that no version has any more, where what the versions are now is kept.
    pub(crate) fn sweep_code(&self, is_kept: impl FnOnce() -> bool) -> std::io::Result<()> {
        self.code.sweep(|| {
            let model = self.model();
            let named = model.functions().flat_map(Function::snapshots);
            let named = named.map(|snapshot| snapshot.code.folder.clone());
            is_kept().then(|| named.collect())
        })
    }

    /// The resources. Not to be held while anything is awaited. What they are told of as now is a
    /// moment taken after this: an earlier one could lie before a change that they hold.
    pub(crate) fn model(&self) -> MutexGuard<'_, Model> {
        lock(&self.model)
    }

    /// Ends environments that are not needed: those idle for too long, and those of code that
    /// no version has any more. Passes on what the others print between invocations.
    pub(crate) fn tidy_environments(&self) {
        let live: HashSet<Uuid> = {
            let model = self.model();
            model
                .functions()
                .flat_map(Function::snapshots)
                .map(|snapshot| snapshot.id)
                .collect()
        };
        let mut pools = lock(&self.pools);
        pools.retain(|id, _| live.contains(id));
        for pool in pools.values() {
            pool.tidy();
        }
    }

    /// How many environments this code with this configuration has.
    pub(crate) fn environments(&self, snapshot: &Snapshot) -> usize {
        let pool = lock(&self.pools).get(&snapshot.id).cloned();
        pool.map_or(0, |pool| pool.size())
    }

    /// Ends all environments, and waits until their processes are gone.
    pub(crate) async fn shut_down(&self) {
        lock(&self.pools).clear();
        self.retiring.all_gone().await;
        self.guard.end_all().await;
    }

    pub(super) fn pool(&self, snapshot: &Arc<Snapshot>) -> Arc<Pool> {
        let mut pools = lock(&self.pools);
        let new = || {
            let guard = self.guard.clone();
            let told = (self.logs.clone(), self.retiring.clone(), guard);
            let (code, place) = (self.code.clone(), self.place.clone());
            Pool::new(snapshot.clone(), code, place, told, self.limits.clone())
        };
        pools.entry(snapshot.id).or_insert_with(new).clone()
    }
}

/// A random UUID. It identifies and protects nothing, so the kernel need not be asked for it.
pub(crate) fn new_request_id() -> String {
    let random = fastrand::u128(..).to_ne_bytes();
    uuid::Builder::from_random_bytes(random)
        .into_uuid()
        .to_string()
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
