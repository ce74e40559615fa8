//! Runs a version's `bootstrap`: execution environments, the Runtime API that they talk to, and
//! the pool that hands them invocations.

mod answer;
mod body;
mod bootstrap;
mod connections;
mod environment;
mod extensions;
mod extensions_api;
mod guard;
mod head;
mod http1;
mod init_report;
mod invocation;
mod launching;
mod outcome;
mod output;
mod pool;
mod provisioned;
mod registration;
mod report;
mod retiring;
mod running;
mod runtime_api;
mod starting;
mod system_log;
mod variables;
mod waiting;

pub(crate) use guard::Guard;
pub(crate) use invocation::{Invocation, Piece};
pub(crate) use outcome::Done;
pub(crate) use pool::{Limits, Pool};
pub(crate) use retiring::Retiring;
