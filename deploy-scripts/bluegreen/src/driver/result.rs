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
