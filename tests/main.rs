//! End-to-end tests: the real deployer, real bootstraps and real clients against lambda-local.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod architecture;
mod ci;
mod circles;
#[cfg(feature = "real-clients")]
mod clients;
mod deployer;
mod documents;
mod emulator;
mod harness;
mod imports;
#[cfg(feature = "slow")]
mod slow;
mod story;
