//! Each entry as a text, and each text that any version of this tool has written.

use bluegreen_rollout::{
    Probe, Rollout, Seconds, Weight,
    journal::{Entry, Journal},
    plan::{Metrics, Otherwise, Plan},
    signal::Signal,
    verdict::{Counts, Rule},
};

use crate::{at, rollout, started, v};

#[test]
fn each_entry_is_written_as_a_sentence_and_read_back() {
    let since = at("2026-11-23T07:10:00Z");
    let weight = Weight::new(0.1).unwrap();
    for (text, entry) in [
        (
            "bluegreen: 4 since 2026-11-23T07:10:00Z, before it 3 1",
            Entry::Serving {
                version: v(4),
                since,
                before: vec![v(3), v(1)],
            },
        ),
        (
            "bluegreen: 3 to 4, 10% by hand since 2026-11-23T07:10:00Z",
            Entry::Shifted {
                blue: v(3),
                green: v(4),
                weight,
                since,
                before: vec![],
            },
        ),
        (
            "bluegreen: 3, rolled 4 back at 10% 2026-11-23T07:10:00Z: errors 7/60 against 1/540, before it 2 1",
            Entry::RolledBack {
                version: v(3),
                green: v(4),
                weight: Some(weight),
                at: since,
                reason: "errors 7/60 against 1/540".to_owned(),
                before: vec![v(2), v(1)],
            },
        ),
    ] {
        let (description, written) = Journal::default().with(entry).unwrap();
        assert_eq!(description, text);
        assert_eq!(Journal::read(text), Ok(written));
    }
}

/// All that a plan can say.
fn full(plain: &Rollout) -> Rollout {
    let counts = |requests, bad| Counts { requests, bad };
    let mut full = plain.clone();
    full.plan = Plan {
        also: vec![Signal::Slow(250)],
        horizon: Some(Seconds(1200)),
        otherwise: Otherwise::Promote,
        metrics: Metrics {
            period: Seconds(1),
            delay: Seconds(0),
        },
        breaker: Some(0.5),
        alarms: vec!["checkout p99, 5%".to_owned(), "b|c".to_owned()],
        ..full.plan
    };
    full.plan.rule.certified = 0.05;
    full.probe = Some(Probe {
        blue: counts(30, 0),
        green: counts(28, 1),
    });
    full.before = vec![v(1)];
    full
}

const FULL: &str = "with certified=0.05 breaker=0.5 slow=250ms horizon=20m otherwise=promote \
                    metrics=1s+0s probe=30/0:28/1 alarms=checkout%20p99%2C%205%25|b%7Cc, before it 1";

#[test]
fn a_rollout_is_written_with_its_plan_and_its_steps() {
    let first = started("2026-11-23T06:52:59Z", Some(1));
    let confirmed = [first, started("2026-11-23T06:58:11Z", Some(31))];
    let unseen = [first, started("2026-11-23T06:58:11Z", None)];
    let plain = rollout("steps:10%/5m,50%/10m", &confirmed);
    let steps = "bluegreen: v2: 3 to 4, step 2 of 10%/5m 50%/10m, at 2026-11-23T06:52:59Z~1";
    for (text, rollout) in [
        (format!("{steps} +312~31, run 8f3a, {FULL}"), full(&plain)),
        (format!("{steps} +312~31, run 8f3a"), plain),
        (
            format!("{steps} +312?, run 8f3a"),
            rollout("steps:10%/5m,50%/10m", &unseen),
        ),
    ] {
        let entry = Entry::Rollout(Box::new(rollout));
        let (description, written) = Journal::default().with(entry).unwrap();
        assert_eq!(description, text);
        assert_eq!(Journal::read(&text), Ok(written));
    }
}

/// The first format did not say that it was one, and its steps had begun within two seconds.
#[test]
fn the_first_format_is_read_as_it_was_meant() {
    let first = started("2026-11-23T06:52:59Z", Some(2));
    let both = [first, started("2026-11-23T06:58:11Z", Some(2))];
    let plain = rollout("steps:10%/5m,50%/10m", &both);
    let steps = "bluegreen: 3 to 4, step 2 of 10%/5m 50%/10m, steps at 2026-11-23T06:52:59Z +312s";
    let linear = rollout("linear:10%/1m", &[first]);
    for (text, rollout) in [
        (
            format!("{steps} , run 8f3a, {FULL}").replace(" ,", ","),
            full(&plain),
        ),
        (format!("{steps}, run 8f3a"), plain),
        (
            "bluegreen: 3 to 4, step 1 of linear:10%/1m, steps at 2026-11-23T06:52:59Z, run 8f3a"
                .to_owned(),
            linear,
        ),
    ] {
        let read = Journal::read(&text).unwrap();
        assert_eq!(read.entry, Some(Entry::Rollout(Box::new(rollout))));
    }
}

/// Whatever the defaults of today's command line are.
#[test]
fn what_a_journal_does_not_say_is_what_its_format_implies() {
    let texts = [
        "bluegreen: v2: 3 to 4, step 1 of 10%/5m, at 2026-11-23T06:52:59Z~1, run 8f3a",
        "bluegreen: 3 to 4, step 1 of 10%/5m, steps at 2026-11-23T06:52:59Z, run 8f3a",
    ];
    for text in texts {
        let Some(Entry::Rollout(read)) = Journal::read(text).unwrap().entry else {
            panic!("{text}")
        };
        let rule = Rule {
            alpha: 0.01,
            beta: 0.01,
            tolerated: 0.001,
            certified: 0.01,
        };
        let metrics = Metrics {
            period: Seconds(60),
            delay: Seconds(120),
        };
        assert_eq!((read.plan.rule, read.plan.metrics), (rule, metrics));
        assert_eq!(read.plan.horizon(), Seconds(600));
        assert_eq!(read.plan.otherwise, Otherwise::Hold);
    }
}

/// An older version of this tool could write it, and its rollout is to be taken up.
#[test]
fn a_horizon_that_nobody_would_be_given_today_is_read_all_the_same() {
    let text = "bluegreen: 3 to 4, step 2 of 10%/6s 50%/20s, steps at 2026-11-23T06:52:59Z +9s, \
                run 8f3a, with horizon=15s";
    assert!(matches!(
        Journal::read(text).unwrap().entry,
        Some(Entry::Rollout(_))
    ));
}

#[test]
fn an_entry_that_cannot_be_read_is_not_guessed_at() {
    for text in [
        "bluegreen: ",
        "bluegreen: 4",
        "bluegreen: 4 since yesterday",
        "bluegreen: 3 to 4, step 9 of",
        "bluegreen: 3 to 4, step 2 of 10%/5m, steps at 2026-11-23T07:10:00Z +9s, run a",
        "bluegreen: 3 to 4, step 2 of 10%/5m 50%/5m, steps at 2026-11-23T07:10:00Z, run a",
        "bluegreen: 3 to 4, step 1 of 10%/5m, steps at 2026-11-23T07:10:00Z, run a, with x=1",
        "bluegreen: 3 to 4, step 1 of 10%/5m, steps at 2026-11-23T07:10:00Z, run a, with delta=2",
        "bluegreen: 3 to 4, step 1 of all-at-once, steps at 2026-11-23T07:10:00Z, run a",
        "bluegreen: 3 to x, 10% by hand since 2026-11-23T07:10:00Z",
        "bluegreen: 4 since 2026-11-23T07:10:00Z, before it three",
        "bluegreen: v2: 3 to 4, step 1 of 10%/5m, at 2026-11-23T07:10:00Z, run a",
        "bluegreen: v2: 4 since 2026-11-23T07:10:00Z",
        "mine | bluegreen: 3 to 4, cut",
    ] {
        let error = Journal::read(text).unwrap_err();
        assert!(error.to_string().contains("cannot be read"), "{text}");
    }
}

#[test]
fn an_entry_of_a_newer_version_is_not_taken_for_none() {
    let error = Journal::read("mine | bluegreen: v3: whatever").unwrap_err();
    let text = error.to_string();
    assert!(text.contains("newer bluegreen (format 3)"), "{text}");
    // For one who takes the alias over on purpose.
    let journal = error.given_up();
    assert_eq!((journal.user_text.as_str(), journal.entry), ("mine", None));
}
