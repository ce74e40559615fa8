//! How a plan is told.

use anstream::adapter::strip_str;

use super::{
    super::fixture::{planned, planned_here},
    Planned, points,
};

fn prospect(change: impl FnOnce(&mut Planned)) -> String {
    let mut planned = planned();
    change(&mut planned);
    planned.prospect()
}

#[test]
fn a_plan_says_what_will_be_done_and_what_it_costs() {
    let told = strip_str(&planned().to_string()).to_string();
    let expected = "\
hello:live from version 1 to version 2, run f00d
  step 1: 10% for at least 5m
  judged by Lambda's own metrics alone, to which a 500 that is returned is a success
  looks 72 times at most, for $0.01 of CloudWatch
  promoted when it is shown to be worse by less than 1 point
  without a verdict after 10m: hold
  about 2.0 requests a second: green has the 459 clean ones that it needs after 5m";
    assert_eq!(told, expected);
    let here = strip_str(&planned_here().to_string()).to_string();
    assert!(
        here.contains("\n  metrics of each 1s, up to 2s late\n"),
        "{here}"
    );
    assert!(!here.contains("CloudWatch"), "{here}");
}

#[test]
fn what_to_expect_depends_on_the_traffic_that_there_is() {
    let too_few = "about 2.0 requests a second: too few for";
    let late = prospect(|planned| planned.verdict_after_seconds = Some(601));
    let hint = "a verdict by then; `--certified 2%` could be had, or a longer --horizon";
    assert_eq!(late, format!("{too_few} {hint}"));
    let never = prospect(|planned| {
        (planned.verdict_after_seconds, planned.certifiable) = (None, None);
    });
    assert_eq!(never, format!("{too_few} any verdict by then"));
    let in_time = prospect(|planned| planned.verdict_after_seconds = Some(600));
    assert!(in_time.ends_with("that it needs after 10m"), "{in_time}");
    let none = prospect(|planned| planned.requests_per_second = None);
    let needed = "the verdict takes about 459 clean requests of green";
    assert_eq!(none, format!("no traffic was seen lately; {needed}"));
}

#[test]
fn a_horizon_before_anything_can_be_known_is_told() {
    let earliest = |seconds| prospect(|planned| planned.earliest_verdict_seconds = seconds);
    assert!(!earliest(600).starts_with("no verdict is possible"));
    let late = earliest(601);
    assert!(late.starts_with("no verdict is possible by then"), "{late}");
    assert!(late.contains("known before 10m 1s"), "{late}");
}

#[test]
fn points_are_told_to_a_tenth() {
    for (share, text) in [
        (0.0, "0 points"),
        (0.001, "0.1 points"),
        (0.01, "1 point"),
        (0.0456, "4.6 points"),
    ] {
        assert_eq!(points(share), text);
    }
}
