//! What an expression can be worth, and what it can name.

use crate::{cloudwatch::metrics::Series, protocol::Exception};

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Number(f64),
    Series(Series),
    /// What `METRICS()` gives.
    All(Vec<Series>),
}

/// What an expression can name.
pub(crate) struct Scope<'a> {
    /// The value of the query with this id.
    pub(crate) of: &'a mut dyn FnMut(&str) -> Result<Value, Exception>,
    /// The metrics of the call whose id contains a text.
    pub(crate) metrics: &'a dyn Fn(&str) -> Result<Vec<Series>, Exception>,
    pub(crate) period: u64,
    /// The beginnings of all periods that were asked for.
    pub(crate) times: &'a [u64],
}

pub(super) fn wrong(what: &str) -> Exception {
    let text = format!("Error in expression: {what}");
    Exception::new("ValidationError", 400, text)
}
