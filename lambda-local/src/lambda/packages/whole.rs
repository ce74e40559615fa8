//! Whether code is there as it came: its package when the server starts, and what was unpacked before
//! it runs.

use std::{fs, path::Path};

use zip::ZipArchive;

use super::{CodeStore, package_of};
use crate::lambda::model::Code;

impl CodeStore {
    /// What is wrong with a package, as far as its size tells: to read all of them would hold up the
    /// start. Its hash is compared when it is unpacked.
    pub(crate) fn fault_of(&self, code: &Code) -> Option<String> {
        let package = package_of(&code.folder);
        match fs::metadata(&package) {
            Ok(found) if found.len() == code.size => None,
            Ok(found) => Some(format!(
                "its package is damaged ({} has {} bytes, not {}); upload it again",
                package.display(),
                found.len(),
                code.size
            )),
            // A data folder of an earlier version has only what was unpacked.
            Err(_) if code.folder.exists() => None,
            Err(_) => Some(format!(
                "its package is not there any more ({}); upload it again",
                package.display()
            )),
        }
    }

    /// Makes sure that the code is there to be run: what an earlier server unpacked may not have
    /// reached the disk.
    ///
    /// # Errors
    /// Why it cannot be.
    pub(crate) fn make_whole(&self, code: &Code) -> Result<(), String> {
        let mut whole = self.whole();
        if whole.contains(&code.folder) {
            return Ok(());
        }
        if let Some(fault) = self.fault_of(code) {
            return Err(fault);
        }
        let package = package_of(&code.folder);
        if package.exists() && !is_whole(&package, &code.folder) {
            let zip = fs::read(&package).map_err(|error| error.to_string())?;
            if self.code_of(&zip).sha256 != code.sha256 {
                let package = package.display();
                return Err(format!(
                    "its package is damaged ({package}); upload it again"
                ));
            }
            let unpacked = self.unpack_to(&code.folder, &zip);
            unpacked.map_err(|error| error.message)?;
        }
        whole.insert(code.folder.clone());
        Ok(())
    }
}

/// Whether the folder holds every file of the zip in its size. A file that did not reach the disk
/// before the power went is shorter.
fn is_whole(package: &Path, folder: &Path) -> bool {
    let archive = fs::File::open(package).map(ZipArchive::new);
    let Ok(Ok(mut archive)) = archive else {
        return false;
    };
    (0..archive.len()).all(|index| {
        let Ok(entry) = archive.by_index_raw(index) else {
            return false;
        };
        let found = entry
            .enclosed_name()
            .map(|path| folder.join(path).metadata());
        let found = found.and_then(Result::ok);
        found.is_some_and(|found| found.is_dir() || found.len() == entry.size())
    })
}

#[cfg(test)]
mod tests {
    use super::{
        super::tests::{store, zip_of},
        *,
    };

    /// A store with a package, and one that a later server has in the same folder.
    fn kept() -> (tempfile::TempDir, Code, CodeStore) {
        let (folder, store) = store();
        let (code, _) = store.add(&zip_of("bootstrap", b"#!/bin/sh\n")).unwrap();
        let later = CodeStore::new(folder.path().to_owned()).unwrap();
        (folder, code, later)
    }

    #[test]
    fn what_is_as_it_was_is_not_unpacked_again() {
        let (_folder, code, later) = kept();
        fs::write(code.folder.join("own"), "").unwrap();
        assert_eq!(later.fault_of(&code), None);
        later.make_whole(&code).unwrap();
        assert!(code.folder.join("own").exists());
    }

    #[test]
    fn what_did_not_reach_the_disk_whole_is_unpacked_again() {
        for damage in [
            |bootstrap: &Path| fs::write(bootstrap, "").unwrap(),
            |bootstrap: &Path| fs::remove_file(bootstrap).unwrap(),
            |bootstrap: &Path| fs::remove_dir_all(bootstrap.parent().unwrap()).unwrap(),
        ] {
            let (_folder, code, later) = kept();
            let bootstrap = code.folder.join("bootstrap");
            damage(&bootstrap);
            later.make_whole(&code).unwrap();
            assert_eq!(fs::read(&bootstrap).unwrap(), b"#!/bin/sh\n");
        }
    }

    #[test]
    fn a_package_that_is_cut_short_or_gone_is_told_of_and_mended_by_an_upload() {
        for damage in [
            |package: &Path| fs::write(package, "").unwrap(),
            |package: &Path| fs::remove_file(package).unwrap(),
        ] {
            let (_folder, code, later) = kept();
            damage(&package_of(&code.folder));
            fs::remove_dir_all(&code.folder).unwrap();
            let fault = later.fault_of(&code).unwrap();
            assert!(fault.ends_with("upload it again"), "{fault}");
            assert_eq!(later.make_whole(&code), Err(fault));
            later.add(&zip_of("bootstrap", b"#!/bin/sh\n")).unwrap();
            assert_eq!(later.fault_of(&code), None);
            later.make_whole(&code).unwrap();
        }
    }

    #[test]
    fn a_package_with_other_bytes_is_not_unpacked() {
        let (_folder, code, later) = kept();
        let package = package_of(&code.folder);
        let mut zip = fs::read(&package).unwrap();
        zip[40] ^= 1;
        fs::write(&package, zip).unwrap();
        fs::remove_dir_all(&code.folder).unwrap();
        let fault = later.make_whole(&code).unwrap_err();
        assert!(fault.contains("damaged"), "{fault}");
        assert!(!code.folder.exists());
    }
}
