//! From what is known to the next write, or the next look.

use super::{
    Action, Call, Controller, End, Phase, Report, Waiting, Write,
    decide::{Decision, Observation},
    look::Look,
};
use crate::{Routing, Seconds, Timestamp, assessment::Assessment, journal::Entry};

impl Controller {
    /// The alias is in this rollout's hands: first of all its journal has to say when the step
    /// began, for whoever goes on with it.
    pub(super) fn look(&mut self) -> Option<Call> {
        match self.known {
            Some((step, known)) if step == self.rollout.step() && !self.rollout.is_confirmed() => {
                let confirmed = self.rollout.confirmed(known);
                self.write(Action::Confirm, confirmed, "the step is there".to_owned())
            }
            _ => self.go_on(Phase::ReadAlarms),
        }
    }

    /// Ends in another phase.
    pub(super) fn decide(&mut self, now: Timestamp) -> Option<Call> {
        let Some((alias, _)) = &self.alias else {
            return self.go_on(Phase::ReadAlias);
        };
        if let Some(reason) = self.stop.clone() {
            return self.roll_back_as_asked(now, reason);
        }
        if !self.has_begun() {
            return self.begin_now(now);
        }
        let settling = matches!(alias.routing, Routing::Settling { .. });
        let assessment = self.assessment(now);
        let decision = self.rollout.decide(&Observation {
            now,
            assessment: assessment.as_ref().map_err(String::as_str),
            ringing: self.ringing.as_deref().map_err(String::as_str),
            settling,
            passed: self.hook_has_passed(),
        });
        self.report_look(now, assessment.ok(), &decision);
        self.follow(now, decision)
    }

    fn assessment(&self, now: Timestamp) -> Result<Assessment, String> {
        let samples = self.samples.as_ref().map_err(Clone::clone)?;
        let timeout = self.settings.timeout;
        Ok(Assessment::new(&self.rollout, samples, now, timeout))
    }

    fn report_look(&mut self, at: Timestamp, assessment: Option<Assessment>, decision: &Decision) {
        let timeout = self.settings.timeout;
        let look = Look::new(at, &self.rollout, assessment, (decision, timeout));
        self.reports.push_back(Report::Looked(Box::new(look)));
    }

    fn follow(&mut self, now: Timestamp, decision: Decision) -> Option<Call> {
        match decision {
            Decision::RollBack(reason) => {
                self.stop(reason);
                None
            }
            // To be done however often the write has to be tried, but not where the alias was not
            // what was looked at.
            Decision::Condemn(reason) => {
                self.stop(reason);
                self.stop_is_evidence = true;
                None
            }
            Decision::NextStep => {
                let reason = "the step before is over, and green is no worse";
                self.write(
                    Action::Shift,
                    self.rollout.next_step(now),
                    reason.to_owned(),
                )
            }
            Decision::Promote(reason) => {
                self.write(Action::Promote, self.rollout.promoted(now), reason)
            }
            Decision::Hold(waiting) if self.attempted.is_empty() => {
                self.go_on(Phase::Ended(End::Held(waiting)))
            }
            // A write that may still be done would make a liar of who says that the weight stays:
            // once the revision id is another one, it cannot be.
            Decision::Hold(_) => {
                let as_it_is = Entry::Rollout(Box::new(self.rollout.clone()));
                self.write(
                    Action::Confirm,
                    as_it_is,
                    "nothing else is to come".to_owned(),
                )
            }
            Decision::Wait(waiting) => {
                self.failures = 0;
                self.start_hook(&waiting);
                match self.once && !self.hook.is_running {
                    true => self.go_on(Phase::Ended(End::Paused)),
                    false => self.go_on(self.rest(now)),
                }
            }
        }
    }

    fn rest(&self, now: Timestamp) -> Phase {
        let usual = self.rollout.rest(now);
        let Seconds(rest) = self.settings.interval.unwrap_or(usual);
        Phase::Rest {
            until: now.after(rest.max(1)),
            then: Box::new(Phase::ReadAlias),
        }
    }

    /// Nothing but the write itself comes before it: no look, and no answer of `GetAlias` where
    /// the alias is known. If it is known wrongly, the revision id says so.
    fn roll_back_as_asked(&mut self, now: Timestamp, reason: String) -> Option<Call> {
        if !self.has_begun() && self.attempted.is_empty() {
            return self.go_on(Phase::Ended(End::NotBegun(reason)));
        }
        let entry = self.rollout.rolled_back(now, reason.clone());
        self.write(Action::RollBack, entry, reason)
    }

    fn begin_now(&mut self, now: Timestamp) -> Option<Call> {
        match self.rollout.plan.strategy.is_all_at_once() {
            true => {
                let entry = self.rollout.promoted(now);
                self.write(Action::Promote, entry, "all at once".to_owned())
            }
            false => {
                let entry = self.rollout.next_step(now);
                self.write(Action::Shift, entry, "start".to_owned())
            }
        }
    }

    fn write(&mut self, action: Action, entry: Entry, reason: String) -> Option<Call> {
        let (alias, journal) = self.alias.as_ref()?;
        let written = Write::new(alias, journal, (action, entry), reason).map(Box::new);
        let make_way = action == Action::Promote && self.settings.alias_is_provisioned;
        let phase = match written {
            Ok(write) if make_way => Phase::MakeWay(write),
            Ok(write) => Phase::Write(write),
            // A step that cannot be confirmed has no evidence: the horizon ends it.
            Err(_) if action == Action::Confirm => Phase::ReadAlarms,
            Err(error) if self.has_begun() => Phase::Ended(End::Held(Waiting::Room(error))),
            Err(error) => Phase::Ended(End::NotBegun(error.to_string())),
        };
        self.go_on(phase)
    }

    /// Starts the command of a step that is seen for the first time: also at a resume, since
    /// nobody knows whether the deployer that died came to it. A `tick` would run it at each tick:
    /// there it is run when nothing else is missing.
    fn start_hook(&mut self, waiting: &Waiting) {
        let step = self.rollout.step();
        let is_due = self.settings.after_step && self.hook.step != step;
        let can_wait = self.once && step <= self.hook.found;
        if is_due && (!can_wait || *waiting == Waiting::Hook) {
            self.hook.step = step;
            (self.hook.is_running, self.hook.is_to_start) = (true, true);
        }
    }

    fn hook_has_passed(&self) -> bool {
        let ended = self.hook.step == self.rollout.step() && !self.hook.is_running;
        !self.settings.after_step || ended
    }
}
