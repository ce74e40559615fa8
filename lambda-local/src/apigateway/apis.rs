//! The APIs of one kind, by id.

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use anyhow::Result;
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    changed::{Changed, Kind},
    protocol::ApiResult,
    store::{Store, encoded},
};

/// What is changed is marked while the APIs are locked: whoever writes it to disk then waits until
/// the change is made.
#[derive(Debug)]
pub(crate) struct Apis<T> {
    kind: Kind,
    changed: Arc<Changed>,
    all: Mutex<BTreeMap<String, Arc<T>>>,
}

impl<T: Clone + Serialize + DeserializeOwned> Apis<T> {
    pub(crate) fn new(kind: Kind, changed: Arc<Changed>) -> Self {
        Self {
            kind,
            changed,
            all: Mutex::default(),
        }
    }

    /// Takes in what was kept.
    pub(crate) fn restore(&self, store: &Store, id: impl Fn(&T) -> &String) -> Result<()> {
        let apis: Vec<T> = store.load(self.kind)?;
        let apis = apis.into_iter();
        self.lock()
            .extend(apis.map(|api| (id(&api).clone(), Arc::new(api))));
        Ok(())
    }

    /// An API as it is kept; `None` if it is not there.
    pub(crate) fn encoded(&self, id: &str) -> Option<io::Result<Vec<u8>>> {
        self.lock().get(id).map(|api| encoded(api.as_ref()))
    }

    pub(crate) fn get(&self, id: &str) -> Option<Arc<T>> {
        self.lock().get(id).cloned()
    }

    pub(crate) fn all(&self) -> Vec<Arc<T>> {
        self.lock().values().cloned().collect()
    }

    pub(crate) fn add(&self, id: String, api: T) {
        let mut all = self.lock();
        self.changed.mark(self.kind, &id);
        all.insert(id, Arc::new(api));
    }

    /// `None` if it is not there.
    pub(crate) fn remove(&self, id: &str) -> Option<()> {
        let mut all = self.lock();
        all.remove(id)?;
        self.changed.mark(self.kind, id);
        Some(())
    }

    /// Changes an API; requests under way go on with what they found. `None` if it is not there.
    pub(crate) fn change<R>(
        &self,
        id: &str,
        change: impl FnOnce(&mut T) -> ApiResult<R>,
    ) -> Option<ApiResult<R>> {
        let mut all = self.lock();
        let current = all.get_mut(id)?;
        self.changed.mark(self.kind, id);
        Some(change(Arc::make_mut(current)))
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Arc<T>>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
