//! What is worth a line, and what a summary says.

use bluegreen_rollout::{
    plan::{Metrics, Outcomes},
    signal::Answers,
};
use clap::Parser;

use super::{
    super::event::fixture, Duration, Instant, Look, Reporter, Signal, Tally, counts, news, time,
};
use crate::cli::Cli;

#[test]
fn news_are_a_step_another_reason_to_wait_and_the_first_that_goes_wrong() {
    let news_of = |change: fn(&mut Look)| news(&fixture::look_with(change));
    let first = news_of(|_| {});
    assert_eq!(first.2, [true, false]);
    assert_eq!(
        news_of(|look| look.answered[0] = Tally(Answers::new(9))).2,
        [false, false]
    );
    assert_eq!(
        news_of(|look| look.answered[1] = look.answered[0]).2,
        [true, true]
    );
    let bad = |look: &mut Look| look.outcomes = Some(fixture::outcomes((9, 0), (9, 1)));
    assert_eq!(news_of(bad).2, [true, true]);
    assert_ne!(news_of(|look| look.step = 2), first);
    assert_ne!(news_of(|look| look.waiting = None), first);
}

#[test]
fn what_is_the_same_is_told_again_after_half_a_minute() {
    let global = Cli::try_parse_from(["bluegreen", "status"]).unwrap().global;
    let (reporter, begun) = (Reporter::new(&global, None).unwrap(), Instant::now());
    let is_news = |look: &_, after| reporter.is_news(look, begun + Duration::from_secs(after));
    let first = fixture::look();
    assert!(is_news(&first, 0));
    assert!(!is_news(&first, 29));
    assert!(is_news(&first, 30));
    assert!(!is_news(&first, 31));
    assert!(is_news(&fixture::look_with(|look| look.step = 2), 32));
    assert!(!is_news(&fixture::look_with(|look| look.step = 2), 33));
}

#[test]
fn a_summary_has_a_row_for_each_version_and_a_column_for_each_signal() {
    let text = counts(&fixture::look_with(|look| {
        look.outcomes = Some(fixture::outcomes((540, 0), (60, 9)));
        look.rollout.plan.also = vec![Signal::Slow(100)];
        let outcomes = Outcomes::of_the_layer(Metrics::default());
        look.rollout.plan.outcomes = Some(outcomes);
    }));
    let expected = "\
| version | requests | failed | slow | answered badly |
|---|---|---|---|---|
| 1 | 540 | 1 | 0 | 0 |
| 2 | 60 | 0 | 0 | 9 |

green is worse by at most 4.2 points

";
    assert_eq!(text, expected);
}

#[test]
fn the_time_of_day_is_told_to_the_second() {
    let time = time();
    let parts: Vec<&str> = time.split(':').collect();
    let is_two_digits = |part: &&str| part.len() == 2 && part.parse::<u8>().is_ok();
    assert!(
        parts.len() == 3 && parts.iter().all(is_two_digits),
        "{time}"
    );
}
