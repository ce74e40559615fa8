//! What is measured, second by second, and the statistics of it.

mod custom;
mod dimensions;
mod embedded;
mod histogram;
mod lambda;
mod observation;
mod pace;
mod provisioned;
mod sources;
mod statistic;
mod statistic_set;
mod window;

pub(crate) use custom::{Name, describe};
pub(crate) use dimensions::{Dimension, Key};
pub(crate) use embedded::embedded_in;
pub(crate) use histogram::Histogram;
pub(crate) use lambda::{KEPT_SECONDS, NAMESPACE};
pub(crate) use observation::{Measured, Observation};
pub(crate) use pace::{Pace, Resolution};
pub(crate) use provisioned::Found;
pub(crate) use sources::{Metric, Sources, check_period};
pub(crate) use statistic::{Series, Statistic};
pub(crate) use window::Window;
