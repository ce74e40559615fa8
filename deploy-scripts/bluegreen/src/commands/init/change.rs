//! A file that is to be written: shown before, and never over what somebody else wrote.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use similar::TextDiff;

#[derive(Debug)]
pub(super) struct Change {
    pub(super) path: PathBuf,
    /// What it holds; nothing where it is not there.
    pub(super) before: Option<String>,
    pub(super) after: String,
}

impl Change {
    /// As `git apply` takes it, with the path from a folder on.
    pub(super) fn diff(&self, from: &Path) -> String {
        let path = self.path.strip_prefix(from).unwrap_or(&self.path).display();
        let old = match &self.before {
            Some(_) => format!("a/{path}"),
            None => "/dev/null".to_owned(),
        };
        let before = self.before.as_deref().unwrap_or_default();
        let diff = TextDiff::from_lines(before, &self.after);
        let mut diff = diff.unified_diff();
        diff.header(&old, &format!("b/{path}")).to_string()
    }

    /// # Errors
    /// If the file is not as it was when the change was made up, or cannot be written.
    pub(super) fn apply(&self) -> Result<()> {
        let written = match &self.before {
            Some(before) => self.replace(before),
            None => self.create(),
        };
        written.with_context(|| format!("failed to write {}", self.path.display()))
    }

    fn replace(&self, before: &str) -> Result<()> {
        if fs::read_to_string(&self.path)? != before {
            bail!("it was changed meanwhile; run `init` again");
        }
        Ok(fs::write(&self.path, &self.after)?)
    }

    fn create(&self) -> Result<()> {
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&self.path)?;
        Ok(file.write_all(self.after.as_bytes())?)
    }
}

/// What a file holds; `None` where it is not there.
///
/// # Errors
/// If it cannot be read.
pub(super) fn read(path: &Path) -> Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("failed to read {}", path.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_written_over_what_came_meanwhile() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, "somebody else's").unwrap();
        for before in [None, Some("mine".to_owned())] {
            let change = Change {
                path: path.clone(),
                before,
                after: "new".to_owned(),
            };
            let error = format!("{:#}", change.apply().unwrap_err());
            assert!(error.contains("failed to write"), "{error}");
            assert_eq!(fs::read_to_string(&path).unwrap(), "somebody else's");
        }
    }
}
