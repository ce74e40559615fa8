//! The journal's text: what is written is read back, whatever the user wrote beside it, and what
//! another version of the tool wrote is read as it was meant.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod formats;
mod round_trip;
mod texts;

use bluegreen_rollout::{Rollout, Seconds, Started, Timestamp, Version, plan::Plan};

fn v(number: u64) -> Version {
    Version::new(number).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn started(text: &str, within: Option<u64>) -> Started {
    let within = within.map(Seconds);
    Started {
        at: at(text),
        within,
    }
}

fn rollout(strategy: &str, started: &[Started]) -> Rollout {
    Rollout {
        blue: v(3),
        green: v(4),
        plan: Plan::new(strategy.parse().unwrap()),
        run: "8f3a".to_owned(),
        started: started.to_vec(),
        probe: None,
        before: vec![],
    }
}
