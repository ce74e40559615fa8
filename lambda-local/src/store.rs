//! What is kept on disk: every resource as one record, written before the call that made or changed
//! it is answered.

use std::{
    io,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use redb::{ReadableTable, TableDefinition};
use serde::{Serialize, de::DeserializeOwned};

use crate::{changed::Kind, database::Database};

/// By kind and name, in CBOR.
const RESOURCES: TableDefinition<'_, (&str, &str), &[u8]> = TableDefinition::new("resources");
/// Changes with what is written.
const FORMAT: &str = "1";

/// One resource as it is now; `None` if it is not there any more.
pub(crate) type Record = (Kind, String, Option<Vec<u8>>);

#[derive(Debug)]
pub(crate) struct Store {
    folder: PathBuf,
    database: Database,
}

impl Store {
    /// Opens what was kept in this folder, or begins anew where nothing was.
    ///
    /// # Errors
    /// If it is damaged, in use, from another version of this program, or of another region.
    pub(crate) fn open(folder: &Path, region: &str) -> Result<Self> {
        let shown = folder.display();
        let mut database = Database::open(folder, "resources.redb")?;
        let format = "another version of lambda-local wrote";
        database.check(("format", FORMAT), format, &shown)?;
        let other_region = "--region was another when lambda-local wrote";
        database.check(("region", region), other_region, &shown)?;
        Ok(Self {
            folder: folder.to_owned(),
            database,
        })
    }

    /// Where it is.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// All resources of a kind.
    ///
    /// # Errors
    /// If one cannot be read: it is never left out silently.
    pub(crate) fn load<T: DeserializeOwned>(&self, kind: Kind) -> Result<Vec<T>> {
        let mut found = Vec::new();
        let Some(table) = self.database.table(RESOURCES)? else {
            return Ok(found);
        };
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

    /// Writes all of these or none, and returns when they are on disk.
    pub(crate) fn save(&mut self, records: &[Record]) -> Result<()> {
        self.database.write(|write| {
            let mut table = write.open_table(RESOURCES)?;
            for (kind, name, value) in records {
                let key = (kind.name(), name.as_str());
                match value {
                    Some(value) => table.insert(key, value.as_slice())?,
                    None => table.remove(key)?,
                };
            }
            Ok(())
        })
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
