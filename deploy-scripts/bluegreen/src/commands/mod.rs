//! One file for each command.

mod alias_move;
mod create;
mod deploy;
mod destroy;
mod doctor;
mod history;
mod init;
mod local;
mod logs;
mod man;
mod policy;
mod promote;
mod prune;
mod publish;
mod resource_policy;
mod resume;
mod rollback;
mod rollout;
mod shift;
mod status;
mod traffic;
mod triggers;
mod verdict;
mod verify;
mod watch;

use std::io;

use anyhow::Result;
use clap::CommandFactory;

use crate::{
    alias::AliasHandle,
    cli::{AliasCommand, Cli, Command, GlobalArgs, ResumeArgs},
    driver::Reporter,
    exit::Exit,
    report::print_report,
};

/// Runs the command and prints its result.
pub(crate) async fn run(cli: Cli) -> Result<Exit> {
    let Cli { global, command } = cli;
    match command {
        Command::OnAlias(command) => return on_alias(&global, *command).await,
        Command::Init(args) => print_report(&init::init(&args, &global)?, &global)?,
        Command::Verdict(args) => print_report(&verdict::verdict(&args)?, &global)?,
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "bluegreen", &mut io::stdout());
        }
        Command::Man { folder } => man::write(&folder)?,
        Command::Local { options } => return Err(local::start(&options)),
    }
    Ok(Exit::Done)
}

async fn on_alias(global: &GlobalArgs, command: AliasCommand) -> Result<Exit> {
    let handle = AliasHandle::connect(global, command.package()).await?;
    match command {
        AliasCommand::Create(args) => print_report(&create::create(&handle, args).await?, global)?,
        AliasCommand::Publish(args) => {
            print_report(&publish::publish(&handle, &args).await?, global)?;
        }
        AliasCommand::Verify(args) => {
            let verified = verify::verify(&handle, &args).await?;
            print_report(&verified, global)?;
            return Ok(verified.exit());
        }
        AliasCommand::Rollout(args) => {
            let reporter = Reporter::new(global, args.release.watch.outputs.as_deref())?;
            let ended = rollout::rollout(&handle, &args, &reporter).await;
            return reporter.end(ended);
        }
        AliasCommand::Deploy(args) => {
            let reporter = Reporter::new(global, args.release.watch.outputs.as_deref())?;
            let ended = deploy::deploy(&handle, args, &reporter).await;
            return reporter.end(ended);
        }
        AliasCommand::Resume(args) => return take_up(global, &handle, &args, false).await,
        AliasCommand::Tick(args) => return take_up(global, &handle, &args, true).await,
        AliasCommand::Shift(args) => print_report(&shift::shift(&handle, &args).await?, global)?,
        AliasCommand::Promote(args) => {
            print_report(&promote::promote(&handle, &args).await?, global)?;
        }
        AliasCommand::Rollback(args) => {
            print_report(&rollback::roll_back(&handle, &args).await?, global)?;
        }
        AliasCommand::Status(args) if args.watch => {
            let reporter = Reporter::new(global, None)?;
            let ended = watch::watch(&handle, &reporter).await;
            return reporter.end(ended);
        }
        AliasCommand::Status(_) => print_report(&status::status(&handle).await?, global)?,
        AliasCommand::History => print_report(&history::history(&handle).await?, global)?,
        AliasCommand::Logs(args) => return logs::logs(&handle, &args, global).await,
        AliasCommand::Doctor(args) => {
            let examined = doctor::doctor(&handle, &args).await?;
            print_report(&examined, global)?;
            return Ok(examined.exit());
        }
        AliasCommand::Policy(args) => {
            print_report(&policy::policy(&handle, &args).await?, global)?;
        }
        AliasCommand::Prune(args) => print_report(&prune::prune(&handle, &args).await?, global)?,
        AliasCommand::Destroy(args) => {
            print_report(&destroy::destroy(&handle, &args).await?, global)?;
        }
        AliasCommand::Traffic(args) => {
            print_report(&traffic::traffic(&handle, &args).await?, global)?;
        }
    }
    Ok(Exit::Done)
}

async fn take_up(
    global: &GlobalArgs,
    handle: &AliasHandle,
    args: &ResumeArgs,
    once: bool,
) -> Result<Exit> {
    let reporter = Reporter::new(global, args.watch.outputs.as_deref())?;
    let ended = resume::resume(handle, args, &reporter, once).await;
    reporter.end(ended)
}
