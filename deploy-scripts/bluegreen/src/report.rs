//! A command's result on standard output, and its error on standard error.

use std::fmt::Write;

use anstream::{eprintln, println};
use anyhow::Result;
use serde::Serialize;

use crate::{
    aws::AwsError,
    cli::{Format, GlobalArgs},
    clock::now,
    exit::Exit,
    summary::Summary,
    terminal::{RED, harmless},
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

/// An error as `--output json` has it: the last line on standard output, of events as well.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Failure {
    at: String,
    event: &'static str,
    message: String,
    /// From the outermost inwards.
    causes: Vec<String>,
    /// What can be done about it.
    advice: Option<&'static str>,
    exit_code: u8,
}

/// Prints an error and what caused it, one a line, and what can be done about it; with
/// `--output json` on standard output, too.
pub(crate) fn print_error(error: &anyhow::Error, format: Format) {
    let mut calls = error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<AwsError>());
    let failure = Failure {
        at: now().to_string(),
        event: "error",
        message: error.to_string(),
        causes: error.chain().skip(1).map(ToString::to_string).collect(),
        advice: calls.find_map(AwsError::advice),
        exit_code: Exit::of(error) as u8,
    };
    eprintln!("{}", failure.text());
    if format == Format::Json {
        // Numbers and texts: nothing in it that JSON has not.
        println!("{}", serde_json::to_string(&failure).unwrap_or_default());
    }
}

impl Failure {
    fn text(&self) -> String {
        let mut text = format!("{RED}error:{RED:#} ");
        let message = self.message.lines();
        let causes = self.causes.iter().flat_map(|cause| cause.lines());
        let causes = causes.map(|line| format!("  {}", harmless(line)));
        let lines: Vec<String> = message.map(harmless).chain(causes).collect();
        text += &lines.join("\n");
        if let Some(advice) = &self.advice {
            let _ = write!(text, "\n  {advice}");
        }
        text
    }
}
