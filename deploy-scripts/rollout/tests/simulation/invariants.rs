//! What holds after every run.

use rollout::{Entry, Journal, Otherwise, Routing, Strategy};

use crate::{
    cloud::{Accepted, BLUE, Cloud, EPOCH, GREEN, version},
    deployer::End,
    scenario::Scenario,
};

/// Seconds that a write may take with its retries: a step is measured from before it.
const SLOW_WRITE: u64 = 4;

/// Says which invariant is broken.
pub(crate) fn check(scenario: &Scenario, cloud: &Cloud, end: End) -> Result<(), String> {
    let ours: Vec<&Accepted> = cloud
        .writes
        .iter()
        .filter(|write| !write.by_rival)
        .collect();
    every_write_is_checked(&ours)?;
    nothing_follows_a_foreign_move(cloud)?;
    each_write_says_what_it_does(scenario, &ours)?;
    green_gets_no_more_than_planned(scenario, &ours)?;
    each_step_was_seen(scenario, cloud, &ours)?;
    a_promotion_has_its_grounds(scenario, cloud, &ours)?;
    a_rollback_has_its_grounds(scenario, &ours)?;
    the_alias_ends_where_it_says(cloud, end)
}

fn ensure(holds: bool, what: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(what.to_owned()) }
}

fn every_write_is_checked(ours: &[&Accepted]) -> Result<(), String> {
    let checked = ours.iter().all(|write| write.checked);
    ensure(checked, "the alias was written without its revision id")
}

fn nothing_follows_a_foreign_move(cloud: &Cloud) -> Result<(), String> {
    let foreign = cloud.writes.iter().position(|write| write.by_rival);
    let after = foreign.map_or(0, |index| cloud.writes.len() - index - 1);
    ensure(
        after == 0,
        "something was written over what someone else wrote",
    )
}

/// The journal agrees with the routing that is written beside it, and the user's text is kept.
fn each_write_says_what_it_does(scenario: &Scenario, ours: &[&Accepted]) -> Result<(), String> {
    for write in ours {
        let journal = Journal::read(&write.description);
        ensure(
            journal.agrees_with(write.routing),
            "the journal says other than the routing",
        )?;
        ensure(
            journal.user_text == scenario.users_text,
            "the user's text was lost",
        )?;
        if let Some(Entry::Rollout(rollout)) = &journal.entry {
            ensure(
                rollout.plan == scenario.plan,
                "the plan in the journal is another one",
            )?;
        }
    }
    Ok(())
}

fn green_gets_no_more_than_planned(scenario: &Scenario, ours: &[&Accepted]) -> Result<(), String> {
    let steps = scenario.plan.strategy.steps();
    let shifts = shifts(ours);
    ensure(
        shifts.len() <= steps.len(),
        "there were more steps than planned",
    )?;
    for (index, write) in shifts.iter().enumerate() {
        let share = write.routing.share_of(version(GREEN));
        let planned = steps[index].weight.share();
        ensure(share <= planned, "green got a larger share than planned")?;
        let before = index
            .checked_sub(1)
            .map(|before| (shifts[before], &steps[before]));
        if let Some((before, step)) = before
            && scenario.clock_jump == 0
        {
            ensure(
                write.at + SLOW_WRITE >= before.at + step.lasts.0,
                "a step was cut short",
            )?;
        }
    }
    Ok(())
}

/// A larger share only for a green that has answered at the share before. A deployer whose clock
/// is wrong takes data of one step for those of another.
fn each_step_was_seen(
    scenario: &Scenario,
    cloud: &Cloud,
    ours: &[&Accepted],
) -> Result<(), String> {
    if scenario.clock_jump > 0 {
        return Ok(());
    }
    let shifts = shifts(ours);
    for pair in shifts.windows(2) {
        let seen = cloud.green_requests_between(pair[0].at, pair[1].at);
        ensure(
            seen > 0,
            "a step was made though green had answered nothing at the one before",
        )?;
    }
    Ok(())
}

fn a_promotion_has_its_grounds(
    scenario: &Scenario,
    cloud: &Cloud,
    ours: &[&Accepted],
) -> Result<(), String> {
    let green = Routing::All(version(GREEN));
    let Some(promoted) = ours.iter().find(|write| write.routing == green) else {
        return Ok(());
    };
    let plan = &scenario.plan;
    let took = promoted.at - ours[0].at;
    let alarmed = scenario.alarm_at.is_some_and(|at| at + 60 < promoted.at);
    ensure(!alarmed, "green was promoted while an alarm rang")?;
    // The user may have chosen to promote what is not decided at the horizon.
    let over = scenario.clock_jump > 0 || took + 1 >= plan.horizon().0;
    if plan.otherwise == Otherwise::Promote && over {
        return Ok(());
    }
    let steps = plan.strategy.steps();
    let splits = shifts(ours).len();
    ensure(
        splits == steps.len(),
        "green was promoted before its last step",
    )?;
    let whole: u64 = steps.iter().map(|step| step.lasts.0).sum();
    let timed = scenario.clock_jump > 0 || took + SLOW_WRITE * steps.len() as u64 >= whole;
    ensure(timed, "green was promoted before its time")?;
    let enough = cloud.green_requests() >= plan.rule.fewest_green();
    ensure(enough, "green was promoted without evidence")?;
    // Whatever the luck: a green that fails everything is never good enough.
    let broken = scenario.green_fails >= 1.0 && scenario.worse_from == 0;
    ensure(!broken, "a green that fails everything was promoted")
}

/// The writes that gave green another share: one that only corrects its time is none.
fn shifts<'a>(ours: &[&'a Accepted]) -> Vec<&'a Accepted> {
    let splits = ours
        .iter()
        .copied()
        .filter(|write| matches!(write.routing, Routing::Split { .. }));
    let mut shifts: Vec<&Accepted> = splits.collect();
    shifts.dedup_by_key(|write| write.routing);
    shifts
}

fn a_rollback_has_its_grounds(scenario: &Scenario, ours: &[&Accepted]) -> Result<(), String> {
    for write in ours {
        let journal = Journal::read(&write.description);
        let Some(Entry::RolledBack { reason, at, .. }) = journal.entry else {
            continue;
        };
        let passed = |at: Option<u64>| at.is_some_and(|at| at <= write.at);
        let grounds = match reason.as_str() {
            "interrupted" => passed(scenario.interrupt_at),
            "alarm checkout-p99" => passed(scenario.alarm_at),
            reason if reason.starts_with("undecided after") => {
                scenario.plan.otherwise == Otherwise::RollBack
            }
            reason => reason.starts_with("errors "),
        };
        ensure(grounds, "green was rolled back without grounds")?;
        let timed = scenario.clock_jump > 0 || at.unix() <= EPOCH + write.at;
        ensure(timed, "the journal names a moment that is still to come")?;
    }
    Ok(())
}

fn the_alias_ends_where_it_says(cloud: &Cloud, end: End) -> Result<(), String> {
    let alias = cloud.alias();
    let journal = Journal::read(&alias.description);
    let by_rival = cloud.writes.last().is_some_and(|write| write.by_rival);
    let right = match end {
        End::Promoted => alias.routing == Routing::All(version(GREEN)),
        End::RolledBack => alias.routing == Routing::All(version(BLUE)),
        End::Held => {
            matches!(journal.entry, Some(Entry::Rollout(_))) && journal.agrees_with(alias.routing)
        }
        End::Moved => by_rival,
    };
    ensure(right, "the alias is not where the deployer says")
}

/// All strategies of the scenarios have steps: a single switch has nothing to simulate.
#[test]
fn the_scenarios_shift_in_steps() {
    for seed in 0..100 {
        assert_ne!(Scenario::of(seed).plan.strategy, Strategy::AllAtOnce);
    }
}
