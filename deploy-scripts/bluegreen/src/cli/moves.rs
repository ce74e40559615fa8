//! The options of what moves an alias by hand.

use bluegreen_rollout::{Version, Weight};
use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct ShiftArgs {
    /// Share of the traffic, such as 10% or 0.1
    pub(crate) weight: Weight,

    /// The version to send it to; not needed where the alias is split already
    #[arg(long, value_name = "VERSION")]
    pub(crate) to: Option<Version>,

    #[command(flatten)]
    pub(crate) write: WriteArgs,
}

#[derive(Debug, Args)]
pub(crate) struct PromoteArgs {
    /// The version to promote; not needed where the alias is split
    #[arg(long, value_name = "VERSION")]
    pub(crate) to: Option<Version>,

    #[command(flatten)]
    pub(crate) write: WriteArgs,
}

#[derive(Debug, Args)]
pub(crate) struct RollbackArgs {
    /// The version to go back to; otherwise the one that served everything before
    #[arg(long, value_name = "VERSION")]
    pub(crate) to: Option<Version>,

    #[command(flatten)]
    pub(crate) write: WriteArgs,
}

#[derive(Debug, Args)]
pub(crate) struct WriteArgs {
    /// Say what would be done, and do nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}
