#![doc = include_str!("../README.md")]

mod alias;
mod aws;
mod cli;
mod clock;
mod commands;
mod driver;
mod executable;
mod exit;
mod faults;
mod host;
mod outputs;
mod package;
mod patience;
mod probe;
mod report;
mod settings;
mod shell;
mod summary;
mod terminal;
mod traffic;

use std::process::ExitCode;

use cli::{Cli, Format};
use exit::Exit;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    terminal::settle_colours();
    let (format, done) = match Cli::read() {
        Ok(cli) => (cli.global.output, commands::run(cli).await),
        Err(error) => (Format::Text, Err(error)),
    };
    done.unwrap_or_else(|error| {
        report::print_error(&error, format);
        Exit::of(&error)
    })
    .into()
}
