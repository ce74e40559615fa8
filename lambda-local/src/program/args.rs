//! The command line.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use anyhow::Result;
use clap::Parser;

use crate::{
    callers::Callers,
    cloudwatch::{Pace, Resolution},
    faults::Fault,
    home::Home,
    lambda::Limits,
    options::Options,
    place::Place,
    store::workspace_folder,
    terminal::Shows,
};

/// Lambda with weighted aliases, and API Gateway in front of them, on one machine.
///
/// It answers the AWS CLI, the SDKs and cargo-lambda as AWS does, and runs each version's
/// bootstrap as processes of this machine. Nothing leaves the machine, and no account is needed.
#[derive(Parser)]
#[command(version)]
pub(super) struct Args {
    /// Print the manual's page; releases bring it
    #[arg(long, hide = true)]
    pub(super) man: bool,

    /// Port to listen on; 0 takes any free one
    #[arg(long, default_value_t = 4566)]
    pub(super) port: u16,

    /// Address to listen on. Anything but a loopback address lets others on the network run code
    /// on this machine: there is no authentication
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    pub(super) bind: IpAddr,

    /// Another name by which clients call it, beside localhost and, with --bind, its address; again
    /// for more of them
    #[arg(long = "allow-host", value_name = "NAME")]
    pub(super) allowed_hosts: Vec<String>,

    /// Let every user of this machine call it; otherwise those that are neither you nor root are
    /// refused
    #[arg(long)]
    pub(super) open: bool,

    /// Region that this Lambda claims to be in
    #[arg(long, default_value = "us-east-1")]
    pub(super) region: String,

    /// Makes the choices between an alias's two versions repeatable
    #[arg(long)]
    pub(super) seed: Option<u64>,

    /// Execution environments that one version may have at once; further invocations wait
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) max_environments: u16,

    /// Seconds after which an execution environment that is not used is ended
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    pub(super) idle_timeout: u64,

    /// Milliseconds for which a new or changed function is not ready
    #[arg(long, value_name = "MS", default_value_t = 5)]
    pub(super) transition: u64,

    /// Seconds by which Lambda's own metrics come late, to rehearse AWS's lateness
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    pub(super) metric_delay: u64,

    /// Seconds by which metrics come late that functions print in the embedded metric format, to
    /// rehearse AWS's lateness
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    pub(super) outcome_delay: u64,

    /// Seconds that Lambda's own metrics are the sums of: 60 rehearses AWS's minutes
    #[arg(long, value_name = "SECONDS", value_enum, default_value_t = Resolution::Second)]
    pub(super) metric_period: Resolution,

    /// Seconds after which an asynchronous invocation that failed is tried again; twice that the
    /// second time. AWS waits a minute, too
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub(super) retry_delay: u64,

    /// Let a share of the calls of an operation go wrong, to see your pipeline survive it:
    /// throttle, error, lost (done, but not answered) or delay=MS. `*` is every operation. Again
    /// for more of them; where several would end one call, the first does
    #[arg(long = "fault", value_name = "OPERATION:KIND:SHARE")]
    pub(super) faults: Vec<Fault>,

    /// Keep functions, versions, aliases, APIs and roles in this folder; otherwise in
    /// target/lambda-local of the workspace that this is started in
    #[arg(long, value_name = "DIR", conflicts_with = "ephemeral")]
    pub(super) data: Option<PathBuf>,

    /// Keep nothing when it ends
    #[arg(long)]
    pub(super) ephemeral: bool,

    /// What to print of the requests. `aws logs tail` shows what functions print all the same
    #[arg(long, value_name = "WHAT", value_enum, default_value_t = Shows::Short)]
    pub(super) logs: Shows,
}

impl Args {
    /// # Errors
    /// If the folder cannot be made.
    pub(super) fn home(&self) -> Result<Home> {
        let kept = self.data.clone().or_else(workspace_folder);
        match kept.filter(|_| !self.ephemeral) {
            Some(folder) => Home::kept_in(&folder),
            None => Home::passing(),
        }
    }

    /// Who may call a server at this address.
    pub(super) fn callers(&self, local: SocketAddr) -> Callers {
        Callers {
            by_address: !local.ip().is_loopback(),
            of_all_users: self.open || !local.ip().is_loopback(),
            named: self.allowed_hosts.clone(),
        }
    }

    pub(super) fn options(self) -> Options {
        Options {
            place: Place {
                region: self.region,
                ..Options::default().place
            },
            limits: Limits {
                environments: self.max_environments.into(),
                idle: Duration::from_secs(self.idle_timeout),
            },
            transition: Duration::from_millis(self.transition),
            pace: Pace {
                metric_delay: self.metric_delay,
                outcome_delay: self.outcome_delay,
                resolution: self.metric_period,
            },
            retry_delay: Duration::from_secs(self.retry_delay),
            seed: self.seed,
            faults: self.faults,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_those_of_a_server_that_a_test_starts() {
        let args = Args::parse_from(["lambda-local"]);
        assert_eq!(args.options(), Options::default());
    }
}
