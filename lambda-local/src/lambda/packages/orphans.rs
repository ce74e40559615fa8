//! Packages that nobody has any more.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

use super::CodeStore;

impl CodeStore {
    /// Deletes what was being written when an earlier server ended.
    pub(crate) fn delete_parts(&self) -> io::Result<()> {
        for part in self.entries()?.iter().filter(|found| is_part(found)) {
            match part.is_dir() {
                true => fs::remove_dir_all(part)?,
                false => fs::remove_file(part)?,
            }
        }
        Ok(())
    }

    /// Whether there may be packages that nobody has.
    pub(crate) fn has_orphans(&self) -> bool {
        self.uses.has_ended()
    }

    /// A version is gone.
    pub(crate) fn let_go(&self) {
        self.uses.end();
    }

    /// Deletes what is neither named nor in use. Where `named` cannot say, nothing is deleted for now.
    pub(crate) fn sweep(
        &self,
        named: impl FnOnce() -> Option<BTreeSet<PathBuf>>,
    ) -> io::Result<()> {
        let gone = tempfile::tempdir_in(&self.folder)?;
        let mut whole = self.whole();
        self.uses.look();
        let Some(named) = named() else {
            self.uses.end();
            return Ok(());
        };
        for found in self.entries()? {
            let folder = found.with_extension("");
            if is_part(&found) || named.contains(&folder) {
                continue;
            }
            // Out of the way first: a folder of its name is never half of it.
            let target = gone.path().join(found.file_name().unwrap_or_default());
            let moved = self
                .uses
                .unless_used(&folder, || fs::rename(&found, target));
            if moved.transpose()?.is_some() {
                whole.remove(&folder);
            }
        }
        drop(whole);
        gone.close()
    }
}

/// What is being written or deleted: nothing that a hash names begins with a dot.
fn is_part(found: &Path) -> bool {
    let name = found.file_name().unwrap_or_default();
    name.as_encoded_bytes().starts_with(b".")
}

#[cfg(test)]
mod tests {
    use super::super::tests::{store, zip_of};
    use super::*;

    #[test]
    fn what_is_neither_named_nor_in_use_is_deleted() {
        let (folder, store) = store();
        let left = || fs::read_dir(folder.path()).unwrap().count();
        let (named, _) = store.add(&zip_of("a", b"named")).unwrap();
        let (_, in_use) = store.add(&zip_of("a", b"in use")).unwrap();
        store.add(&zip_of("a", b"nobody's")).unwrap();
        let names = || Some(BTreeSet::from([named.folder.clone()]));
        assert!(store.has_orphans());
        store.sweep(|| None).unwrap();
        assert_eq!(left(), 6, "nothing is deleted as long as that is not known");
        assert!(store.has_orphans());
        store.sweep(names).unwrap();
        assert_eq!(left(), 4);
        assert!(!store.has_orphans());
        drop(in_use);
        assert!(store.has_orphans());
        store.sweep(names).unwrap();
        assert_eq!(left(), 2);
        store.add(&zip_of("a", b"nobody's")).unwrap();
        assert_eq!(left(), 4, "what was deleted is unpacked anew");
    }

    #[test]
    fn what_is_named_while_it_is_looked_for_stays() {
        let (_folder, store) = store();
        let mut added = None;
        let names = || {
            // An upload that begins and ends in between, and so is named too late to be seen.
            added = Some(store.uses.begin(&store.folder.join("late")));
            fs::create_dir(store.folder.join("late")).unwrap();
            added = None;
            Some(BTreeSet::new())
        };
        store.sweep(names).unwrap();
        assert!(store.folder.join("late").exists());
    }

    #[test]
    fn what_an_earlier_server_had_begun_to_write_is_deleted() {
        let (folder, store) = store();
        fs::create_dir(folder.path().join(".tmp1")).unwrap();
        fs::write(folder.path().join(".tmp2"), "half").unwrap();
        store.delete_parts().unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
