//! Packages: keeps a function's zip under its hash, and unpacks it once into a folder of that name.
//! The zip is on disk before a version names it; what is unpacked can be made anew from it.

mod orphans;
mod unpack;
mod uses;
mod whole;

use std::{
    collections::BTreeSet,
    fs::{self, DirBuilder},
    io,
    io::Write,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use base64::{Engine, prelude::BASE64_STANDARD};
use sha2::{Digest, Sha256};

use self::{unpack::unpack, uses::Uses};
use super::model::Code;
use crate::protocol::{ApiResult, Exception};

pub(crate) use uses::Use;

/// A folder of packages, each as it came and unpacked.
#[derive(Debug)]
pub(crate) struct CodeStore {
    folder: PathBuf,
    uses: Uses,
    /// What was unpacked, or found to be whole, since the start. Locked by whoever unpacks.
    whole: Mutex<BTreeSet<PathBuf>>,
}

impl CodeStore {
    pub(crate) fn new(folder: PathBuf) -> io::Result<Self> {
        if !folder.exists() {
            fs::create_dir_all(&folder)?;
            folder.parent().map_or(Ok(()), sync)?;
        }
        Ok(Self {
            folder,
            uses: Uses::default(),
            whole: Mutex::default(),
        })
    }

    /// Unpacks a zip, unless the same bytes were unpacked before, and keeps it. It stays at least as
    /// long as the use that this gives.
    ///
    /// # Errors
    /// If it is not a zip, an entry would leave the folder, or it is larger unpacked than Lambda
    /// allows.
    pub(crate) fn add(&self, zip: &[u8]) -> ApiResult<(Code, Use)> {
        let code = self.code_of(zip);
        let in_use = self.uses.begin(&code.folder);
        let mut whole = self.whole();
        if !whole.contains(&code.folder) {
            self.unpack_to(&code.folder, zip)?;
        }
        let package = package_of(&code.folder);
        // One that is damaged is mended by the next upload.
        if !fs::read(&package).is_ok_and(|kept| kept == zip) {
            self.write_to(&package, zip).map_err(|error| disk(&error))?;
        }
        whole.insert(code.folder.clone());
        Ok((code, in_use))
    }

    fn code_of(&self, zip: &[u8]) -> Code {
        let mut code = Code {
            sha256: BASE64_STANDARD.encode(Sha256::digest(zip)),
            size: zip.len() as u64,
            folder: PathBuf::new(),
        };
        code.folder = self.folder_of(&code);
        code
    }

    /// Where this code is, or will be.
    pub(crate) fn folder_of(&self, code: &Code) -> PathBuf {
        let hash = BASE64_STANDARD.decode(&code.sha256).unwrap_or_default();
        let name: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        self.folder.join(name)
    }

    /// The code is to stay as long as this does.
    pub(crate) fn use_of(&self, code: &Code) -> Use {
        self.uses.begin(&code.folder)
    }

    /// The zip of this name as it came; `None` if there is none.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(crate) fn package(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        if name.len() != 64 || !name.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Ok(None);
        }
        match fs::read(package_of(&self.folder.join(name))) {
            Ok(zip) => Ok(Some(zip)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Writes beside the final place and renames, so that a file of that name is complete.
    fn write_to(&self, package: &Path, zip: &[u8]) -> io::Result<()> {
        let mut part = tempfile::NamedTempFile::new_in(&self.folder)?;
        part.write_all(zip)?;
        // The record that will name it may not reach the disk before it.
        part.as_file().sync_all()?;
        part.persist(package)?;
        sync(&self.folder)
    }

    /// Unpacks beside the final place and renames, in the place of whatever is there.
    fn unpack_to(&self, folder: &Path, zip: &[u8]) -> ApiResult<()> {
        let part = tempfile::tempdir_in(&self.folder).map_err(|error| disk(&error))?;
        let (fresh, stale) = (part.path().join("fresh"), part.path().join("stale"));
        // For this user only, whatever is in it.
        let made = DirBuilder::new().mode(0o700).create(&fresh);
        made.map_err(|error| disk(&error))?;
        unpack(zip, &fresh)?;
        if folder.exists() {
            fs::rename(folder, stale).map_err(|error| disk(&error))?;
        }
        fs::rename(fresh, folder).map_err(|error| disk(&error))
    }

    fn entries(&self) -> io::Result<Vec<PathBuf>> {
        let entries = fs::read_dir(&self.folder)?;
        entries.map(|entry| Ok(entry?.path())).collect()
    }

    fn whole(&self) -> MutexGuard<'_, BTreeSet<PathBuf>> {
        self.whole.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where the zip is that was unpacked into this folder.
pub(crate) fn package_of(folder: &Path) -> PathBuf {
    folder.with_extension("zip")
}

fn disk(error: &io::Error) -> Exception {
    Exception::service(format!("lambda-local failed to keep the package: {error}"))
}

/// Brings to disk which files are in a folder.
fn sync(folder: &Path) -> io::Result<()> {
    fs::File::open(folder)?.sync_all()
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::Cursor;

    use zip::{ZipWriter, write::SimpleFileOptions};

    use super::{unpack::MAX_ENTRIES, *};

    pub(in crate::lambda::packages) fn store() -> (tempfile::TempDir, CodeStore) {
        let folder = tempfile::tempdir().unwrap();
        let store = CodeStore::new(folder.path().to_owned()).unwrap();
        (folder, store)
    }

    pub(in crate::lambda::packages) fn zip_of(name: &str, content: &[u8]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        writer
            .start_file(name, SimpleFileOptions::default().unix_permissions(0o755))
            .unwrap();
        writer.write_all(content).unwrap();
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn the_same_package_is_unpacked_once() {
        let (folder, store) = store();
        let zip = zip_of("bootstrap", b"#!/bin/sh\n");
        let (code, _) = store.add(&zip).unwrap();
        assert_eq!(
            fs::read(code.folder.join("bootstrap")).unwrap(),
            b"#!/bin/sh\n"
        );
        assert_eq!(store.add(&zip).unwrap().0, code);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
        let name = code.folder.file_name().unwrap().to_str().unwrap();
        assert_eq!(store.package(name).unwrap(), Some(zip));
        assert_eq!(store.package("../code").unwrap(), None);
    }

    #[test]
    fn what_is_not_a_zip_is_refused_as_lambda_refuses_it() {
        let (folder, store) = store();
        let error = store.add(b"not a zip").unwrap_err();
        assert_eq!(error.code, "InvalidParameterValueException");
        assert!(error.message.starts_with("Could not unzip uploaded file."));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn an_entry_cannot_leave_its_folder() {
        let (folder, store) = store();
        let error = store.add(&zip_of("../escaped", b"x")).unwrap_err();
        assert!(error.message.contains("../escaped"), "{}", error.message);
        assert!(!folder.path().join("escaped").exists());
    }

    #[test]
    fn names_that_no_file_can_have_are_the_zips_fault() {
        let (folder, store) = store();
        let mut both = ZipWriter::new(Cursor::new(Vec::new()));
        for name in ["a", "a/b"] {
            both.start_file(name, SimpleFileOptions::default()).unwrap();
        }
        let both = both.finish().unwrap().into_inner();
        for zip in [zip_of(&"x".repeat(300), b"x"), both] {
            let error = store.add(&zip).unwrap_err();
            assert_eq!(error.code, "InvalidParameterValueException");
            assert!(
                error.message.contains("cannot be unpacked"),
                "{}",
                error.message
            );
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_zip_of_very_many_entries_is_refused_before_any_is_unpacked() {
        let (_folder, store) = store();
        let mut many = ZipWriter::new(Cursor::new(Vec::new()));
        for number in 0..=MAX_ENTRIES {
            let name = number.to_string();
            many.start_file(name, SimpleFileOptions::default()).unwrap();
        }
        let error = store.add(&many.finish().unwrap().into_inner()).unwrap_err();
        assert!(
            error.message.contains("more than 30000 entries"),
            "{}",
            error.message
        );
    }
}
