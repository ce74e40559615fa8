//! Lambda with weighted aliases, and API Gateway in front of them, on one machine.

mod announcement;
mod apigateway;
mod args;
mod callers;
mod calls;
mod changed;
mod clock;
mod cloudwatch;
mod cors;
mod database;
mod faults;
mod iam;
mod lambda;
mod logs;
mod message;
mod operations;
mod page;
mod patience;
mod payload;
mod peer;
mod persister;
mod place;
mod protocol;
mod server;
mod services;
mod shared;
mod store;
mod terminal;
mod tidy;
mod trail;

use std::{
    backtrace::{Backtrace, BacktraceStatus},
    env, fs, io,
    net::SocketAddr,
    panic,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};

use announcement::announcement;
use anyhow::{Context, Result};
use args::Args;
use callers::Callers;
use clap::Parser;
use mimalloc::MiMalloc;
use rustix::{
    fs::Mode,
    process::{WaitOptions, umask},
};
use tempfile::TempDir;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

use faults::Faults;
use lambda::{EXEC_BOOTSTRAP, exec_bootstrap};
use persister::Persister;
use server::Server;
use services::Services;
use store::{Store, workspace_folder};
use terminal::Terminal;
use tidy::keep_tidy;

/// Memory is often given back by another thread than took it, which glibc's allocator does under
/// a lock.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let args: Vec<_> = env::args_os().collect();
    if let [_, first, bootstrap, server] = args.as_slice()
        && first == EXEC_BOOTSTRAP
    {
        let error = exec_bootstrap(Path::new(bootstrap), &server.to_string_lossy());
        eprintln!("failed to start {}: {error}", bootstrap.display());
        return ExitCode::from(126);
    }
    let args = Args::parse();
    // What is kept holds code and the values of environment variables: for this user only.
    umask(Mode::from_raw_mode(0o077));
    let terminal = Terminal::start(args.logs);
    report_panics_to(&terminal);
    let served = serve(args, &terminal);
    wait_for_bootstraps();
    if let Err(error) = &served {
        terminal.error(error);
    }
    terminal.finish();
    match served {
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

/// All of them were killed when the last that knew of them went. What is left is to take note of
/// their end, so that none stays behind as a zombie.
fn wait_for_bootstraps() {
    let deadline = Instant::now() + Duration::from_secs(1);
    // An error means that there is no child any more.
    while let Ok(ended) = rustix::process::wait(WaitOptions::NOHANG) {
        if ended.is_none() && Instant::now() >= deadline {
            return;
        }
        if ended.is_none() {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

#[tokio::main]
async fn serve(args: Args, terminal: &Terminal) -> Result<()> {
    // Signals first: whoever reads the address below may send one at once.
    let stop = stop_signal(terminal.clone()).context("failed to listen for signals")?;
    let listener = listen(SocketAddr::new(args.bind, args.port)).await?;
    let local = listener
        .local_addr()
        .context("failed to read the port's number")?;
    let home = Home::new(&args)?;
    let region = args.region.clone();
    let faults = Faults::new(args.faults.clone(), args.seed);
    let callers = Callers {
        by_address: !local.ip().is_loopback(),
        of_all_users: args.open || !local.ip().is_loopback(),
        named: args.allowed_hosts.clone(),
    };
    let settings = args.settings(local, terminal.clone());
    let services = Services::new(settings, home.folder());
    let services = Arc::new(services.context("failed to make a folder for packages")?);
    let persister = match &home {
        Home::Kept(folder) => Some(restored(&services, folder, &region)?),
        Home::Passing(_) => None,
    };
    announce(terminal, local, &region, &home);
    tokio::spawn(keep_tidy(services.clone(), persister.clone()));
    let server = Server::new(services.clone(), persister, faults, callers);
    server.serve(listener, stop).await;
    services.shut_down().await;
    Ok(())
}

/// Where code and resources are.
enum Home {
    Kept(PathBuf),
    /// Deleted at the end.
    Passing(TempDir),
}

impl Home {
    fn new(args: &Args) -> Result<Self> {
        let kept = args.data.clone().or_else(workspace_folder);
        if let Some(folder) = kept.filter(|_| !args.ephemeral) {
            fs::create_dir_all(&folder)
                .with_context(|| format!("failed to make {}", folder.display()))?;
            return Ok(Self::Kept(folder.canonicalize()?));
        }
        let folder = tempfile::Builder::new().prefix("lambda-local-").tempdir();
        Ok(Self::Passing(
            folder.context("failed to make a folder for packages")?,
        ))
    }

    fn folder(&self) -> &Path {
        match self {
            Self::Kept(folder) => folder,
            Self::Passing(folder) => folder.path(),
        }
    }
}

/// With what was kept in the folder, and keeping what comes.
fn restored(services: &Arc<Services>, folder: &Path, region: &str) -> Result<Arc<Persister>> {
    let store = Store::open(folder, region)?;
    let restored = services.restore(&store);
    restored.with_context(|| {
        format!(
            "what is kept in {} is damaged; move it away to begin anew",
            folder.display()
        )
    })?;
    Ok(Arc::new(Persister::new(services.clone(), store)))
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
