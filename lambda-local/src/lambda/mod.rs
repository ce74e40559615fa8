//! Lambda: the model of its resources, the calls to it, the invocations, and function URLs.

mod access_denied;
mod api;
mod invoke;
mod lately;
mod model;
mod packages;
mod runtime;
mod state;
mod url;

pub(crate) use api::{routes, table};
pub(crate) use invoke::{Call, Invoked, Way};
pub(crate) use lately::Ran;
pub(crate) use model::{Alias, Caller, Function, FunctionRef, Snapshot};
pub(crate) use runtime::Limits;
pub(crate) use state::{Lambda, Settings, new_request_id};
pub(crate) use url::{LAMBDA_URL, LAMBDA_URL_HOST, function_url};
