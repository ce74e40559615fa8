//! The options of `rollout`, `deploy`, `resume`, `tick` and `verify`.

use std::path::PathBuf;

use bluegreen_rollout::{Seconds, Version};
use clap::{Args, ValueEnum};

use super::{
    PackageArgs, PlanArgs, WriteArgs,
    headings::{HOOKS, JUDGED, METRICS, THEN, WHAT},
};

#[derive(Debug, Args)]
pub(crate) struct RolloutArgs {
    /// The version to release; otherwise the newest one
    #[arg(help_heading = WHAT, long, value_name = "VERSION")]
    pub(crate) to: Option<Version>,

    #[command(flatten)]
    pub(crate) release: ReleaseArgs,
}

#[derive(Debug, Args)]
pub(crate) struct DeployArgs {
    #[command(flatten)]
    pub(crate) package: PackageArgs,

    /// What is new in this version, such as a commit id
    #[arg(help_heading = WHAT, long, value_name = "TEXT")]
    pub(crate) description: Option<String>,

    #[command(flatten)]
    pub(crate) release: ReleaseArgs,
}

/// How a version is released, wherever it comes from.
#[derive(Debug, Args)]
pub(crate) struct ReleaseArgs {
    #[command(flatten)]
    pub(crate) plan: PlanArgs,

    #[command(flatten)]
    pub(crate) probe: ProbeArgs,

    #[command(flatten)]
    pub(crate) watch: WatchArgs,

    /// Begin although `doctor` finds that something would break
    #[arg(help_heading = WHAT, hide_short_help = true, long)]
    pub(crate) skip_checks: bool,

    /// Release a version that was rolled back before, without being asked
    #[arg(help_heading = WHAT, hide_short_help = true, long)]
    pub(crate) again: bool,

    #[command(flatten)]
    pub(crate) write: WriteArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ResumeArgs {
    /// Wait this long for a verdict, from the rollout's start on, instead of what was planned
    #[arg(long, value_name = "TIME")]
    pub(crate) horizon: Option<Seconds>,

    #[command(flatten)]
    pub(crate) watch: WatchArgs,
}

#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    /// The version that is to be released; otherwise the newest one
    #[arg(long, value_name = "VERSION")]
    pub(crate) to: Option<Version>,

    /// Invoke that version once with an empty event, to see that it starts
    #[arg(long)]
    pub(crate) invoke: bool,

    #[command(flatten)]
    pub(crate) plan: PlanArgs,
}

#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// The version to verify; otherwise the newest one
    #[arg(long, value_name = "VERSION")]
    pub(crate) to: Option<Version>,

    #[command(flatten)]
    pub(crate) probe: ProbeArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ProbeArgs {
    /// A test event, sent straight to green and to blue before any user is exposed; repeatable
    ///
    /// A JSON file with an event, or with "event" and what the answer must hold, "expect".
    #[arg(help_heading = JUDGED, long = "event", value_name = "FILE")]
    pub(crate) events: Vec<PathBuf>,

    /// How many test events to send, each to the version that a fair coin chooses; green gets each
    /// of them at least once
    #[arg(help_heading = JUDGED, hide_short_help = true, long, value_name = "N", default_value_t = 40, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) probes: u32,

    /// Judge the test events by their number alone: otherwise a green that fails one which blue
    /// passes gets no traffic
    #[arg(help_heading = JUDGED, hide_short_help = true, long, requires = "events")]
    pub(crate) event_tolerance: bool,

    /// Invoke green so many times at once before it gets traffic, so that its first users meet no
    /// cold start
    #[arg(help_heading = JUDGED, hide_short_help = true, long, value_name = "N", requires = "events", value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(crate) warm: Option<u16>,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct WatchArgs {
    /// What to do on Ctrl-C or SIGTERM
    #[arg(help_heading = THEN, long, value_enum, default_value_t = OnInterrupt::Rollback)]
    pub(crate) on_interrupt: OnInterrupt,

    /// How often to look; otherwise by the period of the metrics, at least every 15s
    #[arg(help_heading = METRICS, hide_short_help = true, long, value_name = "TIME")]
    pub(crate) interval: Option<Seconds>,

    /// Write how it ended, a line NAME=VALUE each, behind what this file holds already
    #[arg(help_heading = THEN, hide_short_help = true, long, value_name = "FILE")]
    pub(crate) outputs: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) hooks: HookArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OnInterrupt {
    Rollback,
    /// Leave the alias as it is, for `resume`
    Leave,
}

/// Commands that are run by `sh`. They are not kept in the alias: `resume` needs them again.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct HookArgs {
    /// Command to run before green gets traffic; if it fails, green gets none
    #[arg(help_heading = HOOKS, long, value_name = "COMMAND")]
    pub(crate) before_traffic: Option<String>,

    /// Command to run after each step; if it fails, green is rolled back
    #[arg(help_heading = HOOKS, long, value_name = "COMMAND")]
    pub(crate) after_step: Option<String>,

    /// Command to run after green was promoted
    #[arg(help_heading = HOOKS, long, value_name = "COMMAND")]
    pub(crate) after_promote: Option<String>,

    /// Command to run after green was rolled back
    #[arg(help_heading = HOOKS, long, value_name = "COMMAND")]
    pub(crate) after_rollback: Option<String>,
}
