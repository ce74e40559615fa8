//! The health verdict: is green worse than blue? Both serve in the same minutes, a fair coin
//! decides which request goes where, and the rule bounds the chance of ever being wrong, however
//! often one looks. Each capital below is a non-negative supermartingale that starts at 1, so by
//! Ville's inequality it reaches 1/α with a probability of at most α where its bet is a bad one.

mod bounds;
mod evidence;
mod rule;

pub use bounds::Bounds;
pub use evidence::{Counts, Epochs, Stage};
pub use rule::{Evidence, InvalidRule, Judgement, Rule, Verdict, judge};
