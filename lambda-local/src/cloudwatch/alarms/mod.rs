//! Alarms on a metric or on an expression.

mod alarm;
mod by_name;
mod definition;

pub(crate) use by_name::Alarms;
