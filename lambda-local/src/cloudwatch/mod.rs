//! CloudWatch, as much as judging a release needs: Lambda's own metrics, those that clients put or
//! functions print, expressions over them, and alarms.

mod alarms;
mod api;
mod concurrency;
mod expressions;
mod metrics;
mod recent;
mod state;

pub(crate) use api::operations;
pub(crate) use concurrency::Standing;
pub(crate) use metrics::{Found, Histogram, Measured, Observation, Pace, Resolution};
pub(crate) use recent::{MINUTE, OfVersion, Recent, Second};
pub(crate) use state::{CloudWatch, lock};
