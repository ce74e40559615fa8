//! Decides how an alias moves from one version to the next. No I/O, no clock, no dependencies:
//! what was observed goes in, at most one write comes out.

mod assessment;
mod controller;
mod decide;
mod forecast;
mod journal;
mod move_error;
mod plan;
mod provisioned;
mod routing;
mod samples;
mod seconds;
mod strategy;
mod timestamp;
mod verdict;
mod version;
mod way_back;
mod weight;
mod write;

pub use assessment::Assessment;
pub use controller::{
    Alias, Answer, BeginError, Call, Controller, End, Failed, Failure, Foreign, Looked,
    NothingToResume, Report, Resumable, ResumeError, Settings,
};
pub use decide::Waiting;
pub use forecast::Forecast;
pub use journal::{
    Entry, Journal, MAX_DESCRIPTION, Probe, Rollout, Started, Unreadable, Unwritable,
};
pub use move_error::MoveError;
pub use plan::{InvalidPlan, Metrics, Otherwise, Plan};
pub use provisioned::may_be_given_back;
pub use routing::Routing;
pub use samples::{Answers, Sample};
pub use seconds::{ParseSecondsError, Seconds};
pub use strategy::{ParseStrategyError, Step, Strategy};
pub use timestamp::{ParseTimestampError, Timestamp};
pub use verdict::{
    Bounds, Counts, Epochs, InvalidRule, Judgement, Rule, Signal, Stage, Verdict, judge,
};
pub use version::{ParseVersionError, Version};
pub use way_back::NoWayBack;
pub use weight::{ParseWeightError, Weight};
pub use write::{Action, Write};
