//! All log groups: what functions print and what Lambda says around it, bounded.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use super::{
    group::{Group, LogStream, Told, lock},
    kept::{Kept, LogEvent, LogGroup},
    lines::Lines,
};
use crate::{changed::Changed, cloudwatch::CloudWatch, place::Place, terminal::Terminal};

/// Lines of one request that are looked through.
const MOST_LINES: usize = 500;

#[derive(Debug)]
pub(crate) struct Logs {
    pub(super) place: Place,
    groups: Mutex<BTreeMap<String, Arc<Group>>>,
    pub(super) told: Told,
    /// Where lines are kept, if they are.
    pub(super) lines: Mutex<Option<Lines>>,
    /// The identities of groups whose lines are still to be deleted on disk.
    pub(super) gone: Mutex<BTreeSet<u64>>,
}

impl Logs {
    /// With whom else to tell of what is printed, and of groups.
    pub(crate) fn new(
        place: Place,
        (terminal, cloudwatch, changed): (Terminal, Arc<CloudWatch>, Arc<Changed>),
    ) -> Self {
        Self {
            place,
            groups: Mutex::default(),
            told: Told {
                terminal,
                cloudwatch,
                changed,
            },
            lines: Mutex::default(),
            gone: Mutex::default(),
        }
    }

    /// A stream of this name in a group, which is made if it is not there.
    pub(crate) fn stream(&self, group: &str, name: String) -> LogStream {
        let group = self.place_for(group);
        drop(group.made());
        let name = name.into();
        LogStream { group, name }
    }

    /// Where a group of this name is, or would be.
    pub(super) fn place_for(&self, name: &str) -> Arc<Group> {
        let mut groups = lock(&self.groups);
        let new = || Arc::new(Group::named(name, self.told.clone()));
        groups.entry(name.to_owned()).or_insert_with(new).clone()
    }

    /// False if it is there already.
    pub(super) fn create(&self, name: &str) -> bool {
        let group = self.place_for(name);
        let is_new = group.found().is_none();
        drop(group.made());
        is_new
    }

    /// Forgets all that was printed; false if there is no such group.
    pub(super) fn delete(&self, name: &str) -> bool {
        self.change(name, |kept| {
            let deleted = kept.delete();
            lock(&self.gone).extend(deleted.map(|group| group.id));
        })
    }

    /// False if there is no such group.
    pub(super) fn retain(&self, name: &str, days: Option<u32>) -> bool {
        self.change(name, |kept| {
            if let Some(group) = &mut kept.group {
                group.retention = days;
            }
        })
    }

    /// False if there is no such group.
    fn change(&self, name: &str, change: impl FnOnce(&mut Kept)) -> bool {
        let Some(group) = self.place_of(name) else {
            return false;
        };
        let Some(mut kept) = group.found() else {
            return false;
        };
        change(&mut kept);
        group.has_changed();
        true
    }

    /// Where the group of this name is, or was.
    fn place_of(&self, name: &str) -> Option<Arc<Group>> {
        lock(&self.groups).get(name).cloned()
    }

    /// Where groups are, or were, by name.
    pub(super) fn places(&self) -> Vec<Arc<Group>> {
        lock(&self.groups).values().cloned().collect()
    }

    /// All groups by name, with what their lines take.
    pub(super) fn all(&self) -> Vec<(LogGroup, usize)> {
        let places = self.places();
        let described = |place: &Arc<Group>| {
            let kept = place.kept();
            Some((kept.group.clone()?, kept.bytes()))
        };
        places.iter().filter_map(described).collect()
    }

    /// What `look` sees of a group; `None` if there is none.
    pub(super) fn look<T>(&self, name: &str, look: impl FnOnce(&Kept) -> T) -> Option<T> {
        let group = self.place_of(name)?;
        let kept = group.found()?;
        Some(look(&kept))
    }

    /// The group's events from `start_id` on that are wanted, at most `limit`; `None` if there
    /// is no such group.
    pub(super) fn events(
        &self,
        group: &str,
        start_id: u64,
        limit: usize,
        wanted: impl Fn(&LogEvent) -> bool,
    ) -> Option<Vec<LogEvent>> {
        self.look(group, |kept| {
            let events = kept.from(start_id).filter(|event| wanted(event));
            events.take(limit).cloned().collect()
        })
    }

    /// What was printed for one request: the lines of its stream from the first that names it to
    /// the last that does. Nothing where they are not kept any more.
    pub(crate) fn of_request(&self, group: &str, request_id: &str) -> Vec<String> {
        let lines = self.look(group, |kept| of_request(kept, request_id));
        lines.unwrap_or_default()
    }
}

fn of_request(kept: &Kept, request_id: &str) -> Vec<String> {
    let names = |event: &&LogEvent| event.message.to_string().contains(request_id);
    let Some(first) = kept.from(0).find(names) else {
        return Vec::new();
    };
    let from = kept.from(first.id);
    let stream = from.filter(|event| event.stream == first.stream);
    let lines: Vec<&LogEvent> = stream.take(MOST_LINES).collect();
    let end = lines.iter().rposition(names).unwrap_or_default();
    let text = |event: &&LogEvent| event.message.to_string();
    lines[..=end].iter().map(text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{cloudwatch::Pace, message::Message, terminal::Shows};

    fn logs() -> Logs {
        let place = Place {
            region: "us-east-1".to_owned(),
            account: "000000000000".to_owned(),
        };
        let cloudwatch = Arc::new(CloudWatch::new(place.clone(), Pace::default()));
        let told = (Terminal::start(Shows::None), cloudwatch, Arc::default());
        Logs::new(place, told)
    }

    fn events(logs: &Logs) -> Vec<LogEvent> {
        logs.events("group", 0, 100, |_| true).unwrap()
    }

    #[test]
    fn a_group_forgets_its_oldest_lines_and_not_more() {
        let logs = logs();
        let stream = logs.stream("group", "stream".into());
        let line: Arc<str> = "x".repeat((1 << 20) - size_of::<LogEvent>()).into();
        for at in 0..10 {
            stream.add(&mut vec![(at, Message::Printed(line.clone()))]);
        }
        let events = events(&logs);
        assert_eq!(events.len(), 8);
        assert_eq!((events[0].id, events[0].timestamp), (2, 2));
        assert!(logs.events("other", 0, 100, |_| true).is_none());
    }

    #[test]
    fn a_group_forgets_lines_after_the_days_that_it_keeps_them() {
        const DAY: u64 = 86_400_000;
        let logs = logs();
        let stream = logs.stream("group", "stream".into());
        let line = |at| (at, Message::Printed("x".into()));
        stream.add(&mut vec![line(DAY), line(2 * DAY), line(3 * DAY)]);
        logs.forget_old(9 * DAY);
        assert_eq!(events(&logs).len(), 3);
        assert!(logs.retain("group", Some(7)));
        logs.forget_old(9 * DAY);
        assert_eq!(events(&logs)[0].timestamp, 2 * DAY);
    }

    #[test]
    fn a_group_that_was_deleted_is_made_anew_by_the_next_line() {
        let logs = logs();
        let stream = logs.stream("group", "stream".into());
        let line = || vec![(1, Message::Printed("x".into()))];
        let retention = || logs.look("group", |kept| kept.group.clone().unwrap().retention);
        stream.add(&mut line());
        assert!(logs.retain("group", Some(14)) && !logs.create("group"));
        assert_eq!(retention(), Some(Some(14)));
        assert!(logs.delete("group") && !logs.delete("group"));
        assert!(retention().is_none() && !logs.retain("group", None));
        stream.add(&mut line());
        assert_eq!(retention(), Some(None));
        assert_eq!(events(&logs).len(), 1);
    }
}
