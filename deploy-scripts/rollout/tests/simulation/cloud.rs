//! The simulated Lambda: an alias with a revision id, and writes that are on their way.

use bluegreen_rollout::{
    Routing, Version,
    controller::{Alias, Write},
};
use fastrand::Rng;

use crate::{rival::Rival, scenario::Scenario, traffic::Traffic};

pub(crate) const BLUE: u64 = 3;
pub(crate) const GREEN: u64 = 4;
/// The second since 1970 at which the cloud's time begins: a whole minute.
pub(crate) const EPOCH: u64 = 1_800_000_000;

/// Who wrote to the alias: one life of the deployer, or somebody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Writer {
    Life(usize),
    Rival(Rival),
}

/// A write that the cloud accepted.
#[derive(Debug, Clone)]
pub(crate) struct Accepted {
    pub(crate) at: u64,
    /// When it was sent.
    pub(crate) sent: u64,
    pub(crate) by: Writer,
    pub(crate) before: Alias,
    pub(crate) after: Alias,
}

/// A write on its way.
#[derive(Debug)]
struct Flying {
    lands: u64,
    number: usize,
    sent: u64,
    by: Writer,
    write: Write,
}

#[derive(Debug)]
pub(crate) struct Cloud {
    pub(crate) scenario: Scenario,
    pub(crate) rng: Rng,
    /// Milliseconds since the beginning.
    pub(crate) now: u64,
    pub(crate) traffic: Traffic,
    pub(crate) writes: Vec<Accepted>,
    alias: Alias,
    flying: Vec<Flying>,
    /// What came of each write, by its number: the alias as it was then, or a conflict.
    landed: Vec<Option<Result<Alias, ()>>>,
    rival: Option<(u64, Rival)>,
}

pub(crate) fn version(number: u64) -> Version {
    Version::new(number).unwrap()
}

impl Cloud {
    pub(crate) fn new(scenario: &Scenario) -> Self {
        Self {
            rng: Rng::with_seed(scenario.seed ^ 0x5eed),
            now: 0,
            traffic: Traffic::new(scenario.seed),
            writes: Vec::new(),
            alias: Alias {
                routing: Routing::All(version(BLUE)),
                description: scenario.users_text.to_owned(),
                revision: "r0".to_owned(),
            },
            flying: Vec::new(),
            landed: Vec::new(),
            rival: scenario.rival,
            scenario: scenario.clone(),
        }
    }

    pub(crate) fn alias(&self) -> &Alias {
        &self.alias
    }

    /// Lets time go by, with traffic, and with what lands meanwhile.
    pub(crate) fn advance(&mut self, to: u64) {
        let to = to.max(self.now);
        while let Some(index) = self.next_to_land(to) {
            let flying = self.flying.swap_remove(index);
            self.now = self.now.max(flying.lands);
            self.rival_moves();
            self.land(flying);
        }
        self.now = to;
        self.rival_moves();
    }

    fn next_to_land(&self, to: u64) -> Option<usize> {
        let due = self
            .flying
            .iter()
            .enumerate()
            .filter(|(_, flying)| flying.lands <= to);
        due.min_by_key(|(_, flying)| flying.lands)
            .map(|(index, _)| index)
    }

    fn land(&mut self, flying: Flying) {
        let Flying {
            number,
            sent,
            by,
            write,
            ..
        } = flying;
        let matches = write.revision == self.alias.revision;
        let landed = match matches {
            true => Ok(self.accept((by, sent), write.routing(), write.description)),
            false => Err(()),
        };
        self.landed[number] = Some(landed);
    }

    fn accept(
        &mut self,
        (by, sent): (Writer, u64),
        routing: Routing,
        description: String,
    ) -> Alias {
        self.serve();
        let before = self.alias.clone();
        self.alias = Alias {
            routing,
            description,
            revision: format!("r{}", self.writes.len() + 1),
        };
        self.writes.push(Accepted {
            at: self.now,
            sent,
            by,
            before,
            after: self.alias.clone(),
        });
        self.alias.clone()
    }

    fn serve(&mut self) {
        let share = self.alias.routing.share_of(version(GREEN));
        self.traffic.serve(&self.scenario, share, self.now);
    }

    fn rival_moves(&mut self) {
        if let Some((at, rival)) = self.rival
            && at <= self.now
            && let Some((routing, description)) = rival.write(&self.alias, self.now)
        {
            self.rival = None;
            self.accept((Writer::Rival(rival), self.now), routing, description);
        }
    }

    /// Sends a write that lands at this moment; gives its number.
    pub(crate) fn send(&mut self, lands: u64, by: Writer, write: &Write) -> usize {
        self.landed.push(None);
        let number = self.landed.len() - 1;
        self.flying.push(Flying {
            lands,
            number,
            sent: self.now,
            by,
            write: write.clone(),
        });
        number
    }

    pub(crate) fn what_came_of(&self, number: usize) -> Option<Result<Alias, ()>> {
        self.landed[number].clone()
    }

    /// What `GetAlias` shows now: it may be behind.
    pub(crate) fn shown(&mut self) -> Alias {
        let stale = self.scenario.faults.stale;
        let behind = if stale > 0 { self.rng.u64(0..stale) } else { 0 };
        let as_of = self.now.saturating_sub(behind);
        let later = self.writes.iter().find(|write| write.at > as_of);
        later.map_or_else(|| self.alias.clone(), |write| write.before.clone())
    }

    pub(crate) fn samples(&mut self) -> bluegreen_rollout::samples::Samples {
        self.serve();
        self.traffic.samples(&self.scenario, self.now)
    }

    pub(crate) fn ringing(&self) -> Vec<String> {
        let at = self.scenario.alarm_at.filter(|at| at * 1000 <= self.now);
        let names = self.scenario.plan.alarms.iter().filter(|_| at.is_some());
        names.cloned().collect()
    }
}
