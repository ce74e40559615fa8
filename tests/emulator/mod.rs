//! lambda-local by itself: whether it answers as AWS does.

mod alias_rules;
mod asynchronous;
mod concurrency;
mod cors;
mod embedded;
mod embedded_metrics;
mod extensions;
mod faults;
mod function_url;
mod functions;
mod gateway;
mod http_api;
mod invocations;
mod kept;
mod kept_formats;
mod kept_logs;
mod limits;
mod log_lines;
mod logs;
mod metrics;
mod packages;
mod page;
#[cfg(feature = "browser")]
mod page_in_a_browser;
mod processes;
mod readers;
#[cfg(feature = "real-clients")]
mod recorded;
mod rest_answers;
mod rest_api;
mod rest_stages;
mod streaming;
mod terminal;
mod versions;
