//! A command's result on standard output, and its error on standard error.

use std::fmt::Write;

use anstream::{eprintln, println};
use anyhow::Result;
use serde::Serialize;

use crate::{
    aws::AwsError,
    cli::{Format, GlobalArgs},
    summary::Summary,
    terminal::RED,
};

/// What a command found or did: as text for people, or as JSON through `Serialize`.
pub(crate) trait Report: Serialize {
    /// Whole lines, with styles.
    fn text(&self) -> String;
}

/// Prints a command's one result.
pub(crate) fn print_report(report: &impl Report, global: &GlobalArgs) -> Result<()> {
    match global.output {
        Format::Text => println!("{}", report.text().trim_end()),
        Format::Json => println!("{}", serde_json::to_string_pretty(report)?),
    }
    // Behind what is printed: what was done is told, whatever comes of the summary.
    match &global.summary {
        Some(file) => Summary::open(file)?.report(&report.text()),
        None => Ok(()),
    }
}

/// Prints an error and what caused it, one a line, and what can be done about it.
pub(crate) fn print_error(error: &anyhow::Error) {
    let mut text = format!("{RED}error:{RED:#} {error}");
    for cause in error.chain().skip(1) {
        for line in cause.to_string().lines() {
            let _ = write!(text, "\n  {line}");
        }
    }
    let mut calls = error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<AwsError>());
    if let Some(advice) = calls.find_map(AwsError::advice) {
        let _ = write!(text, "\n  {advice}");
    }
    eprintln!("{text}");
}
