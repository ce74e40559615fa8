//! The execution environments of one version: as many as there are invocations at once, up to a
//! limit, reused while they are warm.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::oneshot;
use uuid::Uuid;

use super::{
    environment::{Environment, Launch, NotStarted, RunResult},
    guard::Guard,
    invocation::Invocation,
    outcome::{Done, Outcome},
    output::log_of,
    report::Report,
    retiring::Retiring,
    runtime_api::FunctionMetadata,
    variables::{Initialization, lambda_variables},
};
use crate::{
    lambda::{
        model::Snapshot,
        packages::{CodeStore, Use},
    },
    logs::{LogStream, Logs},
    place::Place,
};

/// What holds for the environments of every version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Limits {
    /// Environments that one version may have at once. Further invocations wait.
    pub(crate) environments: usize,
    /// How long an environment is kept without an invocation.
    pub(crate) idle: Duration,
}

#[derive(Debug)]
pub(crate) struct Pool {
    snapshot: Arc<Snapshot>,
    code: Arc<CodeStore>,
    _in_use: Use,
    place: Place,
    logs: Arc<Logs>,
    retiring: Retiring,
    guard: Arc<Guard>,
    pub(super) limits: Limits,
    /// Held by whoever starts environments ahead.
    pub(super) ahead: tokio::sync::Mutex<()>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
pub(super) struct State {
    /// The one used last is at the end and is used next, so that the others can rest.
    idle: Vec<Environment>,
    waiting: VecDeque<oneshot::Sender<Turn>>,
    /// Environments that exist or are being started.
    pub(super) count: usize,
    /// So many are kept however long they are idle.
    pub(super) kept: usize,
}

/// What an invocation that comes has to do.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "it is taken apart at once, and never kept"
)]
enum Next {
    Idle(Environment),
    Start,
    Wait(oneshot::Receiver<Turn>),
}

/// What an invocation that waited is given.
#[derive(Debug)]
enum Turn {
    Use(Box<Environment>),
    Start,
}

impl Pool {
    pub(crate) fn new(
        snapshot: Arc<Snapshot>,
        code: Arc<CodeStore>,
        place: Place,
        (logs, retiring, guard): (Arc<Logs>, Retiring, Arc<Guard>),
        limits: Limits,
    ) -> Arc<Self> {
        Arc::new(Self {
            _in_use: code.use_of(&snapshot.code),
            snapshot,
            code,
            place,
            logs,
            retiring,
            guard,
            limits,
            ahead: tokio::sync::Mutex::default(),
            state: Mutex::default(),
        })
    }

    /// Runs one invocation to its end.
    pub(crate) async fn invoke(&self, invocation: Invocation, tail: bool) -> Done {
        let invocation = Arc::new(invocation);
        loop {
            let environment = match self.acquire().await {
                Ok(environment) => environment,
                Err(failed) => return self.not_started(failed, &invocation, tail),
            };
            // Otherwise it had died while it was idle, and another takes its place.
            if let Some(done) = self.run(environment, &invocation, tail).await {
                return done;
            }
        }
    }

    /// Ends the environments that have been idle for too long, and the dead ones; passes on what
    /// the others print in the meantime.
    pub(crate) fn tidy(&self) {
        let mut state = self.lock();
        let limit = self.limits.idle;
        let mut spare = state.count.saturating_sub(state.kept);
        let goes = |environment: &mut Environment| {
            if !environment.is_alive() {
                return true;
            }
            let goes = spare > 0 && environment.idle_since.elapsed() >= limit;
            spare -= usize::from(goes);
            goes
        };
        let gone: Vec<Environment> = state.idle.extract_if(.., goes).collect();
        state.count -= gone.len();
        for environment in gone {
            environment.retire(&self.retiring);
        }
        for environment in &mut state.idle {
            environment.output.pass_on();
        }
    }

    /// Environments that exist or are being started.
    pub(crate) fn size(&self) -> usize {
        self.lock().count
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn acquire(&self) -> Result<Environment, NotStarted> {
        loop {
            match self.turn() {
                // Whether it lives is asked of the kernel: not while others wait for the lock.
                Next::Idle(environment) if environment.is_alive() => return Ok(environment),
                Next::Idle(_) => self.lock().count -= 1,
                Next::Start => return self.start(Initialization::OnDemand).await,
                Next::Wait(turn) => {
                    return match turn.await {
                        Ok(Turn::Use(environment)) => Ok(*environment),
                        Ok(Turn::Start) | Err(_) => self.start(Initialization::OnDemand).await,
                    };
                }
            }
        }
    }

    fn turn(&self) -> Next {
        let mut state = self.lock();
        if let Some(environment) = state.idle.pop() {
            return Next::Idle(environment);
        }
        if state.count < self.limits.environments {
            state.count += 1;
            return Next::Start;
        }
        let (turn, wait) = oneshot::channel();
        state.waiting.push_back(turn);
        Next::Wait(wait)
    }

    pub(super) async fn start(&self, kind: Initialization) -> Result<Environment, NotStarted> {
        let started = match self.unpacked().await {
            Ok(()) => Environment::start(self.launch(kind)).await,
            Err(reason) => Err(Outcome::NotStarted(reason).into()),
        };
        if started.is_err() {
            self.lost();
        }
        started
    }

    async fn unpacked(&self) -> Result<(), String> {
        let (code, snapshot) = (self.code.clone(), self.snapshot.clone());
        let whole = tokio::task::spawn_blocking(move || code.make_whole(&snapshot.code));
        whole.await.map_err(|error| error.to_string())?
    }

    /// Gives an environment back: to the invocation that has waited longest, if one has.
    pub(super) fn release(&self, mut environment: Environment) {
        environment.rest();
        let mut state = self.lock();
        let mut turn = Turn::Use(Box::new(environment));
        while let Some(next) = state.waiting.pop_front() {
            match next.send(turn) {
                Ok(()) => return,
                Err(back) => turn = back,
            }
        }
        if let Turn::Use(environment) = turn {
            state.idle.push(*environment);
        }
    }

    /// An environment is gone: whoever waits may start another.
    fn lost(&self) {
        let mut state = self.lock();
        while let Some(next) = state.waiting.pop_front() {
            if next.send(Turn::Start).is_ok() {
                return;
            }
        }
        state.count -= 1;
    }

    /// `None` if the environment died before it took the invocation.
    async fn run(
        &self,
        mut environment: Environment,
        invocation: &Arc<Invocation>,
        tail: bool,
    ) -> Option<Done> {
        let report = self.report(invocation);
        environment.output.begin(report.start(), tail);
        let started = Instant::now();
        let RunResult::Ended(outcome) = environment.run(invocation.clone()).await else {
            self.lost();
            return None;
        };
        let duration = started.elapsed();
        let init = environment.take_init_duration();
        let lives_on = environment.outlives(&outcome);
        if !lives_on && !environment.is_told() {
            environment.kill();
        }
        let last = report.end(&outcome, duration, init);
        let (log_tail, printed) = environment.output.end(last);
        if lives_on {
            self.release(environment);
        } else {
            environment.retire(&self.retiring);
            self.lost();
        }
        Some(Done {
            outcome,
            duration,
            log_tail,
            printed,
        })
    }

    fn report(&self, invocation: &Invocation) -> Report {
        Report::new(self.snapshot.clone(), invocation.request_id.clone())
    }

    /// The log and the answer of an invocation for which no environment could be started.
    fn not_started(&self, failed: NotStarted, invocation: &Invocation, tail: bool) -> Done {
        let NotStarted {
            outcome,
            mut printed,
        } = failed;
        let report = self.report(invocation);
        let lines = report.end(&outcome, Duration::ZERO, None);
        let lines = report.start().into_iter().chain(lines);
        let log_tail = log_of(lines, &self.log_stream(), &mut printed);
        Done {
            outcome,
            duration: Duration::ZERO,
            log_tail: if tail { log_tail } else { Vec::new() },
            printed,
        }
    }

    fn log_stream(&self) -> LogStream {
        let date = time::OffsetDateTime::now_utc().date();
        let format = time::macros::format_description!("[year]/[month]/[day]");
        let date = date.format(format).unwrap_or_default();
        let (version, id) = (self.snapshot.label(), Uuid::new_v4().simple());
        let group = &self.snapshot.configuration.logging.log_group;
        self.logs.stream(group, format!("{date}/[{version}]{id}"))
    }

    fn launch(&self, kind: Initialization) -> Launch {
        let log = self.log_stream();
        let mut variables = lambda_variables(&self.snapshot, &self.place, &log.name, kind);
        let own = self.snapshot.configuration.environment.iter().flatten();
        variables.extend(own.map(|(name, value)| (name.clone(), value.clone())));
        Launch {
            task_root: self.snapshot.code.folder.clone(),
            variables,
            log,
            function: FunctionMetadata {
                function_name: self.snapshot.function.clone(),
                function_version: self.snapshot.label(),
                handler: self.snapshot.configuration.handler.clone(),
                account_id: Some(self.place.account.clone()),
            },
            guard: self.guard.clone(),
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        for environment in state.idle.drain(..) {
            environment.retire(&self.retiring);
        }
    }
}
