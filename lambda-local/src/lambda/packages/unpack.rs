//! Unpacks a zip into a folder, within Lambda's limits.

use std::{
    fs, io,
    io::{Cursor, Read},
    path::Path,
};

use zip::{ZipArchive, result::ZipError};

use super::disk;
use crate::protocol::{ApiResult, Exception};

/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
const MAX_UNZIPPED: u64 = 262_144_000;

/// Files and folders of a package: each costs a call to the file system, however small it is.
pub(super) const MAX_ENTRIES: usize = 30_000;

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

pub(super) fn unpack(zip: &[u8], folder: &Path) -> ApiResult<()> {
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
    use super::*;

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
