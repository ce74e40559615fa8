//! The program: its command line, its signals, and what it says at its start and end.

mod args;

use std::{
    backtrace::{Backtrace, BacktraceStatus},
    io,
    net::SocketAddr,
    panic,
    process::ExitCode,
};

use anyhow::{Context, Result};
use clap::{CommandFactory, Parser};
use clap_mangen::Man;
use rustix::{fs::Mode, process::umask};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

use self::args::Args;
use crate::{announcement::announcement, home::Home, instance::Instance, terminal::Terminal};

pub fn main() -> ExitCode {
    // What whoever started the server had open is not the functions'.
    close_fds::set_fds_cloexec(3, &[]);
    let args = Args::parse();
    if args.man {
        return print_man();
    }
    let terminal = Terminal::start(args.logs);
    report_panics_to(&terminal);
    let served = serve(args, &terminal);
    if let Err(error) = &served {
        terminal.error(error);
    }
    terminal.finish();
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn print_man() -> ExitCode {
    match Man::new(Args::command()).render(&mut io::stdout()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// A panic is one task's end: not that of a thread which waits for whoever reads standard error.
fn report_panics_to(terminal: &Terminal) {
    let terminal = terminal.clone();
    panic::set_hook(Box::new(move |panic| {
        let backtrace = Backtrace::capture();
        match backtrace.status() {
            BacktraceStatus::Captured => terminal.warn(format_args!("{panic}\n{backtrace}")),
            _ => terminal.warn(panic),
        }
    }));
}

#[tokio::main]
async fn serve(args: Args, terminal: &Terminal) -> Result<()> {
    // Signals first: whoever reads the address below may send one at once.
    let stop = stop_signal(terminal.clone()).context("failed to listen for signals")?;
    let listener = listen(SocketAddr::new(args.bind, args.port)).await?;
    let local = listener
        .local_addr()
        .context("failed to read the port's number")?;
    // What is kept holds code and the values of environment variables: for this user only.
    umask(Mode::from_raw_mode(0o077));
    let home = args.home()?;
    let (callers, options) = (args.callers(local), args.options());
    let region = options.place.region.clone();
    let instance = Instance::new(listener, &home, options, callers, terminal.clone())?;
    // What functions write is as on Lambda. What is kept from now on is in folders that are there.
    umask(Mode::from_raw_mode(0o022));
    announce(terminal, local, &region, &home);
    instance.serve(stop).await;
    Ok(())
}

async fn listen(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| {
        let advice = match error.kind() {
            io::ErrorKind::AddrInUse => {
                "; another program has it, perhaps a lambda-local that still runs: stop that one, \
                 or take another port with --port (0 for any)"
            }
            _ => "",
        };
        anyhow::anyhow!("failed to listen on {address}: {error}{advice}")
    })
}

fn announce(terminal: &Terminal, address: SocketAddr, region: &str, home: &Home) {
    let kept = match home {
        Home::Kept(folder) => format!("What you make is kept in {}.", folder.display()),
        Home::Passing(_) => "What you make is forgotten when this ends.".to_owned(),
    };
    terminal.announce(announcement(&format!("http://{address}"), region, &kept));
    if !address.ip().is_loopback() {
        terminal.warn(format_args!(
            "whoever reaches {address} can run code on this machine; there is no authentication"
        ));
    }
}

fn stop_signal(terminal: Terminal) -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => terminal.interrupted(),
            _ = terminate.recv() => (),
        }
    })
}
