//! What a controller and the one who carries out its calls say to each other.

use super::{Alias, Look, Waiting, Write};
use crate::{Rollout, Routing, Seconds, Version, samples::Samples};

/// What is to be done now.
#[derive(Debug, Clone, PartialEq)]
pub enum Call {
    /// Read the alias: [`Answer::Alias`].
    ReadAlias,
    /// Say which of these alarms ring: [`Answer::Ringing`].
    ReadAlarms(Vec<String>),
    /// Read what both versions of this rollout answered since its start, in the order of time:
    /// [`Answer::Samples`].
    ReadMetrics(Box<Rollout>),
    /// Take back this version's own provisioned concurrency, so that the alias's can be moved to
    /// it: [`Answer::Done`].
    MakeWay(Version),
    /// Write to the alias: [`Answer::Alias`], as it is then. The only call that is not to be
    /// dropped for a signal; one that is given up may still be done later.
    Write(Box<Write>),
    /// Start the command of the step that this rollout is at, and say when it has ended
    /// ([`hook_ended`](crate::controller::Controller::hook_ended)). Takes no answer.
    StartHook(Box<Rollout>),
    /// Tell people. Takes no answer.
    Say(Report),
    /// Wait so long, or until a signal comes or a command ends. Takes no answer.
    Wait(Seconds),
    /// There is nothing more to do. A command that still runs is not needed any more.
    End(End),
}

impl Call {
    /// How long to wait for an answer before the call is given up as [`Failure::Lost`].
    #[must_use]
    pub const fn deadline(&self) -> Seconds {
        match self {
            // A write that is given up costs more than one that is waited for: what came of it has
            // to be found out.
            Self::Write(_) | Self::MakeWay(_) => Seconds(20),
            _ => Seconds(10),
        }
    }
}

/// What came of a call.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    Alias(Alias),
    /// Those of the alarms that ring.
    Ringing(Vec<String>),
    Samples(Samples),
    Done,
    Failed(Failure),
}

/// Why a call failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The revision id is not the alias's any more: nothing was written, unless an earlier try of
    /// the same call did it.
    Conflict,
    /// It may work a little later, and may have been done all the same: no answer, an answer that
    /// came too late, throttling, a fault of AWS's own.
    Lost(String),
    /// It was refused, and will be.
    Refused(String),
}

/// Something to tell.
#[derive(Debug, Clone, PartialEq)]
pub enum Report {
    Looked(Box<Look>),
    /// A write of this controller's was done.
    Written(Box<Write>),
    /// A call that failed, and is tried again.
    Problem(String),
}

/// What a rollout came to.
#[derive(Debug, Clone, PartialEq)]
pub enum End {
    Promoted(Box<Write>),
    RolledBack(Box<Write>),
    /// It was stopped before anything was written.
    NotBegun(String),
    /// The time is over without a verdict: the weight stays where it is.
    Held(Waiting),
    /// The caller wanted to leave: the weight stays where it is.
    Left(String),
    /// One step of it is done: see [`once`](crate::controller::Controller::once).
    Paused,
    /// Somebody else moved the alias, or ended the rollout: nothing is written over it.
    Moved(Foreign),
    Failed(Failed),
}

/// Where the alias was seen last in the rollout's hands, and where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Foreign {
    pub expected: Routing,
    pub found: Routing,
}

/// A call that failed for good.
#[derive(Debug, Clone, PartialEq)]
pub struct Failed {
    /// The write that it was, or was for; `None` where the alias could not be read.
    pub write: Option<Box<Write>>,
    pub why: String,
    /// Where everything has to go back to if nobody goes on.
    pub blue: Version,
}
