//! Reads an entry's text. Whatever is not exactly as it is written is not guessed at.

use super::{BEFORE, Entry, Rollout, options};
use crate::{Seconds, Timestamp, Version};

pub(super) fn entry(text: &str) -> Option<Entry> {
    let list = text.rsplit_once(BEFORE);
    let list = list.and_then(|(text, list)| Some((text, parse_versions(list)?)));
    let (text, before) = list.unwrap_or((text, Vec::new()));
    parse_rolled_back(text, &before)
        .or_else(|| parse_rollout(text, &before))
        .or_else(|| parse_shifted(text, &before))
        .or_else(|| parse_serving(text, &before))
}

fn parse_rollout(text: &str, before: &[Version]) -> Option<Entry> {
    let (versions, rest) = text.split_once(", step ")?;
    let (blue, green) = versions.split_once(" to ")?;
    let (step, rest) = rest.split_once(" of ")?;
    let (strategy, rest) = rest.split_once(", steps at ")?;
    let (times, rest) = rest.split_once(", run ")?;
    let (run, options) = rest.split_once(", with ").unwrap_or((rest, ""));
    let (plan, probe) = options::parse(strategy.parse().ok()?, options)?;
    let started = parse_times(times)?;
    let complete = started.len() == step.parse::<usize>().ok()?
        && started.len() <= plan.strategy.steps().len();
    complete.then_some(Entry::Rollout(Box::new(Rollout {
        blue: blue.parse().ok()?,
        green: green.parse().ok()?,
        plan,
        run: run.to_owned(),
        started,
        probe,
        before: before.to_vec(),
    })))
}

/// `2026-11-23T06:52:59Z +312s +700s`, as many as there are steps.
fn parse_times(text: &str) -> Option<Vec<Timestamp>> {
    let mut words = text.split(' ');
    let first: Timestamp = words.next()?.parse().ok()?;
    let later = words.map(|word| {
        let after: Seconds = word.strip_prefix('+')?.parse().ok()?;
        Some(Timestamp::from_unix(first.unix().checked_add(after.0)?))
    });
    std::iter::once(Some(first)).chain(later).collect()
}

fn parse_versions(list: &str) -> Option<Vec<Version>> {
    list.split(' ')
        .map(|version| version.parse().ok())
        .collect()
}

fn parse_serving(text: &str, before: &[Version]) -> Option<Entry> {
    let (version, since) = text.split_once(" since ")?;
    Some(Entry::Serving {
        version: version.parse().ok()?,
        since: since.parse().ok()?,
        before: before.to_vec(),
    })
}

fn parse_shifted(text: &str, before: &[Version]) -> Option<Entry> {
    let (versions, rest) = text.split_once(", ")?;
    let (blue, green) = versions.split_once(" to ")?;
    let (weight, since) = rest.split_once(" by hand since ")?;
    Some(Entry::Shifted {
        blue: blue.parse().ok()?,
        green: green.parse().ok()?,
        weight: weight.parse().ok()?,
        since: since.parse().ok()?,
        before: before.to_vec(),
    })
}

fn parse_rolled_back(text: &str, before: &[Version]) -> Option<Entry> {
    let (version, rest) = text.split_once(", rolled ")?;
    let (green, rest) = rest.split_once(" back at ")?;
    let (weight, rest) = rest.split_once(' ')?;
    let (at, reason) = rest.split_once(": ")?;
    Some(Entry::RolledBack {
        version: version.parse().ok()?,
        green: green.parse().ok()?,
        weight: match weight {
            "100%" => None,
            weight => Some(weight.parse().ok()?),
        },
        at: at.parse().ok()?,
        reason: reason.to_owned(),
        before: before.to_vec(),
    })
}
