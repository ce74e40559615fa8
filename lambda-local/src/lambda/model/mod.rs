//! Lambda's resources and their rules, without I/O and without a clock: what a call does to
//! functions, versions, aliases and policies, and how it is refused.

mod alias;
mod aliases;
mod concurrency;
mod configuration;
mod describe;
mod event_invoke;
mod event_invokes;
mod function;
mod functions;
mod limits;
mod logging;
mod permission;
mod policy;
mod provisioned;
mod reference;
mod reserved;
mod revision;
mod routing_config;
mod runtimes;
mod settling;
mod snapshot;
mod url;
mod urls;
mod version;
mod versions;

pub(crate) use alias::Alias;
pub(crate) use aliases::{AliasChange, NewAlias};
pub(crate) use configuration::{Architecture, Configuration, ConfigurationChange};
pub(crate) use describe::FunctionConfiguration;
pub(crate) use event_invoke::{EventInvoke, EventInvokeChange};
pub(crate) use function::{Function, RecursiveLoop};
pub(crate) use functions::{Model, Page};
pub(crate) use limits::check_tags;
pub(crate) use logging::{LogFormat, Logging};
pub(crate) use permission::NewPermission;
pub(crate) use policy::Caller;
pub(crate) use provisioned::Allocation;
pub(crate) use reference::{FunctionRef, Named, Qualifier, is_word};
pub(crate) use reserved::ACCOUNT_CONCURRENCY;
pub(crate) use snapshot::{Code, Snapshot};
pub(crate) use url::{AuthType, FunctionUrl, InvokeMode, UrlChange};
