//! End-to-end tests: the real deployer, real bootstraps and real clients against lambda-local.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod alias_rules;
mod architecture;
mod asynchronous;
mod clean_up;
mod concurrency;
mod cors;
mod cut_short;
mod doctor;
mod documents;
mod dry_run;
#[cfg(feature = "real-clients")]
mod explained;
mod faults;
mod function_url;
mod functions;
mod gateway;
mod harness;
mod http_api;
#[cfg(feature = "real-clients")]
mod independent;
mod invocations;
mod kept;
mod limits;
mod metrics;
mod page;
mod policy;
mod processes;
mod provisioned;
mod publishing;
mod readers;
#[cfg(feature = "real-clients")]
mod real_clients;
mod release;
mod rest_answers;
mod rest_api;
mod rest_stages;
mod role;
mod rollout;
mod rollout_cut_short;
mod rollout_faults;
mod rollout_options;
mod rollout_state;
mod settings;
mod streaming;
mod terminal;
mod tutorial;
mod unanswered;
mod verdict_command;
mod versions;
mod ways_in;
mod wrong_input;
