//! Asks before something is done that one may not want.

use std::io::{self, BufRead, IsTerminal, Write};

use anyhow::{Result, bail};

/// A question that is answered with yes or no.
#[derive(Debug)]
pub(crate) struct Question<'a> {
    pub(crate) text: &'a str,
    /// The option that answers it beforehand, and whether it was given.
    pub(crate) option: &'static str,
    pub(crate) yes: bool,
    /// What is said where the answer is no.
    pub(crate) otherwise: &'static str,
}

/// Asks on a terminal; elsewhere the option is needed.
///
/// # Errors
/// If the answer is not yes, or there is nobody to ask.
pub(crate) fn confirm(question: &Question<'_>) -> Result<()> {
    let Question { text, option, .. } = question;
    if question.yes {
        return Ok(());
    }
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        bail!("{text} There is no terminal to ask on: give {option}, or look first with --dry-run");
    }
    eprint!("{text} [y/N] ");
    io::stderr().flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    match answer.trim().to_ascii_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => bail!("{}", question.otherwise),
    }
}
