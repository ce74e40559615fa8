//! What stands below the line that says how a rollout ended.

use bluegreen_rollout::{Routing, Seconds, Timestamp};

use super::{Event, event::Look};
use crate::terminal::{BLUE, BOLD, GREEN, bar, percent, styled};

/// Where the traffic is now, what both versions answered, how long it took, and how to undo it.
/// Nothing where the rollout has not ended.
pub(super) fn result(
    event: &Event,
    looked: Option<&Look>,
    (address, now): (Option<&str>, Timestamp),
) -> Vec<String> {
    let Some(routing) = routing(event, looked) else {
        return undo(event).into_iter().collect();
    };
    let mut lines = Vec::new();
    if let Some(looked) = looked {
        lines.extend(versions(looked, routing));
        let took = Seconds(now.since(looked.rollout.start())).spoken();
        lines.push(format!("{took} since its first step"));
    }
    lines.extend(address.map(|address| format!("clients call {address}")));
    lines.extend(undo(event));
    lines
}

fn routing(event: &Event, looked: Option<&Look>) -> Option<Routing> {
    let rollout = &looked?.rollout;
    match event {
        Event::Promoted { .. } => Some(Routing::All(rollout.green)),
        Event::RolledBack { .. } => Some(Routing::All(rollout.blue)),
        Event::Held { .. } | Event::Left { .. } => Some(rollout.routing()),
        _ => None,
    }
}

fn versions(looked: &Look, routing: Routing) -> Vec<String> {
    let rollout = &looked.rollout;
    let versions = [(rollout.blue, BLUE), (rollout.green, GREEN)];
    let said = looked
        .said()
        .map(|said| said.map(|said| format!(", says {said}")));
    let said = said.unwrap_or_default();
    let answered = looked.answered.into_iter().zip(said);
    let line = |((version, style), (answered, said))| {
        let name = styled(BOLD, format!("version {version}"));
        let share = routing.share_of(version);
        let (bar, share) = (bar(share, style), percent(share));
        format!("{name}  {bar}  {share:>5}  {answered}{said}")
    };
    versions.into_iter().zip(answered).map(line).collect()
}

fn undo(event: &Event) -> Option<String> {
    let promoted = matches!(event, Event::Promoted { .. });
    promoted.then(|| "undo: `bluegreen rollback`".to_owned())
}

#[cfg(test)]
mod tests {
    use super::{super::event::fixture, Event, Timestamp, result};

    /// What is told at an end, ten minutes after the first step.
    fn told(event: &Event) -> Vec<String> {
        let mut look = fixture::look();
        look.outcomes = Some(fixture::outcomes((540, 0), (60, 9)));
        let now = (Some("http://here"), Timestamp::from_unix(600));
        fixture::plain(&result(event, Some(&look), now).join("\n"))
    }

    #[test]
    fn an_end_is_told_with_where_the_traffic_is_and_how_to_undo_it() {
        let reason = || "good enough".to_owned();
        let promoted = told(&Event::Promoted {
            version: 2,
            reason: reason(),
        });
        let expected = [
            "version 1     0%  1 failed of 540, says 0 bad of 540",
            "version 2   100%  0 failed of 60, says 9 bad of 60",
            "10m since its first step",
            "clients call http://here",
            "undo: `bluegreen rollback`",
        ];
        assert_eq!(promoted, expected);
        let rolled_back = told(&Event::RolledBack {
            version: 1,
            green_version: 2,
            reason: reason(),
        });
        assert!(
            rolled_back[0].starts_with("version 1   100%"),
            "{rolled_back:?}"
        );
        assert_eq!(rolled_back.len(), 4);
        for left in [
            Event::Held {
                waiting_for: reason(),
            },
            Event::Left { signal: reason() },
        ] {
            let left = told(&left);
            assert!(left[0].starts_with("version 1    90%"), "{left:?}");
            assert_eq!(left.len(), 4);
        }
    }

    #[test]
    fn what_is_no_end_tells_nothing_and_an_end_without_a_look_how_to_undo_it() {
        let notice = Event::Notice {
            text: String::new(),
        };
        assert!(told(&notice).is_empty());
        let promoted = Event::Promoted {
            version: 2,
            reason: String::new(),
        };
        let without = result(&promoted, None, (None, Timestamp::from_unix(600)));
        assert_eq!(without, ["undo: `bluegreen rollback`"]);
    }
}
