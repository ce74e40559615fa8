//! One file for each command.

mod admitted;
mod alias_move;
mod create;
mod deploy;
mod destroy;
mod doctor;
mod history;
mod local;
mod policy;
mod promote;
mod prune;
mod publish;
mod resume;
mod rollback;
mod rollout;
mod shift;
mod status;
mod traffic;
mod verdict;
mod verify;

use std::io;

use anyhow::Result;
use clap::CommandFactory;

use crate::{
    alias::AliasHandle,
    cli::{AliasCommand, Cli, Command, Place, ResumeArgs},
    driver::Reporter,
    exit::Exit,
    report::print_report,
};

/// Runs the command and prints its result.
pub(crate) async fn run(cli: Cli) -> Result<Exit> {
    let Cli { place, command } = cli;
    match command {
        Command::OnAlias(command) => return on_alias(&place, *command).await,
        Command::Verdict(args) => print_report(&verdict::verdict(&args)?, &place)?,
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "bluegreen", &mut io::stdout());
        }
        Command::Local { options } => return Err(local::start(&options)),
    }
    Ok(Exit::Done)
}

async fn on_alias(place: &Place, command: AliasCommand) -> Result<Exit> {
    let alias = AliasHandle::connect(place, command.package()).await?;
    match command {
        AliasCommand::Create(args) => print_report(&create::create(&alias, args).await?, place)?,
        AliasCommand::Publish(args) => {
            print_report(&publish::publish(&alias, &args).await?, place)?;
        }
        AliasCommand::Verify(args) => {
            let verified = verify::verify(&alias, &args).await?;
            print_report(&verified, place)?;
            return Ok(verified.exit());
        }
        AliasCommand::Rollout(args) => {
            let reporter = Reporter::new(place)?;
            let ended = rollout::rollout(&alias, &args, &reporter).await;
            return reporter.end(ended);
        }
        AliasCommand::Deploy(args) => {
            let reporter = Reporter::new(place)?;
            let ended = deploy::deploy(&alias, args, &reporter).await;
            return reporter.end(ended);
        }
        AliasCommand::Resume(args) => return take_up(place, &alias, &args, false).await,
        AliasCommand::Tick(args) => return take_up(place, &alias, &args, true).await,
        AliasCommand::Shift(args) => print_report(&shift::shift(&alias, &args).await?, place)?,
        AliasCommand::Promote(args) => {
            print_report(&promote::promote(&alias, &args).await?, place)?;
        }
        AliasCommand::Rollback(args) => {
            print_report(&rollback::roll_back(&alias, &args).await?, place)?;
        }
        AliasCommand::Status => print_report(&status::status(&alias).await?, place)?,
        AliasCommand::History => print_report(&history::history(&alias).await?, place)?,
        AliasCommand::Doctor(args) => {
            let examined = doctor::doctor(&alias, &args).await?;
            print_report(&examined, place)?;
            return Ok(examined.exit());
        }
        AliasCommand::Policy(args) => {
            print_report(&policy::policy(&alias, &args).await?, place)?;
        }
        AliasCommand::Prune(args) => print_report(&prune::prune(&alias, &args).await?, place)?,
        AliasCommand::Destroy(args) => {
            print_report(&destroy::destroy(&alias, &args).await?, place)?;
        }
        AliasCommand::Traffic(args) => {
            print_report(&traffic::traffic(&alias, &args).await?, place)?;
        }
    }
    Ok(Exit::Done)
}

async fn take_up(
    place: &Place,
    alias: &AliasHandle,
    args: &ResumeArgs,
    once: bool,
) -> Result<Exit> {
    let reporter = Reporter::new(place)?;
    let ended = resume::resume(alias, args, &reporter, once).await;
    reporter.end(ended)
}
