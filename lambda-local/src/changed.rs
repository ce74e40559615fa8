//! What is still to be written to disk. Resources mark here that they changed, and know nothing of
//! the disk itself.

use std::{
    collections::BTreeSet,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// A kind of resource that is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Function,
    HttpApi,
    RestApi,
    Role,
    LogGroup,
}

impl Kind {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Function => "function",
            Self::HttpApi => "http-api",
            Self::RestApi => "rest-api",
            Self::Role => "role",
            Self::LogGroup => "log-group",
        }
    }
}

/// Which resources were made, changed or deleted since they were written last.
#[derive(Debug, Default)]
pub(crate) struct Changed(Mutex<BTreeSet<(Kind, String)>>);

impl Changed {
    pub(crate) fn mark(&self, kind: Kind, name: &str) {
        self.lock().insert((kind, name.to_owned()));
    }

    pub(crate) fn take(&self) -> BTreeSet<(Kind, String)> {
        std::mem::take(&mut *self.lock())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    /// They could not be written: the next time may.
    pub(crate) fn give_back(&self, changed: BTreeSet<(Kind, String)>) {
        self.lock().extend(changed);
    }

    fn lock(&self) -> MutexGuard<'_, BTreeSet<(Kind, String)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
