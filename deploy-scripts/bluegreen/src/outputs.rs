//! `--outputs FILE`: how a release ended, a line `name=value` each, behind what the file holds
//! already. GitHub Actions reads the file that `$GITHUB_OUTPUT` names, GitLab a dotenv report.

use std::{
    cell::Cell,
    fs::{File, OpenOptions},
    io::Write as _,
    path::Path,
};

use anyhow::{Context, Result};

use crate::exit::Exit;

/// What is written when a release ends.
#[derive(Debug)]
pub(crate) struct Outputs {
    file: File,
    /// Blue and green.
    versions: Cell<Option<(u64, u64)>>,
    is_promoted: Cell<bool>,
}

impl Outputs {
    /// Opens the file before anything is done: one that cannot be written is known at once.
    ///
    /// # Errors
    /// If it cannot be opened.
    pub(crate) fn open(file: &Path) -> Result<Self> {
        let opened = OpenOptions::new().create(true).append(true).open(file);
        Ok(Self {
            file: opened.with_context(|| format!("failed to open {}", file.display()))?,
            versions: Cell::default(),
            is_promoted: Cell::default(),
        })
    }

    pub(crate) fn are_of(&self, blue: u64, green: u64) {
        self.versions.set(Some((blue, green)));
    }

    pub(crate) fn promoted(&self) {
        self.is_promoted.set(true);
    }

    /// # Errors
    /// If they cannot be written.
    pub(crate) fn end(&mut self, ended: &Result<Exit>) -> Result<()> {
        let exit = match ended {
            Ok(exit) => *exit,
            Err(error) => Exit::of(error),
        };
        let outcome = self.outcome(exit);
        let mut text = format!("outcome={outcome}\nexit_code={}\n", exit as u8);
        if let Some((blue, green)) = self.versions.get() {
            text += &format!("blue_version={blue}\ngreen_version={green}\n");
        }
        let written = self.file.write_all(text.as_bytes());
        written.context("failed to write the outputs")
    }

    fn outcome(&self, exit: Exit) -> &'static str {
        match exit {
            Exit::Done if self.is_promoted.get() => "promoted",
            // In a dry run, or where green serves everything already.
            Exit::Done => "unchanged",
            Exit::RolledBack => "rolled-back",
            Exit::Held => "inconclusive",
            Exit::Moved => "moved",
            Exit::Error => "error",
        }
    }
}
