//! Options that all commands have.

use std::path::PathBuf;

use bluegreen_rollout::Seconds;
use clap::{Args, ValueEnum};

use super::endpoint_url;

/// Which alias, and where AWS is.
#[derive(Debug, Args)]
#[command(next_help_heading = "Which alias, and where")]
pub(crate) struct GlobalArgs {
    /// Name of the function
    #[arg(
        long,
        global = true,
        env = "BLUEGREEN_FUNCTION",
        default_value = "hello"
    )]
    pub(crate) function: String,

    /// The function's name where the command line or the environment says it.
    #[arg(skip)]
    pub(crate) named: Option<String>,

    /// Name of the alias that clients call
    #[arg(long, global = true, env = "BLUEGREEN_ALIAS", default_value = "live")]
    pub(crate) alias: String,

    /// AWS region; otherwise AWS_REGION or the profile's
    #[arg(long, global = true)]
    pub(crate) region: Option<String>,

    /// Profile of the AWS configuration files; otherwise AWS_PROFILE
    #[arg(long, global = true)]
    pub(crate) profile: Option<String>,

    /// Where to send AWS calls instead, such as lambda-local; otherwise AWS_ENDPOINT_URL
    #[arg(long, global = true, value_name = "URL", value_parser = endpoint_url)]
    pub(crate) endpoint_url: Option<String>,

    /// How long to wait for the answer of one call to AWS
    #[arg(long, global = true, hide_short_help = true, value_name = "TIME", default_value = "15s", value_parser = timeout)]
    pub(crate) call_timeout: Seconds,

    /// What to print on standard output: text for people, or one JSON document
    #[arg(long, global = true, hide_short_help = true, value_enum, default_value_t = Format::Text)]
    pub(crate) output: Format,

    /// Say the evidence in numbers too, where a rollout is judged: ln E, and how much is enough
    #[arg(long, global = true, hide_short_help = true)]
    pub(crate) verbose: bool,

    /// Say on standard error what is asked of AWS, as commands of the AWS CLI that do the same
    #[arg(long, global = true, hide_short_help = true)]
    pub(crate) explain: bool,

    /// Write what was done, in Markdown, behind what this file holds already
    #[arg(long, global = true, hide_short_help = true, value_name = "FILE")]
    pub(crate) summary: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Text,
    Json,
}

pub(super) fn timeout(text: &str) -> Result<Seconds, String> {
    match text.parse::<Seconds>() {
        Ok(seconds) if seconds.0 > 0 => Ok(seconds),
        Ok(_) => Err("give more than 0s".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Seconds, timeout};

    #[test]
    fn a_call_has_some_time() {
        assert_eq!(timeout("1s"), Ok(Seconds(1)));
        assert_eq!(timeout("0s"), Err("give more than 0s".to_owned()));
        assert!(timeout("soon").is_err());
    }
}
