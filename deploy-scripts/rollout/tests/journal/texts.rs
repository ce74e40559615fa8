//! The user's own text, and what room it leaves.

use bluegreen_rollout::{
    Routing, Weight,
    journal::{Entry, Journal, Unwritable},
};

use crate::{at, rollout, started, v};

fn serving() -> Entry {
    Entry::Serving {
        version: v(4),
        since: at("2026-11-23T07:10:00Z"),
        before: vec![v(3)],
    }
}

#[test]
fn a_description_that_is_not_ours_is_the_users_and_is_kept() {
    for text in [
        "",
        "production",
        "who wrote bluegreen? nobody",
        "blue | green",
        "see bluegreen: the docs",
        "see bluegreen: 4 pages",
        "bluegreen: ask ops",
        "shop | bluegreen: ask ops | bluegreen: or me",
    ] {
        let journal = Journal::read(text).unwrap();
        assert_eq!((journal.user_text.as_str(), &journal.entry), (text, &None));
        let (description, _) = journal.with(serving()).unwrap();
        let again = Journal::read(&description).unwrap();
        assert_eq!(
            (again.user_text.as_str(), again.entry),
            (text, Some(serving()))
        );
    }
}

#[test]
fn an_entry_says_when_it_was_written_and_what_it_left() {
    assert_eq!(serving().since(), at("2026-11-23T07:10:00Z"));
    assert_eq!(serving().left(), Some(v(3)));
    let step = started("2026-11-23T06:52:59Z", None);
    let began = Entry::Rollout(Box::new(rollout("canary:10%/5m", &[step])));
    assert_eq!(began.since(), step.at);
    assert_eq!(began.left(), None);
}

/// The id of a run holds what the parser looks for.
#[test]
fn an_entry_that_would_be_read_as_another_one_is_not_written() {
    let step = started("2026-11-23T06:52:59Z", None);
    let mut rollout = rollout("canary:10%/5m", &[step]);
    rollout.run = "r, before it 9".to_owned();
    let entry = Entry::Rollout(Box::new(rollout));
    let read = Journal::read(&format!("bluegreen: {entry}")).unwrap();
    assert!(read.entry.is_some_and(|read| read != entry));
    let written = Journal::default().with(entry);
    assert_eq!(written.unwrap_err(), Unwritable::Ambiguous);
}

#[test]
fn an_entry_that_does_not_fit_says_how_much_it_needs() {
    let journal = Journal {
        user_text: "x".repeat(250),
        entry: None,
    };
    let entry = Entry::Rollout(Box::new(rollout("canary:10%/5m", &[])));
    let needed = "bluegreen: ".len() + entry.to_string().len();
    let users = 250;
    let too_long = journal.with(entry).unwrap_err();
    assert_eq!(too_long, Unwritable::TooLong { needed, users });
    let alone = Unwritable::TooLong { needed, users: 0 }.to_string();
    assert!(!alone.contains("of your own"), "{alone}");
}

#[test]
fn a_plan_that_will_not_fit_beside_the_users_text_is_refused_before_it_begins() {
    let users = |text: String| Journal {
        user_text: text,
        entry: None,
    };
    let linear = rollout("linear:10%/1m", &[]);
    for text in [String::new(), "x".repeat(50), "🛒".repeat(25)] {
        assert_eq!(users(text).has_room_for(&linear), Ok(()));
    }
    // As AWS may count: two units each.
    let too_long = users("🛒".repeat(50)).has_room_for(&linear).unwrap_err();
    let Unwritable::TooLong { users: 100, .. } = too_long else {
        panic!("{too_long:?}")
    };
    assert!(too_long.to_string().contains("holds 100 of your own"));
    let long = rollout("linear:1%/1m", &[]);
    assert!(users(String::new()).has_room_for(&long).is_err());
}

/// Cut, it would be read by nobody.
#[test]
fn a_rollout_is_written_whole_or_not_at_all() {
    let journal = Journal {
        user_text: "x".repeat(200),
        entry: None,
    };
    let first = crate::started("2026-11-23T07:10:00Z", None);
    let entry = Entry::Rollout(Box::new(rollout("10%/5m", &[first])));
    assert!(journal.with(entry).is_err());
    // What has to be written in any case is: a rollback is not to fail for a text.
    let (description, written) = journal.clone().with(serving()).unwrap();
    assert!(description.len() <= 256);
    assert_eq!(written.entry, Some(serving()));
    let full = Journal {
        user_text: "x".repeat(256),
        entry: None,
    };
    assert_eq!(full.with(serving()).unwrap().1.entry, Some(serving()));
}

#[test]
fn what_would_be_read_as_something_else_is_not_written() {
    let mut misnamed = rollout("10%/5m", &[crate::started("2026-11-23T07:10:00Z", None)]);
    misnamed.run = "a, with x".to_owned();
    let entry = Entry::Rollout(Box::new(misnamed));
    assert_eq!(Journal::default().with(entry), Err(Unwritable::Ambiguous));
}

#[test]
fn a_reason_cannot_pass_for_an_entry_of_its_own() {
    let entry = Entry::RolledBack {
        version: v(3),
        green: v(4),
        weight: None,
        at: at("2026-11-23T07:10:00Z"),
        reason: "alarm | bluegreen: 9 since, before it 1".to_owned(),
        before: vec![v(2)],
    };
    let (description, _) = Journal::default().with(entry).unwrap();
    let read = Journal::read(&description).unwrap().entry.unwrap();
    assert_eq!((read.serving(), read.before()), (v(3), [v(2)].as_slice()));
}

#[test]
fn a_foreign_move_does_not_agree_with_the_journal() {
    let text = "bluegreen: 3 to 4, 10% by hand since 2026-11-23T07:10:00Z";
    let journal = Journal::read(text).unwrap();
    let split = |green, share| Routing::Split {
        blue: v(3),
        green: v(green),
        weight: Weight::new(share).unwrap(),
    };
    assert!(journal.agrees_with(split(4, 0.1)));
    for foreign in [
        Routing::All(v(3)),
        Routing::All(v(4)),
        split(4, 0.2),
        split(5, 0.1),
    ] {
        assert!(!journal.agrees_with(foreign), "{foreign}");
    }
}
