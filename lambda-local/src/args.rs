//! The command line.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use clap::Parser;

use crate::{
    cloudwatch::{Pace, Resolution},
    faults::Fault,
    lambda::{Limits, Settings},
    place::Place,
    terminal::{Shows, Terminal},
};

/// Lambda with weighted aliases, and API Gateway in front of them, on one machine.
///
/// It answers the AWS CLI, the SDKs and cargo-lambda as AWS does, and runs each version's
/// bootstrap as processes of this machine. Nothing leaves the machine, and no account is needed.
#[derive(Parser)]
#[command(version)]
pub(crate) struct Args {
    /// Port to listen on; 0 takes any free one
    #[arg(long, default_value_t = 4566)]
    pub(crate) port: u16,

    /// Address to listen on. Anything but a loopback address lets others on the network run code
    /// on this machine: there is no authentication
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    pub(crate) bind: IpAddr,

    /// Another name by which clients call it, beside localhost and, with --bind, its address; again
    /// for more of them
    #[arg(long = "allow-host", value_name = "NAME")]
    pub(crate) allowed_hosts: Vec<String>,

    /// Let every user of this machine call it; otherwise those that are neither you nor root are
    /// refused
    #[arg(long)]
    pub(crate) open: bool,

    /// Region that this Lambda claims to be in
    #[arg(long, default_value = "us-east-1")]
    pub(crate) region: String,

    /// Makes the choices between an alias's two versions repeatable
    #[arg(long)]
    pub(crate) seed: Option<u64>,

    /// Execution environments that one version may have at once; further invocations wait
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) max_environments: u16,

    /// Seconds after which an execution environment that is not used is ended
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    pub(crate) idle_timeout: u64,

    /// Milliseconds for which a new or changed function is not ready
    #[arg(long, value_name = "MS", default_value_t = 5)]
    pub(crate) transition: u64,

    /// Seconds by which Lambda's own metrics come late, to rehearse AWS's lateness
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    pub(crate) metric_delay: u64,

    /// Seconds by which metrics come late that functions print in the embedded metric format, to
    /// rehearse AWS's lateness
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    pub(crate) outcome_delay: u64,

    /// Seconds that Lambda's own metrics are the sums of: 60 rehearses AWS's minutes
    #[arg(long, value_name = "SECONDS", value_enum, default_value_t = Resolution::Second)]
    pub(crate) metric_period: Resolution,

    /// Seconds after which an asynchronous invocation that failed is tried again; twice that the
    /// second time. AWS waits a minute, too
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub(crate) retry_delay: u64,

    /// Let a share of the calls of an operation go wrong, to see your pipeline survive it:
    /// throttle, error, lost (done, but not answered) or delay=MS. `*` is every operation. Again
    /// for more of them; where several would end one call, the first does
    #[arg(long = "fault", value_name = "OPERATION:KIND:SHARE")]
    pub(crate) faults: Vec<Fault>,

    /// Keep functions, versions, aliases, APIs and roles in this folder; otherwise in
    /// target/lambda-local of the workspace that this is started in
    #[arg(long, value_name = "DIR", conflicts_with = "ephemeral")]
    pub(crate) data: Option<PathBuf>,

    /// Keep nothing when it ends
    #[arg(long)]
    pub(crate) ephemeral: bool,

    /// What to print of the requests. `aws logs tail` shows what functions print all the same
    #[arg(long, value_name = "WHAT", value_enum, default_value_t = Shows::Short)]
    pub(crate) logs: Shows,
}

impl Args {
    /// What holds for Lambda, which is reached at this address.
    pub(crate) fn settings(self, local: SocketAddr, terminal: Terminal) -> Settings {
        Settings {
            address: format!("http://{local}"),
            place: Place {
                region: self.region,
                account: "000000000000".to_owned(),
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
            terminal,
        }
    }
}
