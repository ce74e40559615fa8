#![doc = include_str!("../README.md")]
#![cfg_attr(
    not(feature = "program"),
    expect(dead_code, unused_imports, reason = "the program's alone")
)]

mod announcement;
mod apigateway;
mod callers;
mod calls;
mod changed;
mod clock;
mod cloudwatch;
mod cors;
mod database;
mod embedded;
mod faults;
mod home;
mod iam;
mod instance;
mod lambda;
mod logs;
mod message;
mod operations;
mod options;
mod page;
mod patience;
mod payload;
mod peer;
mod persister;
mod place;
#[cfg(feature = "program")]
#[doc(hidden)]
pub mod program;
mod protocol;
mod server;
mod services;
mod shared;
mod store;
mod terminal;
mod tidy;
mod trail;

pub use embedded::{Server, start};
pub use options::Options;
