//! One execution environment: a process running a version's bootstrap, one invocation at a time.

use std::{
    future::poll_fn,
    io,
    path::PathBuf,
    process::{ExitStatus, Stdio},
    sync::Arc,
    task::{Context, Waker},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use tokio::{
    process::Command,
    runtime::Handle,
    sync::{oneshot, watch},
    time::sleep_until,
};

use super::{
    bootstrap::{self, cannot_start},
    connections::Connections,
    extensions::Extensions,
    guard::Guard,
    invocation::Invocation,
    outcome::Outcome,
    output::{CALM, Output},
    retiring::Retiring,
    runtime_api::{FunctionMetadata, Init, RuntimeApi},
    waiting::{Waiting, Work},
};
use crate::{logs::LogStream, terminal::Printed};

/// <https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html>
const INIT_LIMIT: Duration = Duration::from_secs(10);

/// How long a process has for its end, where it has registered an extension; without one, none.
/// <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html#runtimes-lifecycle-shutdown>
const SHUTDOWN_LIMIT: Duration = Duration::from_millis(500);

/// What to start, and with which variables.
#[derive(Debug, Clone)]
pub(super) struct Launch {
    pub(super) task_root: PathBuf,
    pub(super) variables: Vec<(String, String)>,
    pub(super) log: LogStream,
    pub(super) function: FunctionMetadata,
    pub(super) guard: Arc<Guard>,
}

/// A running environment. Dropping it kills its processes.
#[derive(Debug)]
pub(super) struct Environment {
    waiting: Arc<Waiting>,
    extensions: Arc<Extensions>,
    pub(super) output: Output,
    exit: watch::Receiver<Option<ExitStatus>>,
    group: Option<Pid>,
    connections: Connections,
    init_duration: Option<Duration>,
    /// A folder for temporary files, removed with the environment.
    _tmp: tempfile::TempDir,
    pub(super) idle_since: Instant,
}

/// Why there is no environment for an invocation.
#[derive(Debug)]
pub(super) struct NotStarted {
    /// The invocation's own.
    pub(super) outcome: Outcome,
    /// What was printed until then.
    pub(super) printed: Printed,
}

impl From<Outcome> for NotStarted {
    fn from(outcome: Outcome) -> Self {
        let printed = Printed::default();
        Self { outcome, printed }
    }
}

/// What became of an invocation that was given to an environment.
pub(super) enum RunResult {
    Ended(Outcome),
    /// The process ended before it took the invocation: it can be given to another.
    NeverTaken,
}

impl Environment {
    /// Starts the bootstrap and waits until it asks for its first invocation.
    ///
    /// # Errors
    /// What becomes of the invocation that this environment was meant for.
    pub(super) async fn start(launch: Launch) -> Result<Self, NotStarted> {
        if let Some(reason) = cannot_start(&launch.task_root) {
            return Err(Outcome::NotStarted(reason).into());
        }
        let started = Instant::now();
        let (init, mut progress) = watch::channel(Init::Running);
        let spawned = Self::spawn(launch, init).await;
        let mut environment =
            spawned.map_err(|error| Outcome::NotStarted(format!("fork/exec: {error}")))?;
        if let Err(outcome) = environment.initialized(&mut progress).await {
            environment.kill();
            let (_, printed) = environment.output.end([]);
            return Err(NotStarted { outcome, printed });
        }
        environment.init_duration = Some(started.elapsed());
        Ok(environment)
    }

    async fn spawn(launch: Launch, init: watch::Sender<Init>) -> io::Result<Self> {
        let waiting = Arc::new(Waiting::default());
        let extensions = Arc::<Extensions>::default();
        let function = launch.function.clone();
        let api = RuntimeApi::new(waiting.clone(), init, extensions.clone(), function);
        let connections = Connections::listen(api).await?;
        let address = connections.address()?;
        let tmp = tempfile::Builder::new().prefix("lambda-").tempdir()?;
        let (reader, writer) = io::pipe()?;
        let mut command = command(&launch, &address.to_string(), tmp.path());
        command.stdout(writer.try_clone()?).stderr(writer);
        let mut child = bootstrap::start(command).await?;
        let group = child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
        let guarded = group.map(|group| launch.guard.watch(group)).transpose()?;
        let output = Output::new(reader, launch.log)?;
        let (exited, exit) = watch::channel(None);
        tokio::spawn(async move {
            let status = child.wait().await.ok();
            drop(guarded);
            exited.send_replace(status)
        });
        Ok(Self {
            waiting,
            extensions,
            output,
            exit,
            group,
            connections,
            init_duration: None,
            _tmp: tmp,
            idle_since: Instant::now(),
        })
    }

    async fn initialized(&mut self, progress: &mut watch::Receiver<Init>) -> Result<(), Outcome> {
        let deadline = tokio::time::Instant::now() + INIT_LIMIT;
        let mut exit = self.exit.clone();
        loop {
            let pause = self.output.pass_on();
            tokio::select! {
                biased;
                never = poll_fn(|context| self.connections.poll_serve(context)) => match never {},
                init = progress.wait_for(|init| !matches!(init, Init::Running)) => {
                    return match init.ok().as_deref() {
                        Some(Init::Failed(reason)) => Err(Outcome::NotInitialized(reason.clone())),
                        _ => Ok(()),
                    };
                }
                status = exited(&mut exit) => return Err(Outcome::Exited(status)),
                () = sleep_until(deadline) => return Err(Outcome::TimedOut(INIT_LIMIT)),
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Asks the kernel: the news of a process that was just killed takes a while to get here.
    pub(super) fn is_alive(&self) -> bool {
        let look = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        let runs = |pid| matches!(waitid(WaitId::Pid(pid), look), Ok(None));
        self.exit.borrow().is_none() && self.group.is_some_and(runs)
    }

    /// How long the start took: given once, for the report of the first invocation.
    pub(super) const fn take_init_duration(&mut self) -> Option<Duration> {
        self.init_duration.take()
    }

    /// Gives the process an invocation and waits for its end, at most for its timeout.
    pub(super) async fn run(&mut self, invocation: Arc<Invocation>) -> RunResult {
        let (reply, mut answer) = oneshot::channel();
        let limit = invocation.timeout;
        let deadline = tokio::time::Instant::now() + limit;
        self.waiting.put(Work {
            invocation,
            reply,
            sent: false,
        });
        let mut look = tokio::time::Instant::now() + CALM;
        loop {
            tokio::select! {
                biased;
                never = poll_fn(|context| self.connections.poll_serve(context)) => match never {},
                answered = &mut answer, if !answer.is_terminated() => if let Ok(outcome) = answered {
                    return RunResult::Ended(outcome);
                },
                status = exited(&mut self.exit) => return match self.waiting.is_unseen() {
                    true => RunResult::NeverTaken,
                    false => RunResult::Ended(Outcome::Exited(status)),
                },
                () = sleep_until(look.min(deadline)) => {
                    let now = tokio::time::Instant::now();
                    if now >= deadline {
                        return RunResult::Ended(Outcome::TimedOut(limit));
                    }
                    look = now + self.output.pass_on();
                }
            }
        }
    }

    /// Nobody waits for the process until it is given another invocation: what it sends meanwhile
    /// wakes nobody.
    pub(super) fn rest(&mut self) {
        self.idle_since = Instant::now();
        let _ = self
            .connections
            .poll_serve(&mut Context::from_waker(Waker::noop()));
    }

    /// Whether it can take another invocation after one that ended so.
    pub(super) fn outlives(&self, outcome: &Outcome) -> bool {
        outcome.environment_lives() && !self.extensions.have_failed()
    }

    /// Ends its processes as Lambda does: they are told, if they have registered an extension, and
    /// killed.
    pub(super) fn retire(self, retiring: &Retiring) {
        if self.is_told()
            && let Ok(server) = Handle::try_current()
        {
            let retired = retiring.one();
            server.spawn(async move {
                self.shut_down().await;
                drop(retired);
            });
        }
    }

    /// Whether its processes are told before they are killed.
    pub(super) fn is_told(&self) -> bool {
        self.extensions.are_there()
    }

    /// What they still print goes to the log.
    async fn shut_down(mut self) {
        let deadline = tokio::time::Instant::now() + SHUTDOWN_LIMIT;
        if let Some(group) = self.group {
            // An error means that they have ended.
            let _ = kill_process_group(group, Signal::TERM);
        }
        loop {
            let pause = self.output.pass_on();
            tokio::select! {
                biased;
                never = poll_fn(|context| self.connections.poll_serve(context)) => match never {},
                _ = exited(&mut self.exit) => return,
                () = sleep_until(deadline) => return,
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Ends its processes: before the rest of what they print is read, which may have no end.
    pub(super) fn kill(&mut self) {
        if let Some(group) = self.group.take() {
            // The whole group: a bootstrap may have started processes of its own. An error means
            // that they have ended.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

impl Drop for Environment {
    fn drop(&mut self) {
        self.kill();
    }
}

fn command(launch: &Launch, api: &str, tmp: &std::path::Path) -> Command {
    let mut command = Command::new(launch.task_root.join("bootstrap"));
    command
        .current_dir(&launch.task_root)
        .env_clear()
        .envs(launch.variables.iter().map(|(name, value)| (name, value)))
        .env("AWS_LAMBDA_RUNTIME_API", api)
        .env("TMPDIR", tmp)
        .stdin(Stdio::null())
        // A group of its own, so that Ctrl-C in the terminal reaches the server alone.
        .process_group(0)
        .kill_on_drop(true);
    command
}

async fn exited(exit: &mut watch::Receiver<Option<ExitStatus>>) -> ExitStatus {
    match exit.wait_for(Option::is_some).await.map(|status| *status) {
        Ok(Some(status)) => status,
        // The watching task ends only with the runtime.
        Ok(None) | Err(_) => std::future::pending().await,
    }
}
