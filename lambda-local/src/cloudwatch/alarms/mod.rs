//! Alarms: on a metric or an expression, and composite ones on other alarms.

mod alarm;
mod by_name;
mod composite;
mod definition;
mod rule;
mod standing;

pub(crate) use by_name::Alarms;
