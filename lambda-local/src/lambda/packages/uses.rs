//! Which packages are in use beside those that a version names: by an upload whose version is not made
//! yet, and by environments whose version was deleted.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

#[derive(Debug, Clone, Default)]
pub(super) struct Uses(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    held: BTreeMap<PathBuf, usize>,
    /// What was in use since somebody began to look for what nobody has.
    since: BTreeSet<PathBuf>,
    /// Whether there may be something that nobody has.
    ended: bool,
}

/// While there is one, the package stays.
#[derive(Debug)]
pub(crate) struct Use {
    of: Uses,
    folder: PathBuf,
}

impl Uses {
    pub(super) fn begin(&self, folder: &Path) -> Use {
        let mut state = self.lock();
        *state.held.entry(folder.to_owned()).or_default() += 1;
        state.since.insert(folder.to_owned());
        Use {
            of: self.clone(),
            folder: folder.to_owned(),
        }
    }

    pub(super) fn end(&self) {
        self.lock().ended = true;
    }

    pub(super) fn has_ended(&self) -> bool {
        self.lock().ended
    }

    /// Somebody begins to look for what nobody has.
    pub(super) fn look(&self) {
        let mut state = self.lock();
        state.ended = false;
        state.since = state.held.keys().cloned().collect();
    }

    /// Does something with what was not in use since then, while no use can begin.
    pub(super) fn unless_used<T>(&self, folder: &Path, then: impl FnOnce() -> T) -> Option<T> {
        let state = self.lock();
        (!state.since.contains(folder)).then(then)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Use {
    fn drop(&mut self) {
        let mut state = self.of.lock();
        state.ended = true;
        if let Some(count) = state.held.get_mut(&self.folder) {
            *count -= 1;
            if *count == 0 {
                state.held.remove(&self.folder);
            }
        }
    }
}
