//! One file for each command.

mod alias_move;
mod create;
mod local;
mod promote;
mod publish;
mod rollback;
mod shift;
mod status;
mod traffic;

use anyhow::Result;

use crate::{
    cli::{Cli, Command},
    deployment::Deployment,
    exit::Exit,
    output::print_report,
};

/// Runs the command and prints its result.
pub(crate) async fn run(cli: Cli) -> Result<Exit> {
    let Cli { place, command } = cli;
    let command = match command {
        Command::Local { options } => return Err(local::start(&options)),
        command => command,
    };
    let format = place.output;
    let deployment = Deployment::connect(&place).await?;
    match command {
        Command::Create(args) => print_report(&create::create(&deployment, args).await?, format)?,
        Command::Publish(args) => {
            print_report(&publish::publish(&deployment, &args).await?, format)?;
        }
        Command::Shift(args) => print_report(&shift::shift(&deployment, &args).await?, format)?,
        Command::Promote(args) => {
            print_report(&promote::promote(&deployment, &args).await?, format)?;
        }
        Command::Rollback(args) => {
            print_report(&rollback::roll_back(&deployment, &args).await?, format)?;
        }
        Command::Status => print_report(&status::status(&deployment).await?, format)?,
        Command::Traffic(args) => {
            print_report(&traffic::traffic(&deployment, &args).await?, format)?;
        }
        Command::Local { .. } => {}
    }
    Ok(Exit::Done)
}
