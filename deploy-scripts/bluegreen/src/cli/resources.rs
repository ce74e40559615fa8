//! The options of what makes and deletes: `create`, `publish`, `policy`, `prune` and `destroy`.

use std::path::PathBuf;

use bluegreen_rollout::Seconds;
use clap::{Args, ValueEnum, builder::ArgPredicate};

use super::WriteArgs;

/// What to upload.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub(crate) struct PackageArgs {
    /// An executable: it is zipped as `bootstrap`
    // What the settings say is for where the command line says nothing, of a zip either.
    #[arg(
        long,
        value_name = "FILE",
        default_value_if("zip", ArgPredicate::IsPresent, None)
    )]
    pub(crate) binary: Option<PathBuf>,

    /// A zip with `bootstrap` at its top, such as `cargo lambda build --output-format zip` makes
    #[arg(
        long,
        value_name = "FILE",
        default_value_if("binary", ArgPredicate::IsPresent, None)
    )]
    pub(crate) zip: Option<PathBuf>,
}

/// What clients call. An API and a URL are open to everybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum EndpointKind {
    Http,
    Rest,
    Url,
    /// Nothing: what sends events calls the alias
    None,
}

#[derive(Debug, Args)]
pub(crate) struct CreateArgs {
    #[command(flatten)]
    pub(crate) package: PackageArgs,

    /// What to put in front of the alias: an HTTP API, a REST API with its stage, a function URL, or
    /// nothing, where the function gets events that are no requests
    #[arg(long, value_enum, default_value_t = EndpointKind::Http)]
    pub(crate) api: EndpointKind,

    /// ARN of the function's execution role; otherwise one is made that may write logs and nothing
    /// else
    #[arg(long, value_name = "ARN")]
    pub(crate) role: Option<String>,

    /// ARN of a policy that bounds what the role that is made may ever be given
    #[arg(long, value_name = "ARN", conflicts_with = "role")]
    pub(crate) permissions_boundary: Option<String>,

    /// Memory of the function in MB
    #[arg(long, value_name = "MB", default_value_t = 128, value_parser = clap::value_parser!(i32).range(128..=10240))]
    pub(crate) memory: i32,

    /// Seconds that one invocation may take
    #[arg(long, value_name = "SECONDS", default_value_t = 3, value_parser = clap::value_parser!(i32).range(1..=900))]
    pub(crate) timeout: i32,

    /// Trace requests with X-Ray; a role that is given has to allow it
    #[arg(long)]
    pub(crate) tracing: bool,

    /// Let the function's logs go after this time, such as 14d; otherwise they stay for ever
    #[arg(long, value_name = "TIME", value_parser = retention)]
    pub(crate) log_retention: Option<i32>,

    /// Environment variable of the function; repeatable
    #[arg(long = "env", value_name = "NAME=VALUE", value_parser = variable)]
    pub(crate) variables: Vec<(String, String)>,

    #[command(flatten)]
    pub(crate) write: WriteArgs,
}

#[derive(Debug, Args)]
pub(crate) struct PublishArgs {
    #[command(flatten)]
    pub(crate) package: PackageArgs,

    /// What is new in this version, such as a commit id
    #[arg(long, value_name = "TEXT")]
    pub(crate) description: Option<String>,

    #[command(flatten)]
    pub(crate) write: WriteArgs,
}

#[derive(Debug, Args)]
pub(crate) struct PolicyArgs {
    /// What `create` and `destroy` need, beside what a release needs
    #[arg(long)]
    pub(crate) setup: bool,

    /// What `create` is told to put in front of the alias
    #[arg(long, value_enum, default_value_t = EndpointKind::Http, requires = "setup")]
    pub(crate) api: EndpointKind,

    /// Number of the AWS account; otherwise read from the alias
    #[arg(long, value_name = "ID")]
    pub(crate) account: Option<String>,

    /// ARN of the execution role that `create` is told to give the function
    #[arg(long, value_name = "ARN", requires = "setup")]
    pub(crate) role: Option<String>,

    /// ARN of the policy that bounds the role: no role may be made without it
    #[arg(long, value_name = "ARN", requires = "setup", conflicts_with = "role")]
    pub(crate) permissions_boundary: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct PruneArgs {
    /// Versions to keep, the newest ones, beside those that are needed
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub(crate) keep: usize,

    /// Keep versions that are younger than this, such as 14d
    #[arg(long, value_name = "TIME")]
    pub(crate) older_than: Option<Seconds>,

    /// Do not ask
    #[arg(long)]
    pub(crate) yes: bool,

    #[command(flatten)]
    pub(crate) write: WriteArgs,
}

#[derive(Debug, Args)]
pub(crate) struct DestroyArgs {
    /// Delete the function's logs too
    #[arg(long)]
    pub(crate) logs: bool,

    /// Do not ask
    #[arg(long)]
    pub(crate) yes: bool,

    #[command(flatten)]
    pub(crate) write: WriteArgs,
}

fn variable(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("give it as NAME=VALUE".to_owned()),
    }
}

/// Days for which CloudWatch Logs keeps lines.
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html>
const RETENTIONS: [i32; 22] = [
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
];

fn retention(text: &str) -> Result<i32, String> {
    const DAY: u64 = 24 * 3600;
    let known = |time: Seconds| {
        let mut all = RETENTIONS.into_iter();
        all.find(|days| u64::from(days.unsigned_abs()) * DAY == time.0)
    };
    let time = text.parse::<Seconds>().map_err(|error| error.to_string())?;
    known(time).ok_or_else(|| {
        let days = RETENTIONS.map(|days| format!("{days}d"));
        format!("CloudWatch Logs knows these: {}", days.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::{retention, variable};

    #[test]
    fn logs_are_kept_for_as_many_days_as_aws_knows() {
        assert_eq!(retention("14d"), Ok(14));
        assert_eq!(retention("24h"), Ok(1));
        for wrong in ["", "2d", "14", "90m", "-1d"] {
            assert!(retention(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_variable_has_a_name_and_any_value() {
        let pair = |name: &str, value: &str| Ok((name.to_owned(), value.to_owned()));
        assert_eq!(variable("A=b=c"), pair("A", "b=c"));
        assert_eq!(variable("A="), pair("A", ""));
        assert!(variable("=b").is_err() && variable("A").is_err());
    }
}
