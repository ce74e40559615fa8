//! The user's own commands at the steps of a rollout. They are run by `sh`, with what they may
//! want to know in their environment, and print on standard error.

use std::{
    io,
    process::{ExitStatus, Stdio},
    sync::atomic::{AtomicI32, Ordering},
};

use anyhow::{Context, Result, anyhow};
use bluegreen_rollout::{Rollout, Routing, controller::Write, journal::Entry};
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::{Child, Command};

use super::{Event, Reporter};
use crate::{alias::AliasHandle, cli::HookArgs};

/// When a hook is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hook {
    BeforeTraffic,
    AfterStep,
    AfterPromote,
    AfterRollback,
}

#[derive(Debug)]
pub(crate) struct Hooks {
    args: HookArgs,
    function: String,
    alias: String,
    /// The hook of a step while it runs.
    running: Option<Running>,
}

/// A hook that runs. Dropping it ends it, with all that it has started.
#[derive(Debug)]
struct Running(Child);

/// The process group of the hook that runs, or 0: a program that is left at once drops nothing.
static GROUP: AtomicI32 = AtomicI32::new(0);

/// Ends the hook that runs, with all that it has started.
pub(super) fn end_what_runs() {
    end(GROUP.swap(0, Ordering::Relaxed));
}

fn end(group: i32) {
    if let Some(group) = Pid::from_raw(group) {
        // One that has ended meanwhile needs no end.
        let _ = kill_process_group(group, Signal::KILL);
    }
}

impl Running {
    fn new(child: Child) -> Self {
        let group = child.id().map_or(0, u32::cast_signed);
        GROUP.store(group, Ordering::Relaxed);
        Self(child)
    }

    async fn ended(&mut self) -> io::Result<ExitStatus> {
        let ended = self.0.wait().await;
        // Its number may be another's by now.
        GROUP.store(0, Ordering::Relaxed);
        ended
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let group = self.0.id().map_or(0, u32::cast_signed);
        let _ = GROUP.compare_exchange(group, 0, Ordering::Relaxed, Ordering::Relaxed);
        end(group);
    }
}

/// What a hook gets to know.
struct Occasion<'a> {
    blue: String,
    green: String,
    weight: f64,
    step: usize,
    reason: &'a str,
}

impl Hook {
    const fn option(self) -> &'static str {
        match self {
            Self::BeforeTraffic => "--before-traffic",
            Self::AfterStep => "--after-step",
            Self::AfterPromote => "--after-promote",
            Self::AfterRollback => "--after-rollback",
        }
    }
}

impl Hooks {
    pub(crate) fn new(handle: &AliasHandle, args: &HookArgs) -> Self {
        Self {
            args: args.clone(),
            function: handle.function.clone(),
            alias: handle.alias.clone(),
            running: None,
        }
    }

    /// Runs the hook before the first shift to its end.
    ///
    /// # Errors
    /// If the hook failed: then green gets no traffic.
    pub(crate) async fn before_traffic(
        &self,
        rollout: &Rollout,
        reporter: &Reporter,
    ) -> Result<()> {
        let hook = Hook::BeforeTraffic;
        match self.start(hook, &occasion(rollout, "start"), reporter)? {
            Some(mut running) => check(hook, running.ended().await),
            None => Ok(()),
        }
    }

    /// Starts the hook of the step that the rollout is at.
    pub(super) fn start_step(&mut self, rollout: &Rollout, reporter: &Reporter) -> Result<()> {
        let occasion = occasion(rollout, "step");
        self.running = self.start(Hook::AfterStep, &occasion, reporter)?;
        Ok(())
    }

    /// Waits until the hook of a step ends; for ever where none runs.
    ///
    /// # Errors
    /// If it failed.
    pub(super) async fn step_ended(&mut self) -> Result<()> {
        let Some(running) = &mut self.running else {
            return std::future::pending().await;
        };
        let status = running.ended().await;
        self.running = None;
        check(Hook::AfterStep, status)
    }

    /// Runs a hook after the last write. What it does changes nothing any more, so its failure is
    /// only told.
    pub(super) async fn at_the_end(&mut self, hook: Hook, write: &Write, reporter: &Reporter) {
        // What a step's hook still does is for nothing now.
        self.running = None;
        let occasion = occasion_of(write);
        let ran = async {
            match self.start(hook, &occasion, reporter)? {
                Some(mut running) => check(hook, running.ended().await),
                None => Ok(()),
            }
        };
        if let Err(error) = ran.await {
            reporter.say(&Event::problem(&error));
        }
    }

    fn start(
        &self,
        hook: Hook,
        occasion: &Occasion<'_>,
        reporter: &Reporter,
    ) -> Result<Option<Running>> {
        let command = match hook {
            Hook::BeforeTraffic => &self.args.before_traffic,
            Hook::AfterStep => &self.args.after_step,
            Hook::AfterPromote => &self.args.after_promote,
            Hook::AfterRollback => &self.args.after_rollback,
        };
        let Some(command) = command else {
            return Ok(None);
        };
        reporter.say(&Event::Hook {
            option: hook.option(),
            command: command.clone(),
        });
        let child = Command::new("sh")
            .args(["-c", command])
            .envs(self.variables(occasion))
            .stdin(Stdio::null())
            // Standard output is the deployer's own.
            .stdout(io::stderr())
            .process_group(0)
            .spawn();
        child
            .map(|child| Some(Running::new(child)))
            .with_context(|| format!("failed to start the command of {}", hook.option()))
    }

    fn variables(&self, occasion: &Occasion<'_>) -> Vec<(&'static str, String)> {
        let Self {
            function, alias, ..
        } = self;
        let Occasion { blue, green, .. } = occasion;
        vec![
            ("BLUEGREEN_FUNCTION", function.clone()),
            ("BLUEGREEN_ALIAS", alias.clone()),
            ("BLUEGREEN_BLUE_VERSION", blue.clone()),
            ("BLUEGREEN_GREEN_VERSION", green.clone()),
            ("BLUEGREEN_BLUE", format!("{function}:{blue}")),
            ("BLUEGREEN_GREEN", format!("{function}:{green}")),
            ("BLUEGREEN_WEIGHT", occasion.weight.to_string()),
            ("BLUEGREEN_STEP", occasion.step.to_string()),
            ("BLUEGREEN_REASON", occasion.reason.to_owned()),
        ]
    }
}

fn occasion<'a>(rollout: &Rollout, reason: &'a str) -> Occasion<'a> {
    Occasion {
        blue: rollout.blue.to_string(),
        green: rollout.green.to_string(),
        weight: rollout.weight().map_or(0.0, |weight| weight.share()),
        step: rollout.step(),
        reason,
    }
}

fn occasion_of(write: &Write) -> Occasion<'_> {
    let (blue, green) = match &write.entry {
        Entry::RolledBack { version, green, .. } => (Some(*version), Some(*green)),
        entry => (entry.before().first().copied(), Some(entry.serving())),
    };
    let text = |version: Option<bluegreen_rollout::Version>| {
        version.map_or_else(String::new, |v| v.to_string())
    };
    let weight = match write.routing() {
        Routing::Split { weight, .. } => weight.share(),
        routing => green.map_or(0.0, |green| routing.share_of(green)),
    };
    Occasion {
        blue: text(blue),
        green: text(green),
        weight,
        step: 0,
        reason: &write.reason,
    }
}

fn check(hook: Hook, ended: io::Result<ExitStatus>) -> Result<()> {
    let option = hook.option();
    let status = ended.with_context(|| format!("failed to wait for the command of {option}"))?;
    match status.success() {
        true => Ok(()),
        false => Err(anyhow!("the command of {option} failed: {status}")),
    }
}
