//! CloudTrail, as much as the history of an alias needs: the calls that made or moved one, in memory
//! from the server's start on.

mod api;
mod record;

pub(crate) use api::{SERVICE, operations};
pub(crate) use record::{Moved, Trail};
