//! Options of `verdict`.

use bluegreen_rollout::verdict::{Rule, Stage};
use clap::Args;

use super::stage::parse_stage;

#[derive(Debug, Args)]
pub(crate) struct VerdictArgs {
    /// Totals at one weight, such as 10%:5400/5:600/7: the weight, blue's requests and bad ones,
    /// and green's; repeatable
    #[arg(long = "stage", value_name = "TOTALS", value_parser = parse_stage)]
    pub(crate) stages: Vec<Stage>,

    #[arg(long = "delta", value_name = "SHARE", help = format!(
        "How much worse green may be without being rolled back, as a share [default: {}]",
        Rule::default().tolerated
    ))]
    pub(crate) tolerated: Option<f64>,

    #[arg(long, value_name = "SHARE", help = format!(
        "How much worse green must be shown not to be, as a share [default: {}]",
        Rule::default().certified
    ))]
    pub(crate) certified: Option<f64>,

    /// Chance of ever rolling back wrongly
    #[arg(long, value_name = "CHANCE", default_value_t = Rule::default().alpha)]
    pub(crate) alpha: f64,

    /// Chance of ever promoting wrongly
    #[arg(long, value_name = "CHANCE", default_value_t = Rule::default().beta)]
    pub(crate) beta: f64,
}
