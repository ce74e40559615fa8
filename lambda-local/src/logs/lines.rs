//! The lines of all log groups on disk. They have a file of their own: calls do not wait until
//! lines are written, and are kept where there is no room for lines.

use std::{
    collections::BTreeSet,
    io,
    ops::Range,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use redb::{ReadableTable, TableDefinition};

use super::kept::{LogEvent, Runs};
use crate::{database::Database, message::Message, store::encoded};

/// By group and first event, lines that follow each other, in CBOR.
const LINES: TableDefinition<'_, (u64, u64), &[u8]> = TableDefinition::new("lines");
/// As many times as long as the work on lines took, there is none, so that it takes a hundredth of
/// the time at most, and what was printed and forgotten meanwhile costs nothing.
const REST: u32 = 100;
/// Changes with what is written.
const FORMAT: &str = "1";

#[derive(Debug)]
pub(super) struct Lines {
    database: Database,
    /// Whether the last ones could not be written, which is said once.
    pub(super) fail: bool,
    /// Until then nothing is written but at the end.
    rests_until: Instant,
}

/// What is to be written of a group.
#[derive(Debug)]
pub(super) struct News {
    pub(super) group: u64,
    /// Lines, by the first event of each part.
    pub(super) parts: Vec<(u64, Vec<u8>)>,
    /// The events that are kept.
    pub(super) ids: Range<u64>,
}

impl Lines {
    /// # Errors
    /// If it is damaged, in use, or from another version of this program.
    pub(super) fn open(folder: &Path) -> Result<Self> {
        let mut database = Database::open(folder, "logs.redb")?;
        let otherwise = "another version of lambda-local wrote the logs in";
        database.check(("format", FORMAT), otherwise, &folder.display())?;
        Ok(Self {
            database,
            fail: false,
            rests_until: Instant::now(),
        })
    }

    pub(super) fn rests(&self) -> bool {
        Instant::now() < self.rests_until
    }

    /// After so long a time of work on lines.
    pub(super) fn rest_after(&mut self, work: Duration) {
        self.rests_until = Instant::now() + work * REST;
    }

    /// Gives all lines to `take` by group and first event, in their order.
    ///
    /// # Errors
    /// If some cannot be read: they are never left out silently.
    pub(super) fn load(
        &self,
        mut take: impl FnMut(u64, u64, Runs<Arc<str>, Message>),
    ) -> Result<()> {
        let Some(table) = self.database.table(LINES)? else {
            return Ok(());
        };
        for entry in table.iter()? {
            let (key, lines) = entry?;
            let (group, first) = key.value();
            let lines = ciborium::from_reader(lines.value());
            let lines = lines.context("lines of the log cannot be read; nothing was changed")?;
            take(group, first, lines);
        }
        Ok(())
    }

    /// Writes what is new, and deletes what is not kept any more and the lines of groups that are
    /// gone.
    pub(super) fn save(&mut self, news: &[News], gone: &BTreeSet<u64>) -> Result<()> {
        self.database.write(|write| {
            let mut table = write.open_table(LINES)?;
            for News { group, parts, ids } in news {
                for (first, lines) in parts {
                    table.insert((*group, *first), lines.as_slice())?;
                }
                let old = table.range((*group, 0)..=(*group, ids.start))?;
                let mut old: Vec<_> = old
                    .map(|part| part.map(|(key, _)| key.value()))
                    .collect::<Result<_, _>>()?;
                // The last of them may hold lines that are kept.
                old.pop();
                for part in old {
                    table.remove(part)?;
                }
            }
            for group in gone {
                table.retain_in((*group, 0)..=(*group, u64::MAX), |_, _| false)?;
            }
            Ok(())
        })
    }
}

/// Lines that follow each other as they are written.
pub(super) fn part_of(events: &[LogEvent]) -> io::Result<Vec<u8>> {
    let runs = events.chunk_by(|one, next| one.stream == next.stream);
    let runs: Runs<&str, &Message> = runs
        .map(|run| {
            let lines = run.iter().map(|event| (event.timestamp, &event.message));
            (&*run[0].stream, lines.collect())
        })
        .collect();
    encoded(&runs)
}
