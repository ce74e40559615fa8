//! The lives of the deployer: it begins, dies, is started anew, by a person or a scheduler.

use bluegreen_rollout::{
    Routing,
    controller::{Alias, Controller, End, NothingToResume, Resumable},
};
use fastrand::Rng;

use crate::{
    cloud::{BLUE, Cloud, GREEN, version},
    log::Log,
    process::Process,
    scenario::Scenario,
};

/// Nobody starts it more often.
const LIVES: usize = 200;
/// A run that is not over by then never will be.
const PATIENCE: u64 = 100_000_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Promoted,
    RolledBack,
    NotBegun,
    Held,
    Moved,
    /// Nobody goes on.
    Abandoned,
}

/// Runs a rollout to its end.
pub(crate) fn drive(scenario: &Scenario) -> (Cloud, Log, Outcome) {
    let (mut cloud, mut log) = (Cloud::new(scenario), Log::default());
    let mut rng = Rng::with_seed(scenario.seed ^ 0xd);
    let mut outcome = Outcome::Abandoned;
    for life in 0..LIVES {
        let ended = live(&mut cloud, &mut log, life, &mut rng);
        log.ended.push(cloud.now);
        assert!(cloud.now < PATIENCE, "seed {}: no end", scenario.seed);
        if let Some(came) = ended {
            outcome = came;
            break;
        }
        let pause = match scenario.tick_every {
            Some(seconds) => seconds * 1000,
            None => rng.u64(1..120_000),
        };
        cloud.advance(cloud.now + pause);
    }
    // What is still on its way lands.
    cloud.advance(cloud.now + 60_000);
    (cloud, log, outcome)
}

/// One life; none where somebody will go on.
fn live(cloud: &mut Cloud, log: &mut Log, life: usize, rng: &mut Rng) -> Option<Outcome> {
    let scenario = cloud.scenario.clone();
    let controller = match controller(cloud, life) {
        Ok(controller) => controller,
        Err(outcome) => return Some(outcome),
    };
    let controller = match scenario.tick_every {
        Some(_) if life > 0 => controller.once(),
        _ => controller,
    };
    let jump = i64::try_from(scenario.clock_jump).unwrap();
    let ahead = if life > 0 { rng.i64(-jump..=jump) } else { 0 };
    let mut process = Process::new((cloud, log), life, controller, ahead);
    match process.live() {
        Ok(End::Promoted(_)) => Some(Outcome::Promoted),
        Ok(End::RolledBack(_)) => Some(Outcome::RolledBack),
        Ok(End::NotBegun(_)) => Some(Outcome::NotBegun),
        Ok(End::Held(_)) => Some(Outcome::Held),
        Ok(End::Moved(_)) => Some(Outcome::Moved),
        Ok(End::Left(_) | End::Failed(_)) if life > 20 => Some(Outcome::Abandoned),
        Ok(End::Left(_) | End::Paused | End::Failed(_)) | Err(_) => None,
    }
}

fn controller(cloud: &mut Cloud, life: usize) -> Result<Controller, Outcome> {
    let alias = read_alias(cloud);
    let scenario = &cloud.scenario;
    let settings = scenario.settings;
    let found = match Resumable::found(&alias) {
        Ok(found) => found,
        Err(NothingToResume::Promoted(_)) => return Err(Outcome::Promoted),
        Err(NothingToResume::RolledBack { .. }) => return Err(Outcome::RolledBack),
        Err(NothingToResume::Elsewhere(Routing::All(blue))) if blue == version(BLUE) => {
            let (plan, run) = (scenario.plan.clone(), format!("run{life}"));
            let begun =
                Controller::begin(alias, version(GREEN), plan, run, scenario.probe, settings);
            return begun.map_err(|_| Outcome::NotBegun);
        }
        Err(_) => return Err(Outcome::Moved),
    };
    if found.rollout.run == "rival" {
        return Err(Outcome::Moved);
    }
    let horizon = scenario.horizon.filter(|_| life == 1);
    let resumed = Controller::resume(found.clone(), horizon, settings);
    // One who asks for a horizon that cannot be is told so, and asks for none.
    let resumed = resumed.or_else(|_| Controller::resume(found, None, settings));
    resumed.map_err(|_| Outcome::Abandoned)
}

/// Reads the alias before the controller is there, as often as it takes.
fn read_alias(cloud: &mut Cloud) -> Alias {
    let pause = cloud.rng.u64(50..500);
    cloud.advance(cloud.now + pause);
    cloud.shown()
}
