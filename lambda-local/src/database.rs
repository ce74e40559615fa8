//! A file of [redb](https://www.redb.org), which is whole after a kill at whatever moment.

use std::{
    fmt::Display,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use redb::{
    DatabaseError, Key, ReadOnlyTable, ReadableDatabase, TableDefinition, TableError, Value,
    WriteTransaction,
};

const SETTINGS: TableDefinition<'_, &str, &str> = TableDefinition::new("settings");
/// Bytes of the file that are held in memory, beside what is read and written at once.
const CACHE: usize = 4 << 20;

#[derive(Debug)]
pub(crate) struct Database {
    file: PathBuf,
    /// `None` after an error of the disk, until the next write opens it anew.
    opened: Option<redb::Database>,
}

impl Database {
    /// Opens the file of this name in a folder, or makes both.
    ///
    /// # Errors
    /// If it is damaged, or in use.
    pub(crate) fn open(folder: &Path, name: &str) -> Result<Self> {
        let shown = folder.display();
        fs::create_dir_all(folder).with_context(|| format!("failed to make {shown}"))?;
        let file = folder.join(name);
        match open(&file) {
            Ok(opened) => Ok(Self {
                file,
                opened: Some(opened),
            }),
            Err(DatabaseError::DatabaseAlreadyOpen) => bail!(
                "another lambda-local uses {shown}: stop it, or give this one a folder of its own \
                 with --data, or none with --ephemeral"
            ),
            Err(error) => Err(error).with_context(|| {
                format!(
                    "{} cannot be read; nothing in it was changed. Move {shown} away to begin anew",
                    file.display()
                )
            }),
        }
    }

    /// Makes sure that a setting is as it was when the file was made.
    ///
    /// # Errors
    /// If it is not, `otherwise` says why and in which folder.
    pub(crate) fn check(
        &mut self,
        (name, value): (&str, &str),
        otherwise: &str,
        folder: &dyn Display,
    ) -> Result<()> {
        let settings = self.table(SETTINGS)?;
        let before = settings.map(|settings| settings.get(name)).transpose()?;
        match before.flatten().as_ref().map(|before| before.value()) {
            Some(before) if before != value => bail!(
                "{otherwise} {folder}: its {name} is {before}, not {value}; use another folder \
                 with --data"
            ),
            Some(_) => Ok(()),
            None => self.write(|write| {
                write.open_table(SETTINGS)?.insert(name, value)?;
                Ok(())
            }),
        }
    }

    /// A table as it is now; `None` if nothing was written to it yet.
    pub(crate) fn table<K: Key, V: Value>(
        &self,
        table: TableDefinition<'_, K, V>,
    ) -> Result<Option<ReadOnlyTable<K, V>>> {
        match self.opened()?.begin_read()?.open_table(table) {
            Ok(table) => Ok(Some(table)),
            Err(TableError::TableDoesNotExist(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Writes all of these changes or none, and returns when they are on disk. After an error of
    /// the disk the database takes nothing more until it is opened again.
    pub(crate) fn write(
        &mut self,
        changes: impl FnOnce(&WriteTransaction) -> Result<()>,
    ) -> Result<()> {
        if self.opened.is_none() {
            self.opened = Some(open(&self.file)?);
        }
        let written = self.try_to_write(changes);
        if written.is_err() {
            self.opened = None;
        }
        written
    }

    fn try_to_write(&self, changes: impl FnOnce(&WriteTransaction) -> Result<()>) -> Result<()> {
        let write = self.opened()?.begin_write()?;
        changes(&write)?;
        Ok(write.commit()?)
    }

    fn opened(&self) -> Result<&redb::Database> {
        self.opened.as_ref().context("the database is closed")
    }
}

fn open(file: &Path) -> Result<redb::Database, DatabaseError> {
    redb::Builder::new().set_cache_size(CACHE).create(file)
}

#[cfg(test)]
mod tests {
    use super::Database;

    #[test]
    fn what_another_version_wrote_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let shown = folder.path().display();
        let open = |format| {
            let mut database = Database::open(folder.path(), "file.redb").unwrap();
            database.check(("format", format), "another version wrote", &shown)
        };
        assert!(open("0").is_ok() && open("0").is_ok());
        let refused = open("1").unwrap_err().to_string();
        assert!(refused.starts_with("another version wrote /"), "{refused}");
        assert!(refused.contains("its format is 0, not 1"), "{refused}");
    }
}
