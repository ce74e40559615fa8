//! The start of an execution environment: from its bootstrap's code to its first question for an
//! invocation.

use std::{
    future::poll_fn,
    io,
    path::PathBuf,
    process::Stdio,
    sync::Arc,
    time::{Duration, Instant},
};

use rustix::process::Pid;
use tokio::{process::Command, sync::watch, time::sleep_until};

use super::{
    bootstrap::{self, cannot_start},
    connections::Connections,
    environment::{Environment, exited},
    extensions::Extensions,
    guard::Guard,
    init_report::InitReport,
    outcome::Outcome,
    output::Output,
    runtime_api::{FunctionMetadata, Init, RuntimeApi},
    waiting::Waiting,
};
use crate::{logs::LogStream, terminal::Printed};

/// <https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html>
const INIT_LIMIT: Duration = Duration::from_secs(10);

/// What to start, and with which variables.
#[derive(Debug, Clone)]
pub(super) struct Launch {
    pub(super) task_root: PathBuf,
    pub(super) variables: Vec<(String, String)>,
    pub(super) log: LogStream,
    pub(super) report: InitReport,
    pub(super) function: FunctionMetadata,
    pub(super) guard: Arc<Guard>,
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
        let report = launch.report.clone();
        let spawned = Self::spawn(launch, init).await;
        let mut environment =
            spawned.map_err(|error| Outcome::NotStarted(format!("fork/exec: {error}")))?;
        environment.output.add(report.start());
        let failed = environment.initialized(&mut progress).await.err();
        let took = started.elapsed();
        if failed.is_some() {
            environment.kill();
        }
        environment.output.add(report.end(failed.as_ref(), took));
        if let Some(outcome) = failed {
            let (_, printed) = environment.output.end([]);
            return Err(NotStarted { outcome, printed });
        }
        environment.init_duration = Some(took);
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
