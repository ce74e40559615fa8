//! What a rollout is of which nothing is said, and what its options come to.

use bluegreen_rollout::{
    Seconds,
    plan::{Metrics, Otherwise, Outcomes, Plan},
    verdict::Rule,
};
use clap::Parser;

use super::{PlanArgs, Slow, Wanted, slow};
use crate::cli::{AliasCommand, Cli, Command};

/// The plan that the options come to, and how many test events are sent.
fn rollout(options: &[&str]) -> (PlanArgs, u32) {
    let cli = Cli::try_parse_from([&["bluegreen", "rollout"], options].concat()).unwrap();
    let Command::OnAlias(command) = cli.command else {
        panic!("it works on an alias");
    };
    let AliasCommand::Rollout(args) = *command else {
        panic!("it is a rollout");
    };
    (args.release.plan, args.release.probe.probes)
}

/// The numbers, and not the defaults that they come from: what people run is not to change
/// by the way.
#[test]
fn a_rollout_of_which_nothing_is_said_is_one_for_aws() {
    let (args, probes) = rollout(&[]);
    let plan = args.plan(Metrics::default());
    let careful = Plan {
        strategy: "steps:10%/5m".parse().unwrap(),
        rule: Rule {
            alpha: 0.01,
            beta: 0.01,
            tolerated: 0.001,
            certified: 0.01,
        },
        also: Vec::new(),
        horizon: None,
        otherwise: Otherwise::Hold,
        metrics: Metrics {
            period: Seconds(60),
            delay: Seconds(120),
        },
        outcomes: None,
        breaker: None,
        alarms: Vec::new(),
    };
    assert_eq!(plan, careful);
    assert_eq!(args.outcomes.wanted(), Wanted::IfThere);
    assert_eq!(plan.horizon(), Seconds(600));
    assert_eq!(probes, 40);
}

#[test]
fn slow_is_a_number_of_milliseconds_or_what_blue_calls_so() {
    assert_eq!(slow("p95"), Ok(Slow::P95));
    for text in ["250ms", "250"] {
        assert_eq!(slow(text), Ok(Slow::Milliseconds(250)));
    }
    for wrong in ["0ms", "-1ms", "p99", ""] {
        assert!(slow(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn outcomes_count_where_that_is_said_or_a_metric_of_ones_own_is_named() {
    let own = ["--requests-metric", "my/All", "--bad-metric", "my/Bad"];
    let late = ["--outcome-delay", "5s"];
    for (args, wanted) in [
        (&[][..], Wanted::IfThere),
        (&["--outcomes"], Wanted::Yes),
        (&["--no-outcomes"], Wanted::No),
        (&own, Wanted::Yes),
    ] {
        assert_eq!(rollout(args).0.outcomes.wanted(), wanted, "{args:?}");
    }
    let usual = Metrics::default();
    let layers = Outcomes::of_the_layer(usual);
    assert_eq!(rollout(&[]).0.outcomes.source(usual), layers);
    let (named, _) = rollout(&[&own[..], &late].concat());
    let source = named.outcomes.source(usual);
    let named = [source.requests, source.bad].map(|name| name.to_string());
    assert_eq!(named, ["my/All", "my/Bad"]);
    let delay = Seconds(5);
    assert_eq!(source.metrics, Metrics { delay, ..usual });
}
