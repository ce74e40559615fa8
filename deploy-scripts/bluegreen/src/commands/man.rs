//! `bluegreen man`: the manual's pages, which a release brings.

use std::path::Path;

use anyhow::{Context, Result};
use clap::{Command, CommandFactory};

use crate::cli::Cli;

/// Writes a page for the program and one for each command.
///
/// # Errors
///
/// Fails if the folder cannot be written to.
pub(crate) fn write(folder: &Path) -> Result<()> {
    clap_mangen::generate_to(told_whole(Cli::command()), folder)
        .with_context(|| format!("failed to write pages into {}", folder.display()))
}

/// What `-h` leaves out would be without its text on a page.
fn told_whole(command: Command) -> Command {
    command
        .mut_args(|arg| match (arg.get_long_help(), arg.get_help()) {
            (None, Some(help)) => {
                let help = help.clone();
                arg.long_help(help)
            }
            _ => arg,
        })
        .mut_subcommands(told_whole)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{Command, told_whole, write};
    use crate::cli::Cli;
    use clap::CommandFactory;

    #[test]
    fn each_command_has_a_page() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path()).unwrap();
        for command in Cli::command().get_subcommands() {
            let page = format!("bluegreen-{}.1", command.get_name());
            assert_eq!(folder.path().join(&page).exists(), !command.is_hide_set());
        }
        let page = fs::read_to_string(folder.path().join("bluegreen.1")).unwrap();
        assert!(page.contains("answer of one call to AWS"), "{page}");
    }

    #[test]
    fn every_option_on_a_page_says_what_it_is() {
        fn silent(command: &Command) -> Vec<String> {
            let own = command
                .get_arguments()
                .filter(|arg| arg.get_long_help().is_none());
            let own = own.map(|arg| format!("{} {}", command.get_name(), arg.get_id()));
            own.chain(command.get_subcommands().flat_map(silent))
                .collect()
        }
        let silent = silent(&told_whole(Cli::command()));
        assert!(silent.is_empty(), "{silent:?}");
    }
}
