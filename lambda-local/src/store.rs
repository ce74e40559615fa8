//! What is kept on disk: every resource as one record, written before the call that made or changed
//! it is answered.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use redb::{Database, DatabaseError, ReadableDatabase, ReadableTable, TableDefinition};
use serde::{Serialize, de::DeserializeOwned};

use crate::changed::Kind;

/// By kind and name, in CBOR.
const RESOURCES: TableDefinition<'_, (&str, &str), &[u8]> = TableDefinition::new("resources");
const SETTINGS: TableDefinition<'_, &str, &str> = TableDefinition::new("settings");
/// Changes with what is written.
const FORMAT: &str = "1";

/// One resource as it is now; `None` if it is not there any more.
pub(crate) type Record = (Kind, String, Option<Vec<u8>>);

#[derive(Debug)]
pub(crate) struct Store {
    file: PathBuf,
    /// `None` after an error of the disk, until the next write opens it anew.
    database: Option<Database>,
}

impl Store {
    /// Opens what was kept in this folder, or begins anew where nothing was.
    ///
    /// # Errors
    /// If it is damaged, in use, from another version of this program, or of another region.
    pub(crate) fn open(folder: &Path, region: &str) -> Result<Self> {
        let shown = folder.display();
        fs::create_dir_all(folder).with_context(|| format!("failed to make {shown}"))?;
        let file = folder.join("resources.redb");
        let database = match Database::create(&file) {
            Ok(database) => database,
            Err(DatabaseError::DatabaseAlreadyOpen) => bail!(
                "another lambda-local uses {shown}: stop it, or give this one a folder of its own \
                 with --data, or none with --ephemeral"
            ),
            Err(error) => {
                return Err(error).with_context(|| {
                    format!(
                        "{} cannot be read; nothing in it was changed. Move {shown} away to begin \
                         anew",
                        file.display()
                    )
                });
            }
        };
        let store = Self {
            file,
            database: Some(database),
        };
        store.check(
            "format",
            FORMAT,
            "another version of lambda-local wrote",
            &shown,
        )?;
        store.check(
            "region",
            region,
            "--region was another when lambda-local wrote",
            &shown,
        )?;
        Ok(store)
    }

    /// Makes sure that a setting is as it was when the folder was made.
    fn check(
        &self,
        name: &str,
        value: &str,
        otherwise: &str,
        folder: &dyn std::fmt::Display,
    ) -> Result<()> {
        let write = self.database()?.begin_write()?;
        {
            let mut settings = write.open_table(SETTINGS)?;
            let before = settings.get(name)?.map(|before| before.value().to_owned());
            match before {
                Some(before) if before != value => bail!(
                    "{otherwise} {folder}: its {name} is {before}, not {value}; use another folder \
                     with --data"
                ),
                Some(_) => return Ok(()),
                None => settings.insert(name, value)?,
            };
            write.open_table(RESOURCES)?;
        }
        Ok(write.commit()?)
    }

    /// All resources of a kind.
    ///
    /// # Errors
    /// If one cannot be read: it is never left out silently.
    pub(crate) fn load<T: DeserializeOwned>(&self, kind: Kind) -> Result<Vec<T>> {
        let read = self.database()?.begin_read()?;
        let table = read.open_table(RESOURCES)?;
        let mut found = Vec::new();
        for entry in table.iter()? {
            let (key, value) = entry?;
            let (of, name) = key.value();
            if of != kind.name() {
                continue;
            }
            let resource = ciborium::from_reader(value.value());
            found.push(
                resource.with_context(|| {
                    format!("{of} '{name}' cannot be read; nothing was changed")
                })?,
            );
        }
        Ok(found)
    }

    /// Writes all of these or none, and returns when they are on disk. After an error of the disk
    /// the database takes nothing more until it is opened again.
    pub(crate) fn save(&mut self, records: &[Record]) -> Result<()> {
        if self.database.is_none() {
            self.database = Some(Database::open(&self.file)?);
        }
        let saved = self.try_to_save(records);
        if saved.is_err() {
            self.database = None;
        }
        saved
    }

    fn try_to_save(&self, records: &[Record]) -> Result<()> {
        let write = self.database()?.begin_write()?;
        {
            let mut table = write.open_table(RESOURCES)?;
            for (kind, name, value) in records {
                let key = (kind.name(), name.as_str());
                match value {
                    Some(value) => table.insert(key, value.as_slice())?,
                    None => table.remove(key)?,
                };
            }
        }
        Ok(write.commit()?)
    }

    fn database(&self) -> Result<&Database> {
        self.database.as_ref().context("the database is closed")
    }
}

/// A resource as it is written.
pub(crate) fn encoded<T: Serialize>(resource: &T) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    ciborium::into_writer(resource, &mut bytes).map_err(io::Error::other)?;
    Ok(bytes)
}

/// Where things are kept by default: in the workspace that one is in, if one is.
pub(crate) fn workspace_folder() -> Option<PathBuf> {
    let folder = std::env::current_dir().ok()?;
    let mut ancestors = folder.ancestors();
    let workspace = ancestors.find(|folder| folder.join("Cargo.lock").exists())?;
    Some(workspace.join("target/lambda-local"))
}

#[cfg(test)]
mod tests {
    use super::{SETTINGS, Store};

    #[test]
    fn what_another_version_wrote_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), "us-east-1").unwrap();
        let write = store.database().unwrap().begin_write().unwrap();
        let mut settings = write.open_table(SETTINGS).unwrap();
        settings.insert("format", "0").unwrap();
        drop(settings);
        write.commit().unwrap();
        drop(store);
        let refused = Store::open(folder.path(), "us-east-1").unwrap_err();
        let said = refused.to_string();
        assert!(
            said.contains("another version of lambda-local wrote"),
            "{said}"
        );
        assert!(said.contains("its format is 0, not 1"), "{said}");
    }
}
