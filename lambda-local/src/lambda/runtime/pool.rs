//! The execution environments of one version: as many as there are invocations at once, up to a
//! limit, reused while they are warm.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::sync::oneshot;

use super::{
    environment::Environment, guard::Guard, retiring::Retiring, starting::NotStarted,
    variables::Initialization,
};
use crate::{
    lambda::{
        model::Snapshot,
        packages::{CodeStore, Use},
    },
    logs::Logs,
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
    pub(super) snapshot: Arc<Snapshot>,
    pub(super) code: Arc<CodeStore>,
    _in_use: Use,
    pub(super) place: Place,
    pub(super) logs: Arc<Logs>,
    pub(super) retiring: Retiring,
    pub(super) guard: Arc<Guard>,
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

    pub(super) async fn acquire(&self) -> Result<Environment, NotStarted> {
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
    pub(super) fn lost(&self) {
        let mut state = self.lock();
        while let Some(next) = state.waiting.pop_front() {
            if next.send(Turn::Start).is_ok() {
                return;
            }
        }
        state.count -= 1;
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
