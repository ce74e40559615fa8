//! Invocations: which version runs one, in which environment, and what came of it.

mod asynchronous;
mod call;
mod destination;
mod detach_on_drop;
mod event;
mod provisioned;
mod run;
mod running;
mod streaming;
mod target;

pub(crate) use call::{Call, Invoked, Way};
pub(crate) use streaming::{StreamRest, StreamStart};
pub(crate) use target::Target;
