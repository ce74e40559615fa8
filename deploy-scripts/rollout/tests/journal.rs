//! The journal's text: what is written is read back, whatever the user wrote beside it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;
use rollout::{Entry, Journal, MAX_DESCRIPTION, Routing, Timestamp, Version, Weight};

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
        let journal = Journal {
            user_text: String::new(),
            entry: Some(entry),
        };
        assert_eq!(journal.description(), text);
        assert_eq!(Journal::read(text), journal);
    }
}

#[test]
fn a_description_that_is_not_ours_is_kept_as_the_users() {
    for text in [
        "",
        "production",
        "who wrote bluegreen? nobody",
        "blue | green",
    ] {
        let journal = Journal::read(text);
        assert_eq!(
            journal,
            Journal {
                user_text: text.to_owned(),
                entry: None
            }
        );
        assert_eq!(journal.description(), text);
    }
}

#[test]
fn an_entry_that_cannot_be_read_is_not_guessed_at() {
    for text in [
        "bluegreen: ",
        "bluegreen: 4",
        "bluegreen: 4 since yesterday",
        "bluegreen: 3 to 4, step 9 of",
        "bluegreen: 3 to x, 10% by hand since 2026-11-23T07:10:00Z",
        "bluegreen: 4 since 2026-11-23T07:10:00Z, before it three",
    ] {
        assert_eq!(Journal::read(text).entry, None, "{text}");
    }
}

#[test]
fn a_foreign_move_does_not_agree_with_the_journal() {
    let journal = Journal::read("bluegreen: 3 to 4, 10% by hand since 2026-11-23T07:10:00Z");
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
    (1..10_000u32).prop_map(|n| Weight::new(f64::from(n) / 10_000.0).unwrap())
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
                    reason: reason.replace(", before it ", " "),
                    before
                }
            ),
    ]
}

proptest! {
    #[test]
    fn whatever_is_written_fits_and_says_the_same_when_read(
        user_text in "[a-zA-Z0-9äöü ,.:|]{0,256}",
        entry in entry(),
    ) {
        let journal = Journal { user_text, entry: Some(entry.clone()) };
        let description = journal.description();
        prop_assert!(description.chars().count() <= MAX_DESCRIPTION);

        let read = Journal::read(&description).entry.expect("our own text");
        prop_assert_eq!(read.since(), entry.since());
        prop_assert!(entry.before().starts_with(read.before()));
        prop_assert_eq!(entry.before().is_empty(), read.before().is_empty());
        for routing in [Routing::All(v(1)), Routing::All(v(2))] {
            prop_assert_eq!(
                Journal { user_text: String::new(), entry: Some(read.clone()) }.agrees_with(routing),
                journal.agrees_with(routing)
            );
        }
        prop_assert_eq!(Journal::read(&description).description(), description.clone());
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "\\PC{0,300}") {
        let _ = Journal::read(&format!("x bluegreen: {text}"));
    }
}
