//! Whatever is written is read back, or it is not written.

use bluegreen_rollout::{
    Rollout, Routing, Seconds, Started, Timestamp, Version, Weight,
    journal::{Entry, Journal, MAX_DESCRIPTION},
    plan::{Metrics, Name, Outcomes, Plan},
    signal::Signal,
};
use proptest::prelude::*;

use crate::v;

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

/// Any plan that a command line admits.
fn plan() -> impl Strategy<Value = Plan> {
    let steps = prop::collection::btree_map(weight(), 0..100_000u64, 1..5);
    let chance = || prop::sample::select(&[0.002, 0.05, 1.0 / 3.0, 1e-300, 0.999_999_9][..]);
    (
        steps,
        (
            prop::option::of(1..60_000u32),
            prop::option::of(1..1_000_000u64),
        ),
        (chance(), chance()),
        prop::option::of(0.01..0.99f64),
        (
            prop::collection::vec("[ -~]{1,12}", 0..3),
            prop::option::of(outcomes()),
        ),
    )
        .prop_map(
            |(steps, (slow, horizon), (alpha, beta), breaker, (alarms, outcomes))| {
                let steps = steps
                    .iter()
                    .map(|(weight, lasts)| format!("{weight}/{lasts}s"));
                let steps = steps.collect::<Vec<_>>().join(",");
                let mut plan = Plan {
                    also: slow.map(Signal::Slow).into_iter().collect(),
                    horizon: horizon.map(Seconds),
                    breaker,
                    alarms,
                    outcomes,
                    ..Plan::new(steps.parse().unwrap())
                };
                (plan.rule.alpha, plan.rule.beta) = (alpha, beta);
                plan
            },
        )
}

/// Of the layer, or of the user.
fn outcomes() -> impl Strategy<Value = Outcomes> {
    let metrics = (1..4000u64, 0..4000u64).prop_map(|(period, delay)| Metrics {
        period: Seconds(period),
        delay: Seconds(delay),
    });
    let name =
        || ("[!-~]{1,9}", "[!-.0-~]{1,9}").prop_map(|(namespace, name)| Name { namespace, name });
    let names = prop::option::of((name(), name()));
    (metrics, names).prop_map(|(metrics, names)| match names {
        Some((requests, bad)) => Outcomes {
            metrics,
            requests,
            bad,
        },
        None => Outcomes::of_the_layer(metrics),
    })
}

/// When a step began: so long after the one before, and how surely.
fn gap() -> impl Strategy<Value = (u64, Option<u64>)> {
    (0..100_000u64, prop::option::of(0..100_000u64))
}

proptest! {
    #[test]
    fn a_rollout_is_read_back_exactly_at_every_step_or_not_written(
        (user_text, plan) in ("[a-zA-Z0-9äöü🛒 ,.:|]{0,50}", plan()),
        (blue, green) in (1..100_000u64, 1..100_000u64),
        (start, gaps) in (0..4_000_000_000u64, prop::collection::vec(gap(), 5)),
        before in before(),
    ) {
        let journal = Journal { user_text, entry: None };
        prop_assume!(Journal::read(&journal.user_text).as_ref() == Ok(&journal));
        let mut rollout = Rollout {
            blue: v(blue),
            green: v(green),
            plan,
            run: "8f3a".to_owned(),
            started: Vec::new(),
            probe: None,
            before,
        };
        let mut at = Timestamp::from_unix(start);
        let steps = rollout.plan.strategy.steps().len();
        for (gap, within) in gaps.into_iter().take(steps) {
            at = at.after(gap);
            rollout.started.push(Started { at, within: within.map(Seconds) });
            let Ok((text, _)) = journal.with(Entry::Rollout(Box::new(rollout.clone()))) else {
                return Ok(());
            };
            let read = Journal::read(&text).unwrap();
            prop_assert_eq!(&read.user_text, &journal.user_text);
            let Some(Entry::Rollout(read)) = read.entry else { panic!("{text}") };
            prop_assert_eq!(read.before.first(), rollout.before.first());
            prop_assert_eq!(&*read, &Rollout { before: read.before.clone(), ..rollout.clone() });
        }
    }

    /// Also the last step, however long it takes within reason.
    #[test]
    fn a_rollout_that_has_room_is_written_at_every_step(
        (text, plan) in ("[a-z]{0,50}", plan()),
        (start, late) in (0..4_000_000_000u64, 0..10u64),
    ) {
        let journal = Journal { user_text: text, entry: None };
        let mut rollout = crate::rollout("10%/5m", &[]);
        rollout.plan = plan;
        if journal.has_room_for(&rollout).is_err() {
            return Ok(());
        }
        let horizon = rollout.plan.horizon().0;
        for step in 0..rollout.plan.strategy.steps().len() as u64 {
            let at = Timestamp::from_unix(start).after(horizon * late * step.min(1));
            rollout.started.push(Started { at, within: Some(Seconds(999)) });
            let written = journal.with(Entry::Rollout(Box::new(rollout.clone())));
            prop_assert!(written.is_ok(), "{rollout}");
        }
    }

    #[test]
    fn whatever_is_written_fits_and_says_the_same_when_read(
        user_text in "[a-zA-Z0-9äöü🛒 ,.:|]{0,256}",
        entry in entry(),
    ) {
        let journal = Journal { user_text, entry: None };
        let (text, written) = journal.with(entry.clone()).unwrap();
        prop_assert!(text.encode_utf16().count() <= MAX_DESCRIPTION);

        let read = Journal::read(&text).unwrap();
        prop_assert_eq!(&read, &written);
        let read = read.entry.unwrap();
        prop_assert_eq!(read.since(), entry.since());
        prop_assert_eq!(read.routing(), entry.routing());
        prop_assert!(entry.before().starts_with(read.before()));
        prop_assert_eq!(entry.before().is_empty(), read.before().is_empty());
        let elsewhere = Routing::All(v(u64::MAX));
        prop_assert!(!written.agrees_with(elsewhere));
        let again = written.with(read).unwrap();
        prop_assert_eq!(again, (text, written));
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "\\PC{0,300}") {
        let _ = Journal::read(&format!("bluegreen: {text}"));
        let _ = Journal::read(&format!("x | bluegreen: v2: {text}"));
    }
}
