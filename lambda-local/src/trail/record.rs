//! The record of the calls.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use serde_json::Value;
use uuid::Uuid;

use crate::{clock::Moment, cloudwatch::lock, place::Place};

/// Calls that are remembered; the oldest is forgotten first.
const MOST: usize = 10_000;

#[derive(Debug)]
pub(crate) struct Trail {
    pub(super) place: Place,
    moves: Mutex<VecDeque<Arc<Moved>>>,
}

/// A call that made an alias, or changed one.
#[derive(Debug)]
pub(crate) struct Moved {
    pub(super) id: Uuid,
    pub(super) moment: Moment,
    /// As CloudTrail names it: with the version of Lambda's API.
    pub(super) event_name: &'static str,
    pub(crate) function: String,
    pub(crate) alias: String,
    /// Where it sends its traffic since: each version's share.
    pub(crate) shares: Vec<(String, f64)>,
    /// What was asked for.
    pub(super) parameters: Value,
}

impl Moved {
    pub(crate) fn new(
        (event_name, moment): (&'static str, Moment),
        (function, alias): (&str, &str),
        shares: Vec<(String, f64)>,
        mut parameters: Value,
    ) -> Self {
        parameters["functionName"] = function.into();
        parameters["name"] = alias.into();
        Self {
            id: Uuid::new_v4(),
            moment,
            event_name,
            function: function.to_owned(),
            alias: alias.to_owned(),
            shares,
            parameters,
        }
    }

    /// Seconds since 1970.
    pub(crate) fn second(&self) -> u64 {
        self.moment.milliseconds() / 1000
    }
}

impl Trail {
    pub(crate) const fn new(place: Place) -> Self {
        Self {
            place,
            moves: Mutex::new(VecDeque::new()),
        }
    }

    pub(crate) fn record(&self, moved: Moved) {
        let mut moves = lock(&self.moves);
        moves.truncate(MOST - 1);
        moves.push_front(Arc::new(moved));
    }

    /// Those that are wanted, the newest first.
    pub(crate) fn moves(&self, wanted: impl Fn(&Moved) -> bool) -> Vec<Arc<Moved>> {
        let moves = lock(&self.moves);
        moves
            .iter()
            .filter(|moved| wanted(moved))
            .cloned()
            .collect()
    }
}
