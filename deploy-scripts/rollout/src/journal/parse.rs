//! Reads an entry's text. Whatever is not exactly as it is written is not guessed at.

use super::{BEFORE, Entry, FORMAT, options};
use crate::{Rollout, Seconds, Started, Timestamp, Version};

/// In the first format a step had begun within so many seconds, unless its moment was corrected.
const FIRST_FORMAT_WITHIN: Seconds = Seconds(2);

/// Reads when a step began: the moment as its format writes it, and how much later it surely had.
type ParseStart = fn(&str) -> Option<(&str, Option<Seconds>)>;

pub(super) fn entry(text: &str) -> Option<Entry> {
    let list = text.rsplit_once(BEFORE);
    let list = list.and_then(|(text, list)| Some((text, parse_versions(list)?)));
    let (text, before) = list.unwrap_or((text, Vec::new()));
    if let Some((format, text)) = split_format(text) {
        return match format {
            FORMAT => parse_rollout(text, ", at ", parse_start, &before),
            _ => None,
        };
    }
    parse_rolled_back(text, &before)
        .or_else(|| parse_rollout(text, ", steps at ", parse_first_formats_start, &before))
        .or_else(|| parse_shifted(text, &before))
        .or_else(|| parse_serving(text, &before))
}

/// Whether a text that is no entry was meant to be one: ours begin with a format or a version,
/// and one that was cut to nothing may have been ours. Tells the format, if there is one that is
/// newer than ours.
pub(super) fn unknown(text: &str) -> Option<Option<u32>> {
    let format = split_format(text).map(|(format, _)| format);
    let ours =
        format.is_some() || text.is_empty() || text.starts_with(|c: char| c.is_ascii_digit());
    ours.then(|| format.filter(|format| *format > FORMAT))
}

/// `v2: …`
fn split_format(text: &str) -> Option<(u32, &str)> {
    let (format, rest) = text.strip_prefix('v')?.split_once(": ")?;
    Some((format.parse().ok()?, rest))
}

fn parse_rollout(text: &str, at: &str, start: ParseStart, before: &[Version]) -> Option<Entry> {
    let (versions, rest) = text.split_once(", step ")?;
    let (blue, green) = versions.split_once(" to ")?;
    let (step, rest) = rest.split_once(" of ")?;
    let (strategy, rest) = rest.split_once(at)?;
    let (times, rest) = rest.split_once(", run ")?;
    let (run, options) = rest.split_once(", with ").unwrap_or((rest, ""));
    let (plan, probe) = options::parse(strategy.parse().ok()?, options)?;
    let started = parse_times(times, start)?;
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

/// `2026-11-23T06:52:59Z~1 +312~2 +700?`, as many as there are steps.
fn parse_times(text: &str, start: ParseStart) -> Option<Vec<Started>> {
    let mut first = None;
    let started = text.split(' ').map(|word| {
        let (at, within) = start(word)?;
        let at = match first {
            None => *first.insert(at.parse::<Timestamp>().ok()?),
            Some(first) => first.after(at.strip_prefix('+')?.parse().ok()?),
        };
        Some(Started { at, within })
    });
    started.collect()
}

/// `+312~2` or `+312?`
fn parse_start(word: &str) -> Option<(&str, Option<Seconds>)> {
    if let Some(at) = word.strip_suffix('?') {
        return Some((at, None));
    }
    let (at, within) = word.split_once('~')?;
    Some((at, Some(Seconds(within.parse().ok()?))))
}

/// `+312s`, whose unit was always the second.
fn parse_first_formats_start(word: &str) -> Option<(&str, Option<Seconds>)> {
    let at = word.strip_suffix('s').unwrap_or(word);
    Some((at, Some(FIRST_FORMAT_WITHIN)))
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
