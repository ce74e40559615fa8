//! Keeps groups and lines over the end of the server. A call that makes or changes a group is
//! answered when that is on disk; lines are written all together once a second, or less often where
//! there are very many, and once more at the end.

use std::{
    collections::{BTreeMap, BTreeSet},
    io, mem,
    ops::Range,
    time::Instant,
};

use anyhow::Result;

use super::{
    group::{Group, lock},
    kept::{LogEvent, LogGroup},
    lines::{Lines, News, part_of},
    store::Logs,
};
use crate::{
    changed::Kind,
    store::{Store, encoded},
};

/// Lines that are taken at one time: whoever prints waits until they are.
const AT_ONCE: usize = 500;

impl Logs {
    /// Takes in what was kept, and from now on keeps what comes.
    pub(crate) fn restore(&self, store: &Store) -> Result<()> {
        let groups: Vec<LogGroup> = store.load(Kind::LogGroup)?;
        let place = |group: LogGroup| {
            let (place, id) = (self.place_for(&group.name), group.id);
            place.kept().group = Some(group);
            (id, place)
        };
        let groups: BTreeMap<_, _> = groups.into_iter().map(place).collect();
        let lines = Lines::open(store.folder())?;
        let mut gone = lock(&self.gone);
        lines.load(|id, first, lines| match groups.get(&id) {
            Some(group) => group.kept().take_in(first, lines),
            None => drop(gone.insert(id)),
        })?;
        *lock(&self.lines) = Some(lines);
        Ok(())
    }

    /// A group as it is kept; `None` if it is not there.
    pub(crate) fn encoded_group(&self, name: &str) -> Option<io::Result<Vec<u8>>> {
        self.look(name, |kept| kept.group.as_ref().map(encoded))?
    }

    /// Forgets the lines that are older than their groups keep them. `now` is in milliseconds since
    /// 1970.
    pub(crate) fn forget_old(&self, now: u64) {
        for group in self.places() {
            group.kept().forget_old(now);
        }
    }

    /// Writes lines as [`Logs::keep`] does, if it is not too soon after the last.
    pub(crate) fn keep_at_leisure(&self) {
        let rests = lock(&self.lines).as_ref().is_none_or(Lines::rests);
        if !rests {
            self.keep();
        }
    }

    /// Writes the lines that are not on disk yet, if they are to be kept. Those that cannot be
    /// written now are with the next.
    pub(crate) fn keep(&self) {
        let mut lines = lock(&self.lines);
        let Some(lines) = lines.as_mut() else {
            return;
        };
        let failed = self.write(lines).err();
        if let Some(error) = failed.as_ref().filter(|_| !lines.fail) {
            self.told.terminal.warn(format_args!(
                "failed to keep lines of the log: {error:#}; see that there is room on the disk, \
                 and they are kept with the next"
            ));
        }
        lines.fail = failed.is_some();
    }

    fn write(&self, lines: &mut Lines) -> Result<()> {
        let gone = mem::take(&mut *lock(&self.gone));
        let written = self.write_all_but(&gone, lines);
        if written.is_err() {
            lock(&self.gone).extend(gone);
        }
        written
    }

    fn write_all_but(&self, gone: &BTreeSet<u64>, lines: &mut Lines) -> Result<()> {
        let begun = Instant::now();
        let (mut news, mut groups) = (Vec::new(), Vec::new());
        for group in self.places() {
            if let Some(of_group) = group.news()? {
                news.push(of_group);
                groups.push(group);
            }
        }
        lines.rest_after(begun.elapsed());
        if news.is_empty() && gone.is_empty() {
            return Ok(());
        }
        lines.save(&news, gone)?;
        for (group, News { group: id, ids, .. }) in groups.iter().zip(news) {
            let mut kept = group.kept();
            if kept.group.as_ref().is_some_and(|group| group.id == id) {
                kept.is_on_disk(ids);
            }
        }
        Ok(())
    }
}

impl Group {
    /// What is not on disk, or not to be there any more.
    fn news(&self) -> io::Result<Option<News>> {
        let Some((group, ids, on_disk)) = self.found().and_then(|kept| {
            let group = kept.group.as_ref()?.id;
            Some((group, kept.ids(), kept.on_disk().clone()))
        }) else {
            return Ok(None);
        };
        if ids == on_disk {
            return Ok(None);
        }
        let mut parts = Vec::new();
        let mut next = on_disk.end;
        loop {
            let events = self.taken(group, next..ids.end);
            let (Some(first), Some(last)) = (events.first(), events.last()) else {
                break;
            };
            parts.push((first.id, part_of(&events)?));
            next = last.id + 1;
        }
        Ok(Some(News { group, parts, ids }))
    }

    /// Some of these events; none if the group is another now.
    fn taken(&self, id: u64, ids: Range<u64>) -> Vec<LogEvent> {
        let kept = self.kept();
        if kept.group.as_ref().is_none_or(|group| group.id != id) {
            return Vec::new();
        }
        let events = kept.from(ids.start).take(AT_ONCE);
        let events = events.take_while(|event| event.id < ids.end);
        events.cloned().collect()
    }
}
