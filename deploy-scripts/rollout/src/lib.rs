//! Decides how an alias moves from one version to the next. No I/O, no clock, no dependencies:
//! what was observed goes in, at most one write comes out.

mod journal;
mod routing;
mod timestamp;
mod verdict;
mod version;
mod weight;

pub use journal::{Entry, Journal, MAX_DESCRIPTION};
pub use routing::{MoveError, Routing};
pub use timestamp::{ParseTimestampError, Timestamp};
pub use verdict::{Bounds, Counts, Epochs, InvalidRule, Judgement, Rule, Stage, Verdict};
pub use version::{ParseVersionError, Version};
pub use weight::{ParseWeightError, Weight};
