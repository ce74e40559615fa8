//! Answers that are lost, late or old, and what others write.

use bluegreen_rollout::{
    Routing, Seconds, Weight,
    controller::{Action, Alias, Answer, Call, End, Foreign, Waiting},
    plan::{Otherwise, Plan},
    signal::{Signal, Source},
};

use crate::desk::{Desk, at_blue, plan, samples, settings, v};

fn split(share: f64) -> Routing {
    Routing::Split {
        blue: v(1),
        green: v(2),
        weight: Weight::new(share).unwrap(),
    }
}

#[test]
fn the_first_write_is_tried_again_and_recognised() {
    let mut desk = Desk::new(plan("canary:10%/60s"), settings());
    // It never arrived.
    let write = desk.until_it_writes();
    desk.lost();
    assert_eq!(desk.next(), Call::Wait(Seconds(1)));
    desk.now = 1;
    let again = desk.until_it_writes();
    assert_eq!(
        (again.action, &again.revision),
        (write.action, &write.revision)
    );
    // It was done, and its answer lost.
    desk.write(&again);
    desk.lost();
    desk.at(2);
    assert_eq!(desk.alias.routing, split(0.1));
    // When it was done is known no better than that.
    let rollout = desk.controller.rollout().clone();
    assert_eq!(rollout.started[0].within, Some(Seconds(2)));
}

#[test]
fn a_rivals_rollout_of_the_same_green_is_not_ours() {
    let mut desk = Desk::new(plan("canary:10%/60s"), settings());
    let write = desk.until_it_writes();
    let rival = write.description.replace("run run", "run rival");
    desk.alias = Alias {
        routing: write.routing(),
        description: rival,
        revision: "rival".to_owned(),
    };
    assert!(matches!(desk.until_it_waits(), Call::End(End::Moved(_))));
    assert_eq!(desk.writes, []);
}

/// Six failed requests, then a step whose write fails, then no metrics: the step is the old one,
/// with what was seen of it.
#[test]
fn a_step_whose_write_failed_has_not_begun() {
    let mut desk = Desk::begun(plan("steps:10%/30s,50%/60s"));
    desk.samples = Ok(samples(40, (900, 0), (100, 0)));
    desk.now = 50;
    assert_eq!(desk.until_it_writes().action, Action::Shift);
    desk.lost();
    desk.samples = Err("throttled".to_owned());
    desk.at(52);
    assert_eq!(desk.waiting(), Waiting::Blind("throttled".to_owned()));
    let rollout = desk.controller.rollout().clone();
    assert_eq!((rollout.step(), desk.alias.routing), (1, split(0.1)));
    desk.samples = Ok(samples(40, (900, 300), (100, 60)));
    desk.at(70);
    let seen = desk.looked.unwrap().assessment.unwrap();
    let [blue, green] = seen.counted();
    let failed = green.counts(Signal::Errors).bad;
    assert_eq!((blue.requests, failed), (2700, 180));
}

/// What the versions answered until then belongs to no step: it met the one weight or the other.
#[test]
fn a_step_whose_answer_was_late_has_begun_somewhen() {
    let mut desk = Desk::begun(plan("steps:10%/30s,50%/60s"));
    desk.samples = Ok(samples(40, (900, 0), (100, 0)));
    desk.now = 50;
    let shift = desk.until_it_writes();
    let landed = desk.write(&shift);
    desk.now = 80;
    desk.answered(landed);
    desk.until_it_waits();
    assert!(
        desk.alias.description.contains(" +50~31, run"),
        "{}",
        desk.alias.description
    );
    let rollout = desk.controller.rollout().clone();
    let belongs = |second: u64| {
        rollout.step_of(
            Source::Lambda,
            &samples(120, (1, 0), (1, 0))[second as usize / 10],
        )
    };
    assert_eq!([0, 10, 40].map(belongs), [None, Some(0), Some(0)]);
    assert_eq!(
        [50, 80, 90, 110].map(belongs),
        [None, None, Some(1), Some(1)]
    );
}

#[test]
fn an_old_answer_is_nobodys_move() {
    let mut desk = Desk::begun(plan("canary:10%/60s"));
    desk.now = 10;
    assert_eq!(desk.next(), Call::ReadAlias);
    desk.answered(Answer::Alias(at_blue()));
    assert_eq!(desk.next(), Call::Wait(Seconds(1)));
    desk.at(11);
    assert_eq!(desk.waiting(), Waiting::StepTime(Seconds(50)));
    // Also where the write that made it old was done without an answer.
    let mut desk = Desk::new(plan("canary:10%/60s"), settings());
    let first = desk.until_it_writes();
    desk.write(&first);
    desk.lost();
    desk.at(1);
    desk.now = 20;
    assert_eq!(desk.next(), Call::ReadAlias);
    desk.answered(Answer::Alias(at_blue()));
    assert_eq!(desk.next(), Call::Wait(Seconds(1)));
}

#[test]
fn nothing_is_written_over_a_foreign_move() {
    for found in [Routing::All(v(1)), Routing::All(v(2)), split(0.2)] {
        let mut desk = Desk::begun(plan("canary:10%/60s"));
        desk.samples = Ok(samples(60, (9000, 0), (1000, 0)));
        desk.alias.routing = found;
        desk.alias.revision = "foreign".to_owned();
        let expected = split(0.1);
        let moved = End::Moved(Foreign { expected, found });
        assert_eq!(desk.at(70), Call::End(moved));
    }
    // Another description means another writer, wherever the alias is.
    for text in ["terraform", "bluegreen: v9: 1>2", "bluegreen: "] {
        let mut desk = Desk::begun(plan("canary:10%/60s"));
        desk.alias.description = text.to_owned();
        assert!(matches!(desk.at(70), Call::End(End::Moved(_))), "{text}");
    }
}

/// Whoever ends it with this tool changes the journal, too: what counts is where it was.
#[test]
fn a_promotion_by_hand_is_told_with_from_and_to() {
    let mut desk = Desk::begun(plan("canary:10%/60s"));
    desk.alias.routing = Routing::All(v(2));
    desk.alias.description = "bluegreen: 2 since 2027-01-15T08:01:00Z, before it 1".to_owned();
    let (expected, found) = (split(0.1), Routing::All(v(2)));
    let moved = End::Moved(Foreign { expected, found });
    assert_eq!(desk.at(70), Call::End(moved));
}

#[test]
fn the_users_own_text_may_change_meanwhile() {
    let mut desk = Desk::begun(plan("canary:10%/60s"));
    desk.alias.description = desk.alias.description.replace("mine", "my bluegreen: shop");
    desk.alias.revision = "edited".to_owned();
    desk.controller.stop("interrupted");
    assert!(matches!(desk.at(9), Call::End(End::RolledBack(_))));
    assert_eq!(desk.journal().user_text, "my bluegreen: shop");
}

/// AWS sets a weight of 1 itself, which is nobody's move; but that ends nothing.
#[test]
fn a_settling_alias_heeds_the_horizon_and_a_stop() {
    let settling = |otherwise| {
        let mut desk = Desk::begun(Plan {
            otherwise,
            ..plan("canary:10%/60s")
        });
        let (from, to) = (v(1), v(2));
        desk.alias.routing = Routing::Settling { from, to };
        desk
    };
    let mut desk = settling(Otherwise::Promote);
    desk.at(70);
    assert_eq!(desk.waiting(), Waiting::Settling);
    assert!(matches!(
        desk.at(121),
        Call::End(End::Held(Waiting::Settling))
    ));
    assert!(matches!(
        settling(Otherwise::RollBack).at(121),
        Call::End(End::RolledBack(_))
    ));
    let mut desk = settling(Otherwise::Hold);
    desk.at(20);
    desk.controller.stop("interrupted");
    assert!(matches!(
        desk.until_it_waits(),
        Call::End(End::RolledBack(_))
    ));
}
