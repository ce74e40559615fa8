//! The folder where code and resources are.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use tempfile::TempDir;

#[derive(Debug)]
pub(crate) enum Home {
    Kept(PathBuf),
    /// Deleted at the end.
    Passing(TempDir),
}

impl Home {
    /// # Errors
    /// If the folder cannot be made.
    pub(crate) fn kept_in(folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder)
            .with_context(|| format!("failed to make {}", folder.display()))?;
        Ok(Self::Kept(folder.canonicalize()?))
    }

    /// # Errors
    /// If the folder cannot be made.
    pub(crate) fn passing() -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("lambda-local-").tempdir();
        let folder = folder.context("failed to make a folder for packages")?;
        Ok(Self::Passing(folder))
    }

    pub(crate) fn folder(&self) -> &Path {
        match self {
            Self::Kept(folder) => folder,
            Self::Passing(folder) => folder.path(),
        }
    }
}
