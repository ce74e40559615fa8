//! One invocation in one of a pool's environments.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    environment::{Environment, RunResult},
    invocation::Invocation,
    outcome::Done,
    output::log_of,
    pool::Pool,
    report::Report,
    starting::NotStarted,
};

impl Pool {
    /// Runs one invocation to its end.
    pub(crate) async fn invoke(self: &Arc<Self>, invocation: Invocation, tail: bool) -> Done {
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

    /// `None` if the environment died before it took the invocation.
    async fn run(
        self: &Arc<Self>,
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
        match lives_on {
            true => self.give_back(environment, report, started + invocation.timeout),
            false => self.part_with(environment),
        }
        Some(Done {
            outcome,
            duration,
            log_tail,
            printed,
        })
    }

    /// It is free for the next invocation when its extensions are done with this one, for which
    /// they have until `deadline`. Whoever invoked does not wait for that.
    fn give_back(
        self: &Arc<Self>,
        mut environment: Environment,
        report: Report,
        deadline: Instant,
    ) {
        if environment.is_at_rest() {
            return self.release(environment);
        }
        let pool = self.clone();
        tokio::spawn(async move {
            if environment.comes_to_rest(deadline).await {
                return pool.release(environment);
            }
            let late = Instant::now() >= deadline;
            environment
                .output
                .end(late.then(|| report.late()).flatten());
            pool.part_with(environment);
        });
    }

    fn part_with(&self, environment: Environment) {
        environment.retire(&self.retiring);
        self.lost();
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
}
