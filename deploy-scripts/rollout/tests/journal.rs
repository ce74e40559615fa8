//! The journal's text: what is written is read back, whatever the user wrote beside it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;
use rollout::{
    Counts, Entry, Journal, MAX_DESCRIPTION, Metrics, Otherwise, Plan, Probe, Rollout, Routing,
    Seconds, Started, Timestamp, Version, Weight,
};

fn v(number: u64) -> Version {
    Version::new(number).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

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
        let (written, journal) = Journal::default().with(entry).unwrap();
        assert_eq!(written, text);
        assert_eq!(Journal::read(text), Ok(journal));
    }
}

/// Steps that began within so many seconds behind these moments.
fn rollout(strategy: &str, started: &[(&str, Option<u64>)]) -> Rollout {
    Rollout {
        blue: v(3),
        green: v(4),
        plan: Plan::new(strategy.parse().unwrap()),
        run: "8f3a".to_owned(),
        started: started
            .iter()
            .map(|(text, within)| Started {
                at: at(text),
                within: within.map(Seconds),
            })
            .collect(),
        probe: None,
        before: vec![],
    }
}

#[test]
fn a_rollout_is_written_with_its_plan_and_its_steps() {
    let started = [
        ("2026-11-23T06:52:59Z", Some(1)),
        ("2026-11-23T06:58:11Z", None),
    ];
    let plain = rollout("steps:10%/5m,50%/10m", &started);
    let mut full = plain.clone();
    full.plan = Plan {
        slow: Some(250),
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
        blue: Counts {
            requests: 30,
            bad: 0,
        },
        green: Counts {
            requests: 28,
            bad: 1,
        },
    });
    full.before = vec![v(1)];
    for (text, rollout) in [
        (
            "bluegreen: v2: 3 to 4, step 2 of 10%/5m 50%/10m, at 2026-11-23T06:52:59Z~1 +312?, \
             run 8f3a",
            plain,
        ),
        (
            "bluegreen: v2: 3 to 4, step 2 of 10%/5m 50%/10m, at 2026-11-23T06:52:59Z~1 +312?, \
             run 8f3a, with certified=0.05 breaker=0.5 slow=250ms horizon=20m otherwise=promote \
             metrics=1s+0s probe=30/0:28/1 alarms=checkout%20p99%2C%205%25|b%7Cc, before it 1",
            full,
        ),
    ] {
        let weight = Weight::new(0.5).unwrap();
        let routing = Routing::Split {
            blue: v(3),
            green: v(4),
            weight,
        };
        let entry = Entry::Rollout(Box::new(rollout));
        let (written, journal) = Journal::default().with(entry).unwrap();
        assert_eq!(written, text);
        assert!(journal.agrees_with(routing));
        assert_eq!(Journal::read(text), Ok(journal));
    }
}

/// As the first format had them: they go on with what they were begun with.
#[test]
fn rollouts_in_the_first_format_are_read() {
    let started = [
        ("2026-11-23T06:52:59Z", Some(2)),
        ("2026-11-23T06:58:11Z", Some(2)),
    ];
    let plain = rollout("steps:10%/5m,50%/10m", &started);
    let mut full = rollout("linear:10%/1m", &started[..1]);
    full.plan.rule.certified = 0.05;
    full.plan.metrics = Metrics {
        period: Seconds(1),
        delay: Seconds(1),
    };
    full.before = vec![v(2), v(1)];
    for (text, rollout) in [
        (
            "bluegreen: 3 to 4, step 2 of 10%/5m 50%/10m, steps at 2026-11-23T06:52:59Z +312s, \
             run 8f3a",
            plain,
        ),
        (
            "bluegreen: 3 to 4, step 1 of linear:10%/1m, steps at 2026-11-23T06:52:59Z, run 8f3a, \
             with certified=0.05 metrics=1s+1s, before it 2 1",
            full,
        ),
    ] {
        let entry = Journal::read(text).unwrap().entry;
        assert_eq!(entry, Some(Entry::Rollout(Box::new(rollout))), "{text}");
    }
}

#[test]
fn a_plan_that_will_not_fit_beside_the_users_text_is_refused_before_it_begins() {
    let start = [("2026-11-23T06:52:59Z", Some(1))];
    let users = |length: usize| Journal {
        user_text: "x".repeat(length),
        entry: None,
    };
    let linear = rollout("linear:10%/1m", &start);
    assert_eq!(users(0).has_room_for(&linear), Ok(()));
    assert_eq!(users(20).has_room_for(&linear), Ok(()));
    let refused = users(100).has_room_for(&linear).unwrap_err().to_string();
    assert!(refused.contains("holds 100 of your own"), "{refused}");
    assert!(
        users(0)
            .has_room_for(&rollout("linear:1%/1m", &start))
            .is_err()
    );
}

#[test]
fn a_reason_cannot_pass_for_an_entry_of_its_own() {
    let entry = Entry::RolledBack {
        version: v(3),
        green: v(4),
        weight: None,
        at: at("2026-11-23T07:10:00Z"),
        reason: "alarm bluegreen: 9 since, before it 1".to_owned(),
        before: vec![v(2)],
    };
    let (written, _) = Journal::default().with(entry).unwrap();
    let read = Journal::read(&written).unwrap().entry.unwrap();
    assert_eq!((read.serving(), read.before()), (v(3), [v(2)].as_slice()));
}

#[test]
fn a_description_that_is_not_ours_is_kept_as_the_users() {
    for text in [
        "",
        "production",
        "who wrote bluegreen? nobody",
        "blue | green",
        "moved by bluegreen: see the handbook",
        "bluegreen: the handbook",
        "shop | bluegreen: ask Ada",
    ] {
        let users = Journal {
            user_text: text.to_owned(),
            entry: None,
        };
        assert_eq!(Journal::read(text), Ok(users.clone()));
        let entry = Entry::Serving {
            version: v(4),
            since: at("2026-11-23T07:10:00Z"),
            before: vec![],
        };
        let (written, journal) = users.with(entry).unwrap();
        assert!(written.starts_with(text), "{written}");
        assert_eq!(journal.user_text, text);
    }
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
    ] {
        let unreadable = Journal::read(text).unwrap_err().to_string();
        assert!(unreadable.contains("cannot be read"), "{text}");
    }
    let newer = Journal::read("the shop | bluegreen: v9: 3 > 4").unwrap_err();
    assert!(newer.to_string().contains("newer bluegreen (format 9)"));
    assert_eq!(newer.given_up().user_text, "the shop");
}

#[test]
fn a_foreign_move_does_not_agree_with_the_journal() {
    let text = "bluegreen: 3 to 4, 10% by hand since 2026-11-23T07:10:00Z";
    let journal = Journal::read(text).unwrap();
    let weight = Weight::new(0.1).unwrap();
    let ours = Routing::Split {
        blue: v(3),
        green: v(4),
        weight,
    };
    assert!(journal.agrees_with(ours));
    let heavier = Weight::new(0.2).unwrap();
    for foreign in [
        Routing::All(v(3)),
        Routing::All(v(4)),
        Routing::Split {
            blue: v(3),
            green: v(4),
            weight: heavier,
        },
        Routing::Split {
            blue: v(3),
            green: v(5),
            weight,
        },
    ] {
        assert!(!journal.agrees_with(foreign), "{foreign}");
    }
}

fn version() -> impl Strategy<Value = Version> {
    (1..u64::MAX).prop_map(v)
}

fn weight() -> impl Strategy<Value = Weight> {
    (1..100_000_000u32).prop_map(|n| Weight::new(f64::from(n) / 1e8).unwrap())
}

fn before() -> impl Strategy<Value = Vec<Version>> {
    prop::collection::vec(version(), 0..40)
}

fn moment() -> impl Strategy<Value = Timestamp> {
    (0..253_402_300_800u64).prop_map(Timestamp::from_unix)
}

fn entry() -> impl Strategy<Value = Entry> {
    prop_oneof![
        (version(), moment(), before()).prop_map(|(version, since, before)| Entry::Serving {
            version,
            since,
            before
        }),
        (version(), version(), weight(), moment(), before()).prop_map(
            |(blue, green, weight, since, before)| Entry::Shifted {
                blue,
                green,
                weight,
                since,
                before
            }
        ),
        (
            (version(), version(), prop::option::of(weight())),
            moment(),
            "[ -~]{0,300}",
            before()
        )
            .prop_map(
                |((version, green, weight), at, reason, before)| Entry::RolledBack {
                    version,
                    green,
                    weight,
                    at,
                    reason,
                    before
                }
            ),
    ]
}

/// Any that the command line admits: weights with up to six digits behind the point of percent,
/// steps of any length.
fn strategy() -> impl Strategy<Value = String> {
    let step = (1..100_000_000u32, 0..100_000u64);
    let steps = prop::collection::vec(step, 1..5).prop_map(|mut steps| {
        steps.sort_unstable();
        steps.dedup_by_key(|(weight, _)| *weight);
        let text = |(weight, lasts)| {
            format!(
                "{}/{}",
                Weight::new(f64::from(weight) / 1e8).unwrap(),
                Seconds(lasts)
            )
        };
        steps.into_iter().map(text).collect::<Vec<_>>().join(",")
    });
    let linear = (2..100u32, 0..10_000u64)
        .prop_map(|(by, every)| format!("linear:{by}%/{}", Seconds(every)));
    prop_oneof![steps, linear]
}

fn plan() -> impl Strategy<Value = Plan> {
    (
        strategy(),
        (
            prop::option::of(1..60_000u32),
            prop::option::of(20_000..1_000_000u64),
        ),
        prop::sample::select(&[0.002, 0.05, 1.0 / 3.0][..]),
        prop::option::of(0.01..0.99f64),
        prop::collection::vec("[ -~]{1,12}", 0..3),
    )
        .prop_map(|(strategy, (slow, horizon), certified, breaker, alarms)| {
            let mut plan = Plan {
                slow,
                horizon: horizon.map(Seconds),
                breaker,
                alarms,
                ..Plan::new(strategy.parse().unwrap())
            };
            plan.rule.certified = certified;
            plan
        })
}

proptest! {
    #[test]
    fn a_rollout_that_has_room_is_read_back_exactly_at_every_step(
        (user_text, plan) in ("[a-zA-Z0-9äöü ,.:]{0,50}", plan()),
        (blue, green) in (1..100_000u64, 1..100_000u64),
        (start, gaps) in (0..4_000_000_000u64, prop::collection::vec(0..100_000u64, 9)),
        before in before(),
    ) {
        let journal = Journal { user_text, entry: None };
        let first = Started { at: Timestamp::from_unix(start), within: None };
        let mut rollout = Rollout {
            blue: v(blue), green: v(green), plan, run: "8f3a".to_owned(), started: vec![first], probe: None, before,
        };
        if rollout.plan.check().is_err() || journal.has_room_for(&rollout).is_err() {
            return Ok(());
        }
        let latest = rollout.plan.horizon().0.max(1);
        for gap in gaps.iter().take(rollout.plan.strategy.steps().len()) {
            let entry = Entry::Rollout(Box::new(rollout.clone()));
            let (written, _) = journal.with(entry).unwrap();
            let read = Journal::read(&written).unwrap();
            prop_assert_eq!(&read.user_text, &journal.user_text);
            let Some(Entry::Rollout(read)) = read.entry else { panic!("{written:?}") };
            prop_assert_eq!(read.before.first(), rollout.before.first());
            prop_assert_eq!(&*read, &Rollout { before: read.before.clone(), ..rollout.clone() });
            rollout.started.last_mut().unwrap().within = Some(Seconds(gap % 1000));
            let at = Timestamp::from_unix(rollout.step_started().unix() + gap % latest);
            rollout.started.push(Started { at, within: None });
        }
    }

    #[test]
    fn whatever_is_written_fits_and_says_the_same_when_read(
        user_text in "[a-zA-Z0-9äöü😀 ,.:|]{0,256}",
        entry in entry(),
    ) {
        let journal = Journal { user_text, entry: None };
        let (description, written) = journal.with(entry.clone()).unwrap();
        prop_assert!(description.encode_utf16().count() <= MAX_DESCRIPTION);
        prop_assert_eq!(Journal::read(&description), Ok(written.clone()));

        let read = written.entry.unwrap();
        prop_assert_eq!((read.since(), read.routing()), (entry.since(), entry.routing()));
        prop_assert!(entry.before().starts_with(read.before()));
        prop_assert_eq!(entry.before().is_empty(), read.before().is_empty());
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "\\PC{0,300}") {
        let _ = Journal::read(&format!("x bluegreen: {text}"));
    }
}
