//! Nothing is promoted or rolled back without grounds.

use bluegreen_rollout::{
    Routing,
    controller::Action,
    journal::{Entry, Journal},
    plan::Otherwise,
    signal::Source,
    verdict::Verdict,
};

use crate::{
    cloud::{Accepted, BLUE, EPOCH, GREEN, Writer, version},
    invariants::{Checked, Run, ensure},
    log::Sent,
};

pub(crate) fn check(run: &Run<'_>) -> Checked {
    for write in run.ours() {
        let Writer::Life(life) = write.by else {
            continue;
        };
        let Some(sent) = run.log.sent(life, write.sent) else {
            // Its writer was killed when it had sent it.
            continue;
        };
        // Somebody asked, or nothing was concluded.
        let concluded = !sent.asked && sent.action != Action::Confirm;
        if !run.clock_is_wrong() && concluded {
            ensure(!sent.mixed, "data of one weight were taken for another's")?;
        }
        the_command_has_ended_well(run, sent)?;
        match sent.action {
            Action::Promote => a_promotion_has_its_grounds(run, write, sent)?,
            Action::RollBack => a_rollback_has_its_grounds(run, write)?,
            Action::Shift | Action::Confirm => {}
        }
    }
    Ok(())
}

/// Before the next step and the promotion, in the life that makes it.
fn the_command_has_ended_well(run: &Run<'_>, sent: &Sent) -> Checked {
    let goes_on = matches!(sent.action, Action::Shift | Action::Promote);
    let Some(looked) = sent.looked.as_ref().filter(|_| goes_on) else {
        return Ok(());
    };
    let step = looked.rollout.step();
    let mut passed = run.log.passed.iter();
    let well = passed.any(|(life, of, at)| *life == sent.life && *of == step && *at <= sent.at);
    ensure(
        well || !run.scenario.settings.after_step,
        "a step's command had not ended well before what follows",
    )
}

fn a_promotion_has_its_grounds(run: &Run<'_>, write: &Accepted, sent: &Sent) -> Checked {
    let plan = &run.scenario.plan;
    let steps = plan.strategy.steps();
    if steps.is_empty() {
        return Ok(());
    }
    let Some(looked) = &sent.looked else {
        return Err("green was promoted unseen".to_owned());
    };
    let judged = looked.assessment.as_ref().map(|seen| seen.judgement);
    let Some(judged) = judged else {
        return Err("green was promoted blindly".to_owned());
    };
    ensure(looked.waiting.is_none(), "it was to wait")?;
    ensure(
        !judged.split_is_off,
        "green was promoted though the split was off",
    )?;
    let late = looked.rollout.time_left(looked.at).0 == 0;
    if plan.otherwise == Otherwise::Promote && late {
        return Ok(());
    }
    ensure(
        judged.verdict == Verdict::Promote,
        "green was promoted without a verdict",
    )?;
    ensure(
        run.shifts().len() == steps.len(),
        "green was promoted before its last step",
    )?;
    let took = write.at - run.shifts()[0].at;
    let whole: u64 = steps.iter().map(|step| step.lasts.0).sum();
    let timed = run.clock_is_wrong() || took >= whole * 1000;
    ensure(timed, "green was promoted before its time")?;
    let requests = run.cloud.traffic.green_between(0, write.at / 1000);
    let enough = requests >= plan.rule.fewest_green();
    ensure(enough, "green was promoted without having had enough users")?;
    settled_data_were_enough(run, write)?;
    // Whatever the luck: a green that fails everything, test events too, is never good enough.
    let truly = run.scenario.worse_from == 0 && run.scenario.probe.is_none();
    let shown = run.scenario.said.shows_failures();
    let broken = truly && shown && run.scenario.green_fails >= 1.0;
    ensure(
        !broken || plan.rule.beta > 0.1,
        "a green that fails everything was promoted",
    )
}

/// Requests that may still hang prove nothing.
fn settled_data_were_enough(run: &Run<'_>, write: &Accepted) -> Checked {
    let plan = &run.scenario.plan;
    let settled = plan
        .settled(Source::Lambda, run.scenario.settings.timeout)
        .0;
    let until = (write.at / 1000).saturating_sub(settled);
    let requests = run.cloud.traffic.green_between(0, until);
    let enough = run.clock_is_wrong() || requests >= plan.rule.fewest_green();
    ensure(enough, "green was promoted on data that were not complete")?;
    let said = run.cloud.traffic.said_by_green(run.scenario, write.at);
    let enough = plan.outcomes.is_none() || said >= plan.rule.fewest_green();
    ensure(
        enough,
        "green was promoted though it had not said how it answered",
    )
}

fn a_rollback_has_its_grounds(run: &Run<'_>, write: &Accepted) -> Checked {
    let scenario = run.scenario;
    let journal = Journal::read(&write.after.description);
    let Ok(Some(Entry::RolledBack { reason, at, .. })) = journal.map(|journal| journal.entry)
    else {
        return Err("a rollback says something else".to_owned());
    };
    let passed = |at: Option<u64>| at.is_some_and(|at| at <= write.at);
    let grounds = match reason.as_str() {
        "interrupted" => passed(scenario.signal.map(|(at, _)| at)),
        "alarm checkout, p99" => passed(scenario.alarm_at.map(|at| at * 1000)),
        "the command failed" => !scenario.hook.0,
        reason if reason.starts_with("undecided after") => {
            scenario.plan.otherwise == Otherwise::RollBack
        }
        reason if reason.ends_with("% of all requests fail") => scenario.plan.breaker.is_some(),
        reason => reason.starts_with("errors "),
    };
    ensure(grounds, "green was rolled back without grounds")?;
    let timed = run.clock_is_wrong() || at.unix() <= EPOCH + write.at / 1000;
    ensure(timed, "the journal names a moment that is still to come")?;
    let back = write.after.routing == Routing::All(version(BLUE));
    ensure(back, "a rollback went elsewhere")?;
    let from = write.before.routing.share_of(version(GREEN)) < 1.0;
    ensure(from, "a promotion was taken back")
}
