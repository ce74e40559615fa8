#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![expect(
    missing_debug_implementations,
    reason = "they hold closures and the handler's own types"
)]

mod alias;
mod bucket;
mod invocation;
mod layer;
mod line;
mod rfc3339;
mod tally;

pub use layer::{Counted, Counting, Outcomes};
pub use tally::flush;
