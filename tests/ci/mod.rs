//! What CI runs: the action's steps and the examples of docs/ci.md, run as a runner would.

mod action;
mod examples;
mod offered;
mod release;
mod runner;
#[cfg(feature = "real-clients")]
mod workflows;
