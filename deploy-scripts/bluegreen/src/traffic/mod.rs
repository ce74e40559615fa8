//! Sends requests to an API and counts which version answered.

mod send;
mod tally;

pub(crate) use send::{Load, send};
pub(crate) use tally::{Tally, VersionTally, wilson};
