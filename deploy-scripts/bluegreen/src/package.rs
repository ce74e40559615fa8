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

use crate::{aws::Architecture, cli::PackageArgs};

/// The largest zip that Lambda takes in a call.
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
const MAX_ZIP: usize = 50 << 20;

#[derive(Debug)]
pub(crate) struct Package {
    pub(crate) zip: Vec<u8>,
    /// What the bootstrap was built for; `None` for a script.
    pub(crate) architecture: Option<Architecture>,
}

impl Package {
    /// Reads the file that the arguments name; `None` if they name none.
    ///
    /// # Errors
    /// If the file cannot be read, is no Linux executable or no zip with a bootstrap, or is larger
    /// than Lambda allows.
    pub(crate) fn read(args: &PackageArgs) -> Result<Option<Self>> {
        let package = match (&args.binary, &args.zip) {
            (Some(path), _) => Self::from_binary(path),
            (None, Some(path)) => Self::from_zip(path),
            (None, None) => return Ok(None),
        }?;
        let size = package.zip.len();
        if size > MAX_ZIP {
            bail!(
                "the package is {} MB and Lambda takes at most {} MB in a call; build with \
                 --release, and strip the executable",
                size >> 20,
                MAX_ZIP >> 20
            );
        }
        Ok(Some(package))
    }

    /// Base64 of the zip's SHA-256, as Lambda shows it.
    pub(crate) fn sha256(&self) -> String {
        BASE64_STANDARD.encode(Sha256::digest(&self.zip))
    }

    fn from_binary(path: &Path) -> Result<Self> {
        let shown = path.display();
        let bytes = fs::read(path).with_context(|| format!("failed to read {shown}"))?;
        if bytes.starts_with(b"PK") {
            bail!("{shown} is a zip: give it as --zip");
        }
        if !bytes.starts_with(b"\x7fELF") && !bytes.starts_with(b"#!") {
            bail!(
                "{shown} is not an executable for Linux; build one with `cargo lambda build`, or \
                 with `cargo build` on Linux"
            );
        }
        let zip = zip_bootstrap(&bytes).with_context(|| format!("failed to zip {shown}"))?;
        Ok(Self {
            zip,
            architecture: architecture(&bytes),
        })
    }

    fn from_zip(path: &Path) -> Result<Self> {
        let shown = path.display();
        let zip = fs::read(path).with_context(|| format!("failed to read {shown}"))?;
        let mut archive = ZipArchive::new(Cursor::new(&zip))
            .with_context(|| format!("{shown} cannot be read as a zip"))?;
        let mut header = Vec::new();
        match archive.by_name("bootstrap") {
            Ok(bootstrap) => bootstrap
                .take(64)
                .read_to_end(&mut header)
                .with_context(|| format!("failed to unzip the bootstrap in {shown}"))?,
            Err(_) => bail!(
                "{shown} has no file 'bootstrap' at its top, and Lambda would have nothing to \
                 start; make the zip with `cargo lambda build --output-format zip`, or give the \
                 executable as --binary"
            ),
        };
        Ok(Self {
            architecture: architecture(&header),
            zip,
        })
    }
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

/// `e_machine` of an ELF header.
fn architecture(header: &[u8]) -> Option<Architecture> {
    if !header.starts_with(b"\x7fELF") {
        return None;
    }
    match header.get(18..20)? {
        [62, 0] => Some(Architecture::X86_64),
        [183, 0] => Some(Architecture::Arm64),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(binary: Option<&Path>, zip: Option<&Path>) -> PackageArgs {
        PackageArgs {
            binary: binary.map(Path::to_owned),
            zip: zip.map(Path::to_owned),
        }
    }

    fn executable(machine: u8) -> Vec<u8> {
        let mut bytes = b"\x7fELF".to_vec();
        bytes.resize(64, 0);
        bytes[18] = machine;
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
        assert_eq!(first.architecture, Some(Architecture::X86_64));
    }

    #[test]
    fn our_own_zip_is_accepted_as_a_zip() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("package.zip");
        fs::write(&path, zip_bootstrap(&executable(183)).unwrap()).unwrap();
        let package = Package::read(&args(None, Some(&path))).unwrap().unwrap();
        assert_eq!(package.architecture, Some(Architecture::Arm64));
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
