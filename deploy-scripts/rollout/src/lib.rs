//! Decides how an alias moves from one version to the next. No I/O, no clock, no dependencies:
//! what was observed goes in, at most one write comes out.
//!
//! ```text
//!            begin                       the journal says so: resume
//!              │                                     │
//!              ▼            a step's write           ▼
//!          before the ──────────────────────► step 1, 2, … n ───┐ look: wait, next step
//!          first step                               │  ▲        │
//!              │                                    │  └────────┘
//!              │ stopped             verdict, alarm │
//!              ▼                     or interrupted │ verdict, or the horizon
//!          not begun            ┌───────────┬───────┴───┬───────────┐
//!                               ▼           ▼           ▼           ▼
//!                          rolled back   promoted      held    left, moved, failed
//! ```
//!
//! A [`Controller`](controller::Controller) is asked for the next call, and told what came of it.
//! All that another one has to know is in the alias: its routing, and the
//! [`Journal`](journal::Journal) in its description.
//!
//! ```
//! use bluegreen_rollout::{
//!     Routing, Timestamp, Version,
//!     controller::{Alias, Call, Controller, Settings},
//!     plan::Plan,
//! };
//!
//! let (blue, green) = (Version::new(3).unwrap(), Version::new(4).unwrap());
//! let alias = Alias {
//!     routing: Routing::All(blue),
//!     description: String::new(),
//!     revision: "0d3b".to_owned(),
//! };
//! let plan = Plan::new("canary:10%/5m".parse()?);
//! let settings = Settings::default();
//! let mut controller =
//!     Controller::begin(alias, green, plan, "8f3a".to_owned(), None, settings)?;
//! let now = Timestamp::from_unix(1_780_000_000);
//! let Call::Write(write) = controller.next(now) else {
//!     panic!("a tenth of the traffic goes to green first");
//! };
//! assert_eq!(write.routing().share_of(green), 0.1);
//! assert!(write.description.starts_with("bluegreen: v2: 3 to 4, step 1 of 10%/5m, at "));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
#![doc = include_str!("../README.md")]

pub mod assessment;
pub mod controller;
pub mod journal;
mod move_error;
pub mod plan;
mod provisioned;
mod rollout;
mod routing;
pub mod samples;
mod seconds;
pub mod signal;
mod silence;
mod timestamp;
pub mod verdict;
mod version;
mod weight;

pub use move_error::MoveError;
pub use provisioned::may_be_given_back;
pub use rollout::{Probe, Rollout, Started};
pub use routing::Routing;
pub use seconds::{ParseSecondsError, Seconds};
pub use timestamp::{ParseTimestampError, Timestamp};
pub use version::{ParseVersionError, Version};
pub use weight::{ParseWeightError, Weight};
