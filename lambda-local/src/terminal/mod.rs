//! All that a person at the terminal sees of this server: the announcement, warnings, and a line
//! for each request. One thread prints it, so that nobody else ever waits for whoever reads.

mod handle;
mod printer;
mod queue;
mod request;

pub(crate) use handle::{Shows, Terminal};
pub(crate) use request::{Called, Executed, How, Printed, Request};
