//! The calls of CloudWatch.

pub(crate) mod data;
mod form;
pub(crate) mod list;
mod wire;
pub(crate) use wire::{TARGET, answer_json, routes};
