//! The options of what looks, and of what sends something to look at.

use bluegreen_rollout::{Seconds, Version};
use clap::Args;

use super::global::timeout;

#[derive(Debug, Args)]
pub(crate) struct LogsArgs {
    /// Of this version; otherwise of green, or of the one that serves everything
    #[arg(long, value_name = "VERSION")]
    pub(crate) version: Option<Version>,

    /// Of the last so many minutes
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = timeout)]
    pub(crate) since: Seconds,

    /// Only the most frequent errors, each kind once, with how often it came and one request
    #[arg(long, conflicts_with = "follow")]
    pub(crate) errors: bool,

    /// Go on with what is printed from now on; Ctrl-C ends it
    #[arg(long)]
    pub(crate) follow: bool,
}

#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    /// Follow the rollout that somebody else drives, or the next one, to its end: reads only, and
    /// exits as that one does
    #[arg(long)]
    pub(crate) watch: bool,
}

#[derive(Debug, Args)]
pub(crate) struct TrafficArgs {
    /// Requests to send
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) requests: u64,

    /// Connections that send at once
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) concurrency: u16,

    /// Requests per second at most; otherwise as fast as the answers come
    #[arg(long, value_name = "N", value_parser = rate)]
    pub(crate) rate: Option<f64>,

    /// Where to send them; otherwise to the API that `create` made
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,

    /// Header in which an answer names the version that gave it
    #[arg(long, value_name = "NAME", default_value = "x-function-version")]
    pub(crate) version_header: String,
}

fn rate(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(rate) if rate.is_finite() && rate > 0.0 => Ok(rate),
        _ => Err("give requests per second, more than 0".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::rate;

    #[test]
    fn a_rate_is_a_number_of_requests_above_none() {
        assert_eq!(rate("0.5"), Ok(0.5));
        for wrong in ["0", "-1", "inf", "NaN", "many"] {
            assert!(rate(wrong).is_err(), "{wrong}");
        }
    }
}
