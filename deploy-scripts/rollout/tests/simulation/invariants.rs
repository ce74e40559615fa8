//! What holds after every run.

use bluegreen_rollout::{
    Routing,
    controller::Resumable,
    journal::{Entry, Journal, MAX_DESCRIPTION},
};

use crate::{
    cloud::{Accepted, BLUE, Cloud, EPOCH, GREEN, Writer, version},
    grounds,
    lives::Outcome,
    log::{Log, is_split},
    prompt,
    rival::CORRECTED,
    scenario::Scenario,
};

/// A run, for those who judge it.
pub(crate) struct Run<'a> {
    pub(crate) scenario: &'a Scenario,
    pub(crate) cloud: &'a Cloud,
    pub(crate) log: &'a Log,
    pub(crate) outcome: Outcome,
}

pub(crate) type Checked = Result<(), String>;

/// Says which invariant is broken.
pub(crate) fn check(run: &Run<'_>) -> Checked {
    nothing_follows_a_foreign_move(run)?;
    each_write_says_what_it_does(run)?;
    the_plan_is_kept(run)?;
    green_gets_no_more_than_planned(run)?;
    each_step_was_seen(run)?;
    grounds::check(run)?;
    prompt::check(run)?;
    the_alias_ends_where_it_says(run)?;
    what_is_left_can_be_taken_up(run)
}

pub(crate) fn ensure(holds: bool, what: &str) -> Checked {
    if holds { Ok(()) } else { Err(what.to_owned()) }
}

impl Run<'_> {
    pub(crate) fn ours(&self) -> impl Iterator<Item = &Accepted> {
        let writes = self.cloud.writes.iter();
        writes.filter(|write| matches!(write.by, Writer::Life(_)))
    }

    /// The writes that gave green another share: one that only confirms a step is none.
    pub(crate) fn shifts(&self) -> Vec<&Accepted> {
        let shifts = self.ours().filter(|write| is_split(&write.after));
        shifts
            .filter(|write| write.after.routing != write.before.routing)
            .collect()
    }

    /// Whether a deployer's clock may be wrong: then it cannot know what belongs to which step.
    pub(crate) fn clock_is_wrong(&self) -> bool {
        self.scenario.clock_jump > 0
    }
}

fn nothing_follows_a_foreign_move(run: &Run<'_>) -> Checked {
    let foreign = |write: &Accepted| matches!(write.by, Writer::Rival(rival) if rival.is_foreign());
    let mut writes = run.cloud.writes.iter();
    let _ = writes.by_ref().find(|write| foreign(write));
    let after = writes.next();
    ensure(
        after.is_none(),
        "something was written over what someone else wrote",
    )
}

/// The journal agrees with the routing that is written beside it, and the user's text is kept.
fn each_write_says_what_it_does(run: &Run<'_>) -> Checked {
    for write in run.ours() {
        let text = &write.after.description;
        let units = text.encode_utf16().count();
        ensure(units <= MAX_DESCRIPTION, "the description is too long")?;
        let journal = Journal::read(text).map_err(|error| error.to_string())?;
        let Some(entry) = journal.entry.clone() else {
            return Err("the journal says nothing".to_owned());
        };
        let same = entry.routing() == write.after.routing;
        ensure(same, "the journal says other than the routing")?;
        let whole = text.starts_with(run.scenario.users_text) || text.starts_with(CORRECTED);
        ensure(whole, "the user's text was cut")?;
        let before = Journal::read(&write.before.description);
        let users = before.map_err(|error| error.to_string())?.user_text;
        ensure(users == journal.user_text, "the user's text was lost")?;
        let bare = Journal {
            user_text: users,
            entry: None,
        };
        let again = bare.with(entry).map(|(text, _)| text);
        ensure(
            again.as_ref() == Ok(text),
            "the entry is not what is read back",
        )?;
    }
    Ok(())
}

fn the_plan_is_kept(run: &Run<'_>) -> Checked {
    for write in run.ours() {
        let Ok(Some(Entry::Rollout(rollout))) =
            Journal::read(&write.after.description).map(|read| read.entry)
        else {
            continue;
        };
        let mut plan = run.scenario.plan.clone();
        if run.scenario.horizon.is_some() && rollout.plan.horizon == run.scenario.horizon {
            plan.horizon = rollout.plan.horizon;
        }
        ensure(
            rollout.plan == plan && rollout.probe == run.scenario.probe,
            "the plan in the journal is another one",
        )?;
    }
    Ok(())
}

fn green_gets_no_more_than_planned(run: &Run<'_>) -> Checked {
    let steps = run.scenario.plan.strategy.steps();
    let shifts = run.shifts();
    let planned = shifts.len() <= steps.len();
    ensure(planned, "there were more steps than planned")?;
    for (index, write) in shifts.iter().enumerate() {
        let share = write.after.routing.share_of(version(GREEN));
        let same = share.to_bits() == steps[index].weight.share().to_bits();
        ensure(same, "green got another share than planned")?;
        let before = index
            .checked_sub(1)
            .map(|before| (shifts[before], &steps[before]));
        if let Some((before, step)) = before
            && !run.clock_is_wrong()
        {
            let lasted = write.at - before.at;
            ensure(lasted >= step.lasts.0 * 1000, "a step was cut short")?;
        }
    }
    Ok(())
}

/// A larger share only for a green that has answered at the share before.
fn each_step_was_seen(run: &Run<'_>) -> Checked {
    if run.clock_is_wrong() {
        return Ok(());
    }
    for pair in run.shifts().windows(2) {
        let (from, to) = (pair[0].at / 1000, pair[1].at / 1000);
        let seen = run.cloud.traffic.green_was_seen_between(from, to);
        ensure(
            seen,
            "a step was made though green had answered nothing at the one before",
        )?;
    }
    Ok(())
}

fn the_alias_ends_where_it_says(run: &Run<'_>) -> Checked {
    let alias = run.cloud.alias();
    let last = run.cloud.writes.last();
    let by_others = last.is_none_or(|last| last.by != Writer::Life(run.log.ended.len() - 1));
    let right = match run.outcome {
        // Late enough, somebody else may have moved it on.
        Outcome::Promoted => by_others || alias.routing == Routing::All(version(GREEN)),
        Outcome::RolledBack => by_others || alias.routing == Routing::All(version(BLUE)),
        Outcome::Held => by_others || is_split(alias),
        // Somebody must have done it: an alias that nobody wrote to is where it was.
        Outcome::Moved => last.is_some() && by_others,
        Outcome::NotBegun => by_others,
        Outcome::Abandoned => true,
    };
    ensure(right, "the alias is not where the deployer says")
}

/// However it ended: the alias is at blue, at green, or in a split that `resume` takes up.
fn what_is_left_can_be_taken_up(run: &Run<'_>) -> Checked {
    let alias = run.cloud.alias();
    let foreign = |write: &Accepted| matches!(write.by, Writer::Rival(rival) if rival.is_foreign());
    if run.cloud.writes.iter().any(foreign) || !is_split(alias) {
        return Ok(());
    }
    let found = Resumable::found(alias).map_err(|error| format!("abandoned: {error}"))?;
    ensure(
        alias.routing.leads_to(found.rollout.routing()),
        "abandoned: the split is not the journal's",
    )?;
    let begun = found.rollout.start().unix() >= EPOCH || run.clock_is_wrong();
    ensure(begun, "abandoned: the journal names no moment of this run")
}
