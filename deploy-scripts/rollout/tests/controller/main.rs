//! The controller, case by case: what was answered, and the one call that follows.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod answers;
mod decisions;
mod desk;
mod edges;
mod hooks;
mod outcomes;
mod resume;
mod stops;
mod totality;
