//! The deployer against lambda-local: what each command does, refuses, and survives.

mod apis;
mod at_a_terminal;
mod calls;
mod clean_up;
mod create;
mod cut_short;
mod doctor;
mod dry_run;
pub(crate) mod every_option;
#[cfg(feature = "real-clients")]
mod explained;
mod history;
#[cfg(feature = "real-clients")]
mod independent;
pub(crate) mod init;
mod interrupted;
mod journal;
mod needed;
mod options;
mod outcomes;
mod output;
mod plans;
mod policy;
mod provisioned;
mod provisioned_trouble;
mod publishing;
mod release;
mod role;
mod rollout;
mod rollout_cut_short;
mod rollout_faults;
mod rollout_options;
mod rollout_state;
mod screens;
mod settings;
mod setup_policy;
mod status;
mod test_events;
mod tls;
mod triggers;
mod unanswered;
mod verdict_command;
mod ways_in;
mod wrong_input;
