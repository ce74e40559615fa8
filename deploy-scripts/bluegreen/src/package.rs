//! What is uploaded: an executable, zipped as `bootstrap`, or a zip that holds one.

use std::{
    fs,
    io::{Cursor, Read, Write},
    path::Path,
};

use anyhow::{Context, Result, bail};
use base64::{Engine, prelude::BASE64_STANDARD};
use sha2::{Digest, Sha256};
use zip::{DateTime, ZipArchive, ZipWriter, write::SimpleFileOptions};

use crate::{cli::PackageArgs, executable::Executable};

/// The largest zip that Lambda takes in a call.
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
const MAX_ZIP: usize = 50 << 20;
/// The most that Lambda unzips.
const MAX_UNZIPPED: u64 = 250 << 20;

#[derive(Debug)]
pub(crate) struct Package {
    pub(crate) zip: Vec<u8>,
    /// What is in it as `bootstrap`.
    pub(crate) bootstrap: Executable,
}

impl Package {
    /// Reads the file that the arguments name; `None` if they name none.
    ///
    /// # Errors
    /// If the file cannot be read, is no Linux executable or no zip with a bootstrap, or is larger
    /// than Lambda allows.
    pub(crate) fn read(args: &PackageArgs) -> Result<Option<Self>> {
        let (path, (zip, bootstrap)) = match (&args.binary, &args.zip) {
            (Some(path), _) => (path, zipped(path)?),
            (None, Some(path)) => (path, unzipped(path)?),
            (None, None) => return Ok(None),
        };
        if zip.len() > MAX_ZIP {
            bail!(
                "the package is {} MB and Lambda takes at most {} MB in a call; build with \
                 --release, and strip the executable",
                zip.len() >> 20,
                MAX_ZIP >> 20
            );
        }
        let bootstrap = Executable::read(&bootstrap);
        let bootstrap =
            bootstrap.with_context(|| format!("Lambda could not start {}", path.display()))?;
        Ok(Some(Self { zip, bootstrap }))
    }

    /// Base64 of the zip's SHA-256, as Lambda shows it.
    pub(crate) fn sha256(&self) -> String {
        BASE64_STANDARD.encode(Sha256::digest(&self.zip))
    }
}

/// The zip that is made of an executable, and the executable.
fn zipped(path: &Path) -> Result<(Vec<u8>, Vec<u8>)> {
    let shown = path.display();
    let bytes = fs::read(path).with_context(|| format!("failed to read {shown}"))?;
    if bytes.starts_with(b"PK") {
        bail!("{shown} is a zip: give it as --zip");
    }
    let zip = zip_bootstrap(&bytes).with_context(|| format!("failed to zip {shown}"))?;
    Ok((zip, bytes))
}

/// A zip, and the bootstrap in it.
fn unzipped(path: &Path) -> Result<(Vec<u8>, Vec<u8>)> {
    let shown = path.display();
    let zip = fs::read(path).with_context(|| format!("failed to read {shown}"))?;
    let mut archive = ZipArchive::new(Cursor::new(&zip))
        .with_context(|| format!("{shown} cannot be read as a zip"))?;
    let mut bytes = Vec::new();
    match archive.by_name("bootstrap") {
        Ok(bootstrap) => bootstrap
            .take(MAX_UNZIPPED)
            .read_to_end(&mut bytes)
            .with_context(|| format!("failed to unzip the bootstrap in {shown}"))?,
        Err(_) => bail!(
            "{shown} has no file 'bootstrap' at its top, and Lambda would have nothing to start; \
             make the zip with `cargo lambda build --output-format zip`, or give the executable as \
             --binary"
        ),
    };
    Ok((zip, bytes))
}

/// The same executable gives the same zip, byte for byte, so that publishing it again is no new
/// version: the time in it is always the earliest that a zip can hold.
fn zip_bootstrap(executable: &[u8]) -> Result<Vec<u8>> {
    let options = SimpleFileOptions::default()
        .unix_permissions(0o755)
        .last_modified_time(DateTime::default());
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file("bootstrap", options)?;
    writer.write_all(executable)?;
    Ok(writer.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::Architecture;

    fn args(binary: Option<&Path>, zip: Option<&Path>) -> PackageArgs {
        PackageArgs {
            binary: binary.map(Path::to_owned),
            zip: zip.map(Path::to_owned),
        }
    }

    fn executable(machine: u8) -> Vec<u8> {
        let mut bytes = b"\x7fELF".to_vec();
        // For 64 bits, the least byte first, in version 1 of the format; nothing in it.
        bytes.extend([2, 1, 1]);
        bytes.resize(64, 0);
        bytes[18] = machine;
        bytes[52] = 64;
        bytes
    }

    #[test]
    fn the_same_executable_gives_the_same_zip() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("blue");
        fs::write(&path, executable(62)).unwrap();
        let first = Package::read(&args(Some(&path), None)).unwrap().unwrap();
        fs::write(&path, executable(62)).unwrap();
        let second = Package::read(&args(Some(&path), None)).unwrap().unwrap();
        assert_eq!(first.sha256(), second.sha256());
        assert_eq!(first.bootstrap.architecture(), Some(Architecture::X86_64));
    }

    #[test]
    fn our_own_zip_is_accepted_as_a_zip() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("package.zip");
        fs::write(&path, zip_bootstrap(&executable(183)).unwrap()).unwrap();
        let package = Package::read(&args(None, Some(&path))).unwrap().unwrap();
        assert_eq!(package.bootstrap.architecture(), Some(Architecture::Arm64));
    }

    #[test]
    fn what_lambda_could_not_start_is_refused_with_advice() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let mut other = ZipWriter::new(Cursor::new(Vec::new()));
        other
            .start_file("bin/bootstrap", SimpleFileOptions::default())
            .unwrap();
        let other = other.finish().unwrap().into_inner();
        for (content, as_zip, advice) in [
            (b"MZ windows".to_vec(), false, "not an executable for Linux"),
            (other.clone(), false, "give it as --zip"),
            (other, true, "no file 'bootstrap' at its top"),
            (b"nothing".to_vec(), true, "cannot be read as a zip"),
        ] {
            fs::write(&path, content).unwrap();
            let args = if as_zip {
                args(None, Some(&path))
            } else {
                args(Some(&path), None)
            };
            let error = format!("{:#}", Package::read(&args).unwrap_err());
            assert!(error.contains(advice), "{error}");
        }
    }
}
