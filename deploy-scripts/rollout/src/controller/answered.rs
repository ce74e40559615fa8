//! From an answer to what is known.

use super::{
    Action, Alias, Answer, Controller, End, Failed, Failure, Foreign, Phase, RETRY, Report, Write,
};
use crate::{
    Rollout, Routing, Timestamp,
    journal::{Entry, Journal},
    samples::Samples,
};

/// Failed calls in a row after which the rollout is left to the user's hands.
const MAX_FAILURES: u32 = 20;

impl Controller {
    /// Takes the answer of the call that [`next`](Self::next) gave. One that came too late, when
    /// something else is under way, is of no interest.
    pub fn answered(&mut self, now: Timestamp, answer: Answer) {
        match (self.phase.clone(), answer) {
            (Phase::ReadAlias, Answer::Alias(alias)) => self.seen(now, alias),
            (Phase::ReadAlias, Answer::Failed(failure)) => self.failed(now, None, failure),
            (Phase::ReadAlarms, answer) => self.heard(answer),
            (Phase::ReadMetrics, Answer::Samples(samples)) => self.measured(Ok(samples)),
            (Phase::ReadMetrics, Answer::Failed(failure)) => self.measured(Err(failure.text())),
            (Phase::MakeWay(write), Answer::Done) => self.phase = Phase::Write(write),
            (Phase::MakeWay(write), Answer::Failed(failure)) => {
                self.failed(now, Some(write), failure);
            }
            (Phase::Write(write), Answer::Alias(alias)) => self.written(now, *write, alias),
            (Phase::Write(write), Answer::Failed(failure)) => {
                self.not_written(now, write, failure);
            }
            _ => {}
        }
    }

    /// An alarm that rings needs no metrics.
    fn heard(&mut self, answer: Answer) {
        self.ringing = match answer {
            Answer::Ringing(names) => Ok(names),
            Answer::Failed(failure) => Err(failure.text()),
            _ => return,
        };
        let rings = self.ringing.as_ref().is_ok_and(|names| !names.is_empty());
        self.phase = match rings {
            true => Phase::Decide,
            false => Phase::ReadMetrics,
        };
    }

    fn measured(&mut self, samples: Result<Samples, String>) {
        self.samples = samples;
        self.phase = Phase::Decide;
    }

    fn seen(&mut self, now: Timestamp, alias: Alias) {
        if self.replaced.contains(&alias.revision) {
            let text = "GetAlias answered with what the alias was before";
            return self.failed(now, None, Failure::Lost(text.to_owned()));
        }
        let Ok(journal) = Journal::read(&alias.description) else {
            return self.moved(alias.routing);
        };
        let mut attempted = self.attempted.iter();
        if let Some(done) = attempted.find(|write| write.is_done(&alias)) {
            return self.landed(now, done.clone(), (alias, journal));
        }
        match &journal.entry {
            Some(Entry::Rollout(ours)) if ours.run == self.rollout.run => {
                let settling = matches!(alias.routing, Routing::Settling { .. });
                if !settling && !alias.routing.leads_to(ours.routing()) {
                    return self.moved(alias.routing);
                }
                let ours = (**ours).clone();
                self.take_up(now, ours, (alias, journal));
            }
            _ if !self.has_begun() && self.is_untouched(&alias) => self.phase = Phase::Decide,
            _ => self.moved(alias.routing),
        }
    }

    /// Whether the alias is as it was before the first write.
    fn is_untouched(&self, alias: &Alias) -> bool {
        let known = self.alias.as_ref();
        known.is_some_and(|(known, _)| known.revision == alias.revision)
    }

    /// Away from where it was seen last in this rollout's hands.
    fn moved(&mut self, found: Routing) {
        let expected = self.ours.unwrap_or_else(|| self.rollout.routing());
        self.phase = Phase::Ended(End::Moved(Foreign { expected, found }));
    }

    fn take_up(&mut self, now: Timestamp, rollout: Rollout, known: (Alias, Journal)) {
        let step = rollout.step();
        let settling = matches!(known.0.routing, Routing::Settling { .. });
        if !settling && self.known.is_none_or(|(known, _)| known != step) {
            self.known = Some((step, now));
        }
        self.ours = Some(known.0.routing);
        self.rollout = rollout;
        self.rollout.plan.horizon = self.horizon.or(self.rollout.plan.horizon);
        self.alias = Some(known);
        self.phase = match self.stop {
            Some(_) => Phase::Decide,
            None => Phase::Look,
        };
    }

    fn written(&mut self, now: Timestamp, write: Write, alias: Alias) {
        self.failures = 0;
        // Read like any other answer: what AWS made of it is what counts.
        match Journal::read(&alias.description) {
            Ok(journal) => self.landed(now, write, (alias, journal)),
            Err(_) => self.moved(alias.routing),
        }
    }

    /// The alias is where this write wanted it: what it was before it never is again, and nothing
    /// else that was tried then can be done any more.
    fn landed(&mut self, now: Timestamp, write: Write, known: (Alias, Journal)) {
        self.replaced.push(write.revision.clone());
        self.attempted.clear();
        if write.action != Action::Confirm {
            let report = Report::Written(Box::new(write.clone()));
            self.reports.push_back(report);
        }
        match (write.action, &write.entry) {
            (_, Entry::Rollout(rollout)) => self.take_up(now, (**rollout).clone(), known),
            (Action::Promote, _) => self.phase = Phase::Ended(End::Promoted(Box::new(write))),
            _ => self.phase = Phase::Ended(End::RolledBack(Box::new(write))),
        }
    }

    /// A write that failed may have been done all the same, now or later, or have met somebody
    /// else's: only the alias says.
    fn not_written(&mut self, now: Timestamp, write: Box<Write>, failure: Failure) {
        self.attempted.push((*write).clone());
        if failure == Failure::Conflict {
            self.replaced.push(write.revision);
            self.alias = None;
            if std::mem::take(&mut self.stop_is_evidence) {
                self.stop = None;
            }
            self.phase = Phase::ReadAlias;
            return;
        }
        self.failed(now, Some(write), failure);
    }

    /// Tries again in a moment; gives up where that will not pass.
    fn failed(&mut self, now: Timestamp, write: Option<Box<Write>>, failure: Failure) {
        self.failures += 1;
        let lasting = matches!(failure, Failure::Refused(_)) || self.failures > MAX_FAILURES;
        let why = failure.text();
        if lasting {
            let blue = self.rollout.blue;
            self.phase = Phase::Ended(End::Failed(Failed { write, why, blue }));
            return;
        }
        self.reports.push_back(Report::Problem(why));
        self.phase = Phase::Rest {
            until: now.after(RETRY),
            then: Box::new(match self.stop {
                Some(_) => Phase::Decide,
                None => Phase::ReadAlias,
            }),
        };
    }
}

impl Failure {
    fn text(self) -> String {
        match self {
            Self::Conflict => "someone else wrote to the alias since it was read".to_owned(),
            Self::Lost(text) | Self::Refused(text) => text,
        }
    }
}
