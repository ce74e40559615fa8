//! One execution environment: a process running a version's bootstrap, one invocation at a time.

use std::{
    future::poll_fn,
    process::ExitStatus,
    sync::Arc,
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use tokio::{
    runtime::Handle,
    sync::{oneshot, watch},
    time::sleep_until,
};

use super::{
    connections::Connections,
    extensions::Extensions,
    invocation::Invocation,
    outcome::Outcome,
    output::{CALM, Output},
    retiring::Retiring,
    waiting::{Waiting, Work},
};

/// How long a process has for its end, where it has registered an extension; without one, none.
/// <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html#runtimes-lifecycle-shutdown>
const SHUTDOWN_LIMIT: Duration = Duration::from_millis(500);

/// A running environment. Dropping it kills its processes.
#[derive(Debug)]
pub(super) struct Environment {
    pub(super) waiting: Arc<Waiting>,
    pub(super) extensions: Arc<Extensions>,
    pub(super) output: Output,
    pub(super) exit: watch::Receiver<Option<ExitStatus>>,
    pub(super) group: Option<Pid>,
    pub(super) connections: Connections,
    pub(super) init_duration: Option<Duration>,
    /// A folder for temporary files, removed with the environment.
    pub(super) _tmp: tempfile::TempDir,
    pub(super) idle_since: Instant,
}

/// What became of an invocation that was given to an environment.
pub(super) enum RunResult {
    Ended(Outcome),
    /// The process ended before it took the invocation: it can be given to another.
    NeverTaken,
}

impl Environment {
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

    /// Waits until all extensions that were told of the invocation are done with it, at most until
    /// `deadline`; false if they are not, one has failed, or the process has ended.
    pub(super) async fn comes_to_rest(&mut self, deadline: Instant) -> bool {
        loop {
            let pause = self.output.pass_on();
            let (connections, extensions) = (&mut self.connections, &self.extensions);
            let done = poll_fn(|context| match connections.poll_serve(context) {
                Poll::Pending if extensions.are_done() => Poll::Ready(()),
                Poll::Pending => Poll::Pending,
                Poll::Ready(never) => match never {},
            });
            tokio::select! {
                biased;
                () = done => {
                    self.output.pass_on();
                    return !self.extensions.have_failed();
                }
                _ = exited(&mut self.exit) => return false,
                () = sleep_until(deadline.into()) => return false,
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Whether nobody there is busy with an invocation any more.
    pub(super) fn is_at_rest(&self) -> bool {
        self.extensions.are_done()
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

pub(super) async fn exited(exit: &mut watch::Receiver<Option<ExitStatus>>) -> ExitStatus {
    match exit.wait_for(Option::is_some).await.map(|status| *status) {
        Ok(Some(status)) => status,
        // The watching task ends only with the runtime.
        Ok(None) | Err(_) => std::future::pending().await,
    }
}
