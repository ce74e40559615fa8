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
    Done, Invocation, Outcome,
    environment::{Environment, Launch, Ran},
    log_pump::{LogStream, Mark},
    report::Report,
    variables::lambda_variables,
};
use crate::{
    logs::Logs,
    model::{Place, Snapshot},
};

/// What holds for the environments of every version.
#[derive(Debug, Clone)]
pub(crate) struct Limits {
    /// Environments that one version may have at once. Further invocations wait.
    pub(crate) environments: usize,
    /// How long an environment is kept without an invocation.
    pub(crate) idle: Duration,
}

#[derive(Debug)]
pub(crate) struct Pool {
    snapshot: Arc<Snapshot>,
    place: Place,
    logs: Arc<Logs>,
    limits: Limits,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The one used last is at the end and is used next, so that the others can rest.
    idle: Vec<Environment>,
    waiting: VecDeque<oneshot::Sender<Turn>>,
    /// Environments that exist or are being started.
    count: usize,
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
        place: Place,
        logs: Arc<Logs>,
        limits: Limits,
    ) -> Arc<Self> {
        Arc::new(Self {
            snapshot,
            place,
            logs,
            limits,
            state: Mutex::default(),
        })
    }

    /// Runs one invocation to its end.
    pub(crate) async fn invoke(&self, mut invocation: Invocation, tail: bool) -> Done {
        loop {
            let (environment, invocation_after) = match self.acquire().await {
                Ok(environment) => (environment, invocation),
                Err(outcome) => return self.not_started(outcome, &invocation, tail),
            };
            match self.run(environment, invocation_after, tail).await {
                Ok(done) => return done,
                // The environment had died while it was idle: another takes its place.
                Err(never_taken) => invocation = never_taken,
            }
        }
    }

    /// Ends the environments that have been idle for too long, and the dead ones.
    pub(crate) fn end_idle(&self) {
        let mut state = self.lock();
        let before = state.idle.len();
        let limit = self.limits.idle;
        state
            .idle
            .retain(|env| env.is_alive() && env.idle_since.elapsed() < limit);
        state.count -= before - state.idle.len();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn acquire(&self) -> Result<Environment, Outcome> {
        let wait = {
            let mut state = self.lock();
            while let Some(environment) = state.idle.pop() {
                if environment.is_alive() {
                    return Ok(environment);
                }
                state.count -= 1;
            }
            if state.count < self.limits.environments {
                state.count += 1;
                None
            } else {
                let (turn, wait) = oneshot::channel();
                state.waiting.push_back(turn);
                Some(wait)
            }
        };
        match wait {
            None => self.start().await,
            Some(wait) => match wait.await {
                Ok(Turn::Use(environment)) => Ok(*environment),
                Ok(Turn::Start) | Err(_) => self.start().await,
            },
        }
    }

    async fn start(&self) -> Result<Environment, Outcome> {
        let started = Environment::start(self.launch()).await;
        if started.is_err() {
            self.lost();
        }
        started
    }

    /// Gives an environment back: to the invocation that has waited longest, if one has.
    fn release(&self, mut environment: Environment) {
        environment.idle_since = Instant::now();
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

    async fn run(
        &self,
        mut environment: Environment,
        invocation: Invocation,
        tail: bool,
    ) -> Result<Done, Invocation> {
        let report = Report::new(&self.snapshot, &invocation.request_id);
        environment.log(Mark::Start(report.start()));
        let started = Instant::now();
        let outcome = match environment.run(invocation).await {
            Ran::Ended(outcome) => outcome,
            Ran::NeverTaken(invocation) => {
                self.lost();
                return Err(invocation);
            }
        };
        let duration = started.elapsed();
        let init = environment.take_init_duration();
        for line in report.end(&outcome, duration, init) {
            environment.log(Mark::Line(line));
        }
        let log_tail = if tail {
            environment.log_tail().await
        } else {
            Vec::new()
        };
        if outcome.environment_lives() {
            self.release(environment);
        } else {
            drop(environment);
            self.lost();
        }
        Ok(Done {
            outcome,
            duration,
            log_tail,
        })
    }

    /// The log and the answer of an invocation for which no environment could be started.
    fn not_started(&self, outcome: Outcome, invocation: &Invocation, tail: bool) -> Done {
        let report = Report::new(&self.snapshot, &invocation.request_id);
        let mut lines = vec![report.start()];
        lines.extend(report.end(&outcome, Duration::ZERO, None));
        let stream = self.log_stream();
        for line in &lines {
            self.logs.add(&stream.group, &stream.name, line.clone());
        }
        let log_tail = if tail {
            (lines.join("\n") + "\n").into_bytes()
        } else {
            Vec::new()
        };
        Done {
            outcome,
            duration: Duration::ZERO,
            log_tail,
        }
    }

    fn log_stream(&self) -> LogStream {
        let date = time::OffsetDateTime::now_utc().date();
        let format = time::macros::format_description!("[year]/[month]/[day]");
        let date = date.format(format).unwrap_or_default();
        let name = format!(
            "{date}/[{}]{}",
            self.snapshot.label(),
            Uuid::new_v4().simple()
        );
        LogStream {
            logs: self.logs.clone(),
            group: self.snapshot.configuration.logging.log_group.clone(),
            name: name.into(),
        }
    }

    fn launch(&self) -> Launch {
        let log = self.log_stream();
        let mut variables = lambda_variables(&self.snapshot, &self.place, &log.name);
        let own = self.snapshot.configuration.environment.iter().flatten();
        variables.extend(own.map(|(name, value)| (name.clone(), value.clone())));
        Launch {
            task_root: self.snapshot.code.folder.clone(),
            variables,
            log,
        }
    }
}
