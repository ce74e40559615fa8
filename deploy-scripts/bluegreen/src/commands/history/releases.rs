//! From what an alias's journal said, one time after the other, to the releases that there were.

use bluegreen_rollout::{Timestamp, Version, journal::Entry};
use serde::Serialize;

/// A release, or a move of somebody else's.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Release {
    pub(super) from_version: Option<u64>,
    pub(super) to_version: u64,
    pub(super) outcome: Outcome,
    /// Why it was rolled back, where it was.
    pub(super) reason: Option<String>,
    /// When it began: nothing where it was a single switch.
    pub(super) began: Option<String>,
    pub(super) ended: Option<String>,
    pub(super) took_seconds: Option<u64>,
    /// What the version says of itself.
    pub(super) description: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Outcome {
    Promoted,
    RolledBack,
    UnderWay,
    /// Another release took its place.
    Abandoned,
    /// Somebody else moved the alias there.
    Moved,
    /// It served once; more is not known.
    Served,
}

/// What the alias was seen to say.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Seen {
    Ours(Entry),
    Foreign { at: Timestamp, version: Version },
}

/// A release that has not ended yet.
#[derive(Debug)]
struct Open {
    from: Version,
    to: Version,
    began: Timestamp,
    /// What tells a rollout from others; nothing of a split by hand.
    run: Option<String>,
}

/// The releases, the newest first, from what was seen, the oldest first.
pub(super) fn releases(seen: impl IntoIterator<Item = Seen>) -> Vec<Release> {
    let mut fold = Fold::default();
    let mut last = None;
    for seen in seen {
        if last.as_ref() != Some(&seen) {
            fold.take(seen.clone());
        }
        last = Some(seen);
    }
    fold.close(Outcome::UnderWay);
    fold.releases.reverse();
    fold.releases
}

#[derive(Default)]
struct Fold {
    releases: Vec<Release>,
    open: Option<Open>,
}

impl Fold {
    fn take(&mut self, seen: Seen) {
        match seen {
            Seen::Ours(Entry::Rollout(rollout)) => self.begin(Open {
                from: rollout.blue,
                to: rollout.green,
                began: rollout.start(),
                run: Some(rollout.run.clone()),
            }),
            Seen::Ours(Entry::Shifted {
                blue, green, since, ..
            }) => self.begin(Open {
                from: blue,
                to: green,
                began: since,
                run: None,
            }),
            Seen::Ours(Entry::Serving {
                version,
                since,
                before,
            }) => self.promoted(version, since, before.first().copied()),
            Seen::Ours(Entry::RolledBack {
                version,
                green,
                at,
                reason,
                ..
            }) => self.rolled_back((version, green), at, reason),
            Seen::Foreign { at, version } => {
                self.close(Outcome::Abandoned);
                self.push((None, version), Outcome::Moved, (None, Some(at)), None);
            }
        }
    }

    /// The next step of the release that is on, or another release.
    fn begin(&mut self, open: Open) {
        let is_same = |on: &Open| (on.to, &on.run) == (open.to, &open.run);
        if !self.open.as_ref().is_some_and(is_same) {
            self.close(Outcome::Abandoned);
            self.open = Some(open);
        }
    }

    fn promoted(&mut self, version: Version, since: Timestamp, before: Option<Version>) {
        let open = self.open.take_if(|open| open.to == version);
        self.close(Outcome::Abandoned);
        let from = open.as_ref().map_or(before, |open| Some(open.from));
        let times = (open.map(|open| open.began), Some(since));
        self.push((from, version), Outcome::Promoted, times, None);
    }

    fn rolled_back(&mut self, (version, green): (Version, Version), at: Timestamp, reason: String) {
        let open = self.open.take_if(|open| open.to == green);
        self.close(Outcome::Abandoned);
        let times = (open.map(|open| open.began), Some(at));
        self.push(
            (Some(version), green),
            Outcome::RolledBack,
            times,
            Some(reason),
        );
    }

    fn close(&mut self, outcome: Outcome) {
        if let Some(open) = self.open.take() {
            let times = (Some(open.began), None);
            self.push((Some(open.from), open.to), outcome, times, None);
        }
    }

    fn push(
        &mut self,
        (from, to): (Option<Version>, Version),
        outcome: Outcome,
        (began, ended): (Option<Timestamp>, Option<Timestamp>),
        reason: Option<String>,
    ) {
        let took = began.zip(ended).map(|(began, ended)| ended.since(began));
        self.releases.push(Release {
            from_version: from.map(Version::number),
            to_version: to.number(),
            outcome,
            reason,
            began: began.map(|at| at.to_string()),
            ended: ended.map(|at| at.to_string()),
            took_seconds: took,
            description: None,
        });
    }
}

#[cfg(test)]
mod tests {
    use bluegreen_rollout::journal::Journal;

    use super::{Outcome, Seen, releases};

    fn ours(text: &str) -> Seen {
        let journal = Journal::read(&format!("bluegreen: {text}")).unwrap();
        Seen::Ours(journal.entry.unwrap_or_else(|| panic!("{text}")))
    }

    fn told(seen: &[Seen]) -> Vec<(Option<u64>, u64, Outcome, Option<u64>)> {
        let releases = releases(seen.iter().cloned());
        let told = releases.into_iter().map(|release| {
            let (from, to) = (release.from_version, release.to_version);
            (from, to, release.outcome, release.took_seconds)
        });
        told.collect()
    }

    const STEPS: [&str; 2] = [
        "v2: 1 to 2, step 1 of 10%/5m 50%/5m, at 2026-11-23T06:00:00Z~1, run aa",
        "v2: 1 to 2, step 2 of 10%/5m 50%/5m, at 2026-11-23T06:00:00Z~1 +300~1, run aa",
    ];

    #[test]
    fn a_rollout_is_one_release_from_its_first_step_to_its_end() {
        let [first, second] = STEPS.map(ours);
        let under_way = [(Some(1), 2, Outcome::UnderWay, None)];
        assert_eq!(told(&[first.clone(), second.clone()]), under_way);
        let end = ours("2 since 2026-11-23T06:10:00Z, before it 1");
        let promoted = [(Some(1), 2, Outcome::Promoted, Some(600))];
        assert_eq!(told(&[first.clone(), second, end.clone(), end]), promoted);
        let back = ours("1, rolled 2 back at 10% 2026-11-23T06:00:09Z: errors 4/9 against 0/80");
        let rolled_back = [(Some(1), 2, Outcome::RolledBack, Some(9))];
        assert_eq!(told(&[first, back]), rolled_back);
    }

    #[test]
    fn the_newest_comes_first_and_what_others_did_is_told() {
        let by_hand = ours("1 to 2, 10% by hand since 2026-11-23T05:00:00Z");
        let foreign = Seen::Foreign {
            at: bluegreen_rollout::Timestamp::from_unix(0),
            version: bluegreen_rollout::Version::new(3).unwrap(),
        };
        let at_once = ours("4 since 2026-11-23T07:00:00Z, before it 3");
        let expected = [
            (Some(3), 4, Outcome::Promoted, None),
            (None, 3, Outcome::Moved, None),
            (Some(1), 2, Outcome::Abandoned, None),
        ];
        assert_eq!(told(&[by_hand, foreign, at_once]), expected);
        assert!(told(&[]).is_empty());
    }
}
