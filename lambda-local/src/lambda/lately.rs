//! The last invocations of each function.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex},
    time::Duration,
};

use crate::cloudwatch::lock;

/// Invocations of a function that are remembered.
const MOST: usize = 12;

/// By function; the newest first.
#[derive(Debug, Default)]
pub(crate) struct Lately(Mutex<HashMap<String, VecDeque<Arc<Ran>>>>);

/// An invocation that has ended.
#[derive(Debug)]
pub(crate) struct Ran {
    /// Milliseconds since 1970, at its end.
    pub(crate) at: u64,
    pub(crate) request_id: Arc<str>,
    pub(crate) version: String,
    pub(crate) took: Duration,
    /// The status of its answer, or Lambda's word for how it ended.
    pub(crate) status: String,
    pub(crate) failed: bool,
}

impl Lately {
    pub(crate) fn ran(&self, function: &str, ran: Ran) {
        let mut all = lock(&self.0);
        let of = match all.get_mut(function) {
            Some(of) => of,
            None => all.entry(function.to_owned()).or_default(),
        };
        of.truncate(MOST - 1);
        of.push_front(Arc::new(ran));
    }

    pub(crate) fn of(&self, function: &str) -> VecDeque<Arc<Ran>> {
        lock(&self.0).get(function).cloned().unwrap_or_default()
    }

    /// What is made under this name later is another function.
    pub(crate) fn forget(&self, function: &str) {
        lock(&self.0).remove(function);
    }
}
