//! Packages: keeps a function's zip under its hash, and unpacks it once into a folder of that name.

use std::{
    collections::BTreeSet,
    fs, io,
    io::{Cursor, Read, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use base64::{Engine, prelude::BASE64_STANDARD};
use sha2::{Digest, Sha256};
use zip::{ZipArchive, result::ZipError};

use super::model::Code;
use crate::protocol::{ApiResult, Exception};

/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
const MAX_UNZIPPED: u64 = 262_144_000;

/// Files and folders of a package: each costs a call to the file system, however small it is.
const MAX_ENTRIES: usize = 30_000;

/// A folder of packages, each as it came and unpacked.
#[derive(Debug)]
pub(crate) struct CodeStore {
    folder: PathBuf,
}

impl CodeStore {
    pub(crate) fn new(folder: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(&folder)?;
        Ok(Self { folder })
    }

    /// Unpacks a zip, unless the same bytes were unpacked before.
    ///
    /// # Errors
    /// If it is not a zip, an entry would leave the folder, or it is larger unpacked than Lambda
    /// allows.
    pub(crate) fn add(&self, zip: &[u8]) -> ApiResult<Code> {
        let hash = Sha256::digest(zip);
        let mut code = Code {
            sha256: BASE64_STANDARD.encode(hash),
            size: zip.len() as u64,
            folder: PathBuf::new(),
        };
        code.folder = self.folder_of(&code);
        if !code.folder.exists() {
            self.unpack_to(&code.folder, zip)?;
        }
        let package = package_of(&code.folder);
        if !package.exists() {
            self.write_to(&package, zip).map_err(|error| disk(&error))?;
        }
        Ok(code)
    }

    /// Where this code is, or will be.
    pub(crate) fn folder_of(&self, code: &Code) -> PathBuf {
        let hash = BASE64_STANDARD.decode(&code.sha256).unwrap_or_default();
        let name: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        self.folder.join(name)
    }

    /// Deletes what no function has any more, and what was being unpacked when all ended.
    ///
    /// # Errors
    /// If code that a function has is not there.
    pub(crate) fn retain(&self, used: &BTreeSet<PathBuf>) -> Result<()> {
        if let Some(missing) = used.iter().find(|folder| !folder.exists()) {
            bail!(
                "code of a function is not there any more: {}",
                missing.display()
            );
        }
        for entry in fs::read_dir(&self.folder)? {
            let found = entry?.path();
            if !used.contains(&found.with_extension("")) {
                let removed = match found.is_dir() {
                    true => fs::remove_dir_all(&found),
                    false => fs::remove_file(&found),
                };
                removed.with_context(|| format!("failed to delete {}", found.display()))?;
            }
        }
        Ok(())
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
        part.persist(package)?;
        Ok(())
    }

    /// Unpacks beside the final place and renames, so that a folder of that name is complete.
    fn unpack_to(&self, folder: &Path, zip: &[u8]) -> ApiResult<()> {
        let part = tempfile::tempdir_in(&self.folder).map_err(|error| disk(&error))?;
        unpack(zip, part.path())?;
        match fs::rename(part.path(), folder) {
            Err(_) if folder.exists() => Ok(()),
            Err(error) => Err(disk(&error)),
            Ok(()) => {
                let _ = part.keep();
                Ok(())
            }
        }
    }
}

/// Where the zip is that was unpacked into this folder.
pub(crate) fn package_of(folder: &Path) -> PathBuf {
    folder.with_extension("zip")
}

fn disk(error: &io::Error) -> Exception {
    Exception::service(format!("lambda-local failed to keep the package: {error}"))
}

/// A name that is too long, or one that another entry has as a folder or a file, is the zip's fault.
fn no_place(error: &io::Error, target: &Path) -> Exception {
    use io::ErrorKind::{AlreadyExists, InvalidFilename, IsADirectory, NotADirectory};
    match error.kind() {
        AlreadyExists | InvalidFilename | IsADirectory | NotADirectory => {
            let name = target.file_name().unwrap_or_default().to_string_lossy();
            let name: String = name.chars().take(100).collect();
            let text = format!("the zip's entry '{name}' cannot be unpacked: {error}");
            Exception::invalid_parameter(text)
        }
        _ => disk(error),
    }
}

fn unpack(zip: &[u8], folder: &Path) -> ApiResult<()> {
    let unreadable = |_: ZipError| {
        Exception::invalid_parameter(
            "Could not unzip uploaded file. Please check your file, then try to upload again.",
        )
    };
    let mut archive = ZipArchive::new(Cursor::new(zip)).map_err(unreadable)?;
    if archive.len() > MAX_ENTRIES {
        return Err(Exception::invalid_parameter(format!(
            "the zip has more than {MAX_ENTRIES} entries: lambda-local unpacks no more"
        )));
    }
    let mut room = MAX_UNZIPPED;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(unreadable)?;
        let Some(path) = entry.enclosed_name() else {
            let name = entry.name().unwrap_or_default().into_owned();
            return Err(Exception::invalid_parameter(format!(
                "the zip's entry '{name}' would be unpacked outside its folder"
            )));
        };
        let target = folder.join(path);
        if entry.is_dir() {
            fs::create_dir_all(&target).map_err(|error| no_place(&error, &target))?;
        } else {
            let mode = entry.unix_mode().unwrap_or(0o644);
            room -= write_entry(&mut entry, &target, mode, room)?;
        }
    }
    Ok(())
}

/// Writes one file of at most `room` bytes and says how many it was. The sizes that the zip
/// claims are not believed: what counts is what comes out.
fn write_entry(entry: &mut impl Read, target: &Path, mode: u32, room: u64) -> ApiResult<u64> {
    if let Some(parent) = target.parent() {
        fs::create_dir_all(parent).map_err(|error| no_place(&error, target))?;
    }
    let mut file = fs::File::create(target).map_err(|error| no_place(&error, target))?;
    let written = io::copy(&mut entry.take(room + 1), &mut file).map_err(|error| disk(&error))?;
    if written > room {
        return Err(Exception::invalid_parameter(format!(
            "Unzipped size must be smaller than {MAX_UNZIPPED} bytes"
        )));
    }
    set_mode(&file, mode).map_err(|error| disk(&error))?;
    Ok(written)
}

#[cfg(unix)]
fn set_mode(file: &fs::File, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    // Readable by this user whatever the zip says; never set-user-id, nor another user's to write.
    file.set_permissions(fs::Permissions::from_mode((mode & 0o755) | 0o600))
}

#[cfg(test)]
mod tests {
    use zip::{ZipWriter, write::SimpleFileOptions};

    use super::*;

    fn store() -> (tempfile::TempDir, CodeStore) {
        let folder = tempfile::tempdir().unwrap();
        let store = CodeStore::new(folder.path().to_owned()).unwrap();
        (folder, store)
    }

    fn zip_of(name: &str, content: &[u8]) -> Vec<u8> {
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
        let code = store.add(&zip).unwrap();
        assert_eq!(
            fs::read(code.folder.join("bootstrap")).unwrap(),
            b"#!/bin/sh\n"
        );
        assert_eq!(store.add(&zip).unwrap(), code);
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

    #[test]
    fn a_zip_bomb_is_stopped_at_the_limit() {
        let mut source = io::repeat(0).take(1000);
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("zeros");
        let error = write_entry(&mut source, &target, 0o644, 999).unwrap_err();
        assert!(
            error
                .message
                .starts_with("Unzipped size must be smaller than")
        );
        assert_eq!(fs::metadata(target).unwrap().len(), 1000);
    }
}
