//! Blue/green deployment for AWS Lambda: shifts an alias from one version to the next, and back.

mod alias;
mod aws;
mod cli;
mod clock;
mod commands;
mod driver;
mod executable;
mod exit;
mod host;
mod package;
mod probe;
mod report;
mod settings;
mod summary;
mod terminal;
mod traffic;

use std::process::ExitCode;

use cli::Cli;
use exit::Exit;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let done = match Cli::read() {
        Ok(cli) => commands::run(cli).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(exit) => exit.into(),
        Err(error) => {
            report::print_error(&error);
            Exit::of(&error).into()
        }
    }
}
