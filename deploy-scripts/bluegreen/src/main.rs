//! Blue/green deployment for AWS Lambda: shifts an alias from one version to the next, and back.

mod aws;
mod cli;
mod commands;
mod deployment;
mod driver;
mod exit;
mod output;
mod package;
mod picture;
mod probe;
mod progress;
mod traffic;

use std::process::ExitCode;

use clap::Parser;

use cli::Cli;
use exit::Exit;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    match commands::run(cli).await {
        Ok(exit) => exit.into(),
        Err(error) => {
            output::print_error(&error);
            Exit::of(&error).into()
        }
    }
}
