//! A rollback that was asked for waits for nothing.

use bluegreen_rollout::controller::Action;

use crate::{
    invariants::{Checked, Run, ensure},
    log::{Kind, Made, Outcome},
};

/// Milliseconds within which the write of a rollback is sent.
const AT_ONCE: u64 = 2000;

pub(crate) fn check(run: &Run<'_>) -> Checked {
    for (life, at) in &run.log.asks {
        let made = run.log.made.iter().filter(|made| made.life == *life);
        let made: Vec<&Made> = made.collect();
        is_heeded(&made, *at, run.log.ended[*life])?;
    }
    Ok(())
}

/// From the ask on: a write that is under way is waited for, the alias is read where nobody knows
/// it, and then there is nothing but the write, again and again.
fn is_heeded(made: &[&Made], asked: u64, ended: u64) -> Checked {
    let (before, after): (Vec<&Made>, Vec<&Made>) = made.iter().partition(|made| made.to <= asked);
    let mut is_known = before
        .iter()
        .fold(begins(made), |known, made| made.tells(known));
    let mut since = asked;
    for made in after {
        let waited = made.from.saturating_sub(since);
        ensure(
            waited <= AT_ONCE,
            "a rollback that was asked for had to wait",
        )?;
        match made.kind {
            // Under way when the rollback was asked for.
            _ if made.from < asked => {}
            Kind::Write(Action::RollBack) => {}
            Kind::ReadAlias if !is_known => {}
            _ => {
                return Err(format!(
                    "{made:?} came before a rollback that was asked for"
                ));
            }
        }
        is_known = made.tells(is_known);
        since = made.to;
    }
    ensure(
        ended.saturating_sub(since) <= AT_ONCE + 3000,
        "a rollback that was asked for was not written",
    )
}

impl Made {
    /// Whether the alias is known after this call. What was read may be old: that it is known
    /// shows in the call that follows.
    fn tells(&self, known: bool) -> bool {
        match self.kind {
            Kind::Write(_) => self.outcome != Outcome::Conflict,
            Kind::Look | Kind::MakeWay => true,
            Kind::ReadAlias => known,
        }
    }
}

/// The first alias is read before the controller is there, unless it resumes.
fn begins(made: &[&Made]) -> bool {
    made.first()
        .is_none_or(|first| first.kind != Kind::ReadAlias)
}
