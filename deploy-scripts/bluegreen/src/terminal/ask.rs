//! Asks for something that has a usual answer.

use std::io::{self, BufRead, IsTerminal, Write};

use anyhow::Result;

/// What is typed at a terminal; the usual where nothing is, and where there is nobody to ask.
///
/// # Errors
/// If the terminal cannot be read.
pub(crate) fn ask(what: &str, usual: &str) -> Result<String> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Ok(usual.to_owned());
    }
    eprint!("{what} [{usual}]: ");
    io::stderr().flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(match answer.trim() {
        "" => usual.to_owned(),
        answer => answer.to_owned(),
    })
}
