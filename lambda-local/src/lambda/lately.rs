//! What happened lately to each function: its last invocations, and where its aliases were moved.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex},
    time::Duration,
};

use super::{invoke::Invoked, state::lock};
use crate::clock;

/// Invocations, and moves, of a function that are remembered.
const MOST: usize = 12;

#[derive(Debug, Default)]
pub(crate) struct Lately(Mutex<HashMap<String, OfFunction>>);

#[derive(Debug, Default, Clone)]
pub(crate) struct OfFunction {
    /// The newest first.
    pub(crate) invocations: VecDeque<Arc<Ran>>,
    pub(crate) moves: VecDeque<Arc<Move>>,
}

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

/// An alias that was made, or sent elsewhere.
#[derive(Debug, PartialEq)]
pub(crate) struct Move {
    /// Seconds since 1970.
    pub(crate) at: u64,
    pub(crate) alias: String,
    /// Each version's share.
    pub(crate) shares: Vec<(String, f64)>,
}

impl Lately {
    pub(crate) fn ran(&self, invoked: &Invoked) {
        let outcome = &invoked.done.outcome;
        let http = outcome.http_status();
        let ran = Ran {
            at: clock::milliseconds(),
            request_id: invoked.request_id.clone(),
            version: invoked.version.clone(),
            took: invoked.done.duration,
            status: http.map_or_else(|| outcome.status().to_owned(), |status| status.to_string()),
            failed: outcome.is_error() || http.is_some_and(|status| status >= 500),
        };
        let mut all = lock(&self.0);
        match all.get_mut(&invoked.function.name) {
            Some(of) => push(&mut of.invocations, ran),
            None => push(
                &mut all
                    .entry(invoked.function.name.clone())
                    .or_default()
                    .invocations,
                ran,
            ),
        }
    }

    /// Takes note of where an alias is now, if it was elsewhere.
    pub(crate) fn moved(&self, function: &str, alias: &str, shares: Vec<(String, f64)>) {
        let mut all = lock(&self.0);
        let moves = &mut all.entry(function.to_owned()).or_default().moves;
        let last = moves.iter().find(|last| last.alias == alias);
        if last.is_none_or(|last| last.shares != shares) {
            let (at, alias) = (clock::seconds(), alias.to_owned());
            push(moves, Move { at, alias, shares });
        }
    }

    pub(crate) fn of(&self, function: &str) -> OfFunction {
        lock(&self.0).get(function).cloned().unwrap_or_default()
    }

    /// What is made under this name later is another function.
    pub(crate) fn forget(&self, function: &str) {
        lock(&self.0).remove(function);
    }
}

fn push<T>(all: &mut VecDeque<Arc<T>>, new: T) {
    all.truncate(MOST - 1);
    all.push_front(Arc::new(new));
}
