//! `--summary FILE`: what was done, in Markdown, behind what the file holds already. GitHub Actions
//! shows the file that `$GITHUB_STEP_SUMMARY` names.

use std::{
    cell::RefCell,
    fmt::Write as _,
    fs::{File, OpenOptions},
    io::Write as _,
    path::Path,
};

use anstream::adapter::strip_str;
use anyhow::{Context, Result};

use crate::{
    exit::Exit,
    terminal::{harmless, plain_markdown},
};

/// A summary that is written when a command ends.
#[derive(Debug)]
pub(crate) struct Summary {
    file: File,
    /// What happened so far, a line of Markdown each.
    lines: RefCell<Vec<String>>,
    /// The counts of the last look.
    counts: RefCell<Option<String>>,
}

impl Summary {
    /// Opens the file before anything is done: a summary that cannot be written is known at once.
    ///
    /// # Errors
    /// If it cannot be opened.
    pub(crate) fn open(file: &Path) -> Result<Self> {
        let opened = OpenOptions::new().create(true).append(true).open(file);
        let file = opened.with_context(|| format!("failed to open {}", file.display()))?;
        Ok(Self {
            file,
            lines: RefCell::default(),
            counts: RefCell::default(),
        })
    }

    /// A command's one result, as it was printed.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn report(mut self, text: &str) -> Result<()> {
        let text = strip_str(text.trim_end()).to_string();
        let fence = fence(&text);
        self.write(&format!("{fence}text\n{text}\n{fence}\n\n"))
    }

    /// Something that happened.
    pub(crate) fn note(&self, time: &str, text: &str) {
        let text = plain_markdown(&strip_str(text.trim_end()).to_string()).replace('\n', "<br>");
        self.lines.borrow_mut().push(format!("- `{time}` {text}"));
    }

    /// What stands below the line that says how it ended. The table says what the bars do.
    pub(crate) fn result(&self, lines: &[String]) {
        let plain = lines.iter().map(|line| strip_str(line).to_string());
        let told = plain.filter(|line| !line.starts_with("version "));
        let told = told.map(|line| format!("- {}", plain_markdown(&line)));
        self.lines.borrow_mut().extend(told);
    }

    /// What is known by now of both versions, in Markdown.
    pub(crate) fn count(&self, counts: String) {
        *self.counts.borrow_mut() = Some(strip_str(&counts).to_string());
    }

    /// How a rollout ended.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn end(&mut self, ended: &Result<Exit>) -> Result<()> {
        let title = match ended {
            Ok(Exit::Done) => "✅ done".to_owned(),
            Ok(Exit::RolledBack) => "❌ rolled back: the old version serves everything".to_owned(),
            Ok(Exit::Held) => "⚠️ inconclusive: the weight was left where it was".to_owned(),
            Ok(Exit::Moved | Exit::Error) => "❌ failed".to_owned(),
            Err(error) => format!("❌ {}", plain_markdown(&harmless(&error.to_string()))),
        };
        let mut text = format!("### bluegreen: {title}\n\n");
        if let Some(counts) = self.counts.take() {
            text += &counts;
        }
        for line in self.lines.take() {
            let _ = writeln!(text, "{line}");
        }
        self.write(&(text + "\n"))
    }

    fn write(&mut self, text: &str) -> Result<()> {
        let written = self.file.write_all(text.as_bytes());
        written.context("failed to write the summary")
    }
}

/// Longer than any that the text has.
fn fence(text: &str) -> String {
    let runs = text.split(|c| c != '`').map(str::len);
    "`".repeat(runs.max().unwrap_or_default().max(2) + 1)
}
