//! What becomes of a call.

use bluegreen_rollout::controller::Call;

use crate::{cloud::Cloud, scenario::Service};

/// What happens to a call: when it reaches AWS and when its answer is there, after so many
/// milliseconds; and whether AWS takes it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fate {
    pub(crate) arrives: Option<u64>,
    pub(crate) answered: Option<u64>,
    pub(crate) throttled: bool,
    /// The caller's client tried twice: the second try met what the first one did.
    pub(crate) twice: bool,
}

impl Fate {
    /// Chooses what becomes of a call.
    pub(crate) fn of(call: &Call, cloud: &mut Cloud) -> Self {
        let faults = cloud.scenario.faults;
        let throttled = faults.throttled.is_some_and(|(from, seconds, service)| {
            let is_on = (from..from + seconds).contains(&(cloud.now / 1000));
            is_on && service == service_of(call)
        });
        let rng = &mut cloud.rng;
        let quick = rng.u64(5..150);
        let arrives = Some(quick);
        let fate = |arrives, answered, twice| Self {
            arrives,
            answered,
            throttled,
            twice,
        };
        match (rng.f64() / faults.calls.max(1e-9)) as u64 {
            _ if throttled => fate(arrives, Some(2 * quick), false),
            // It never arrives; it is done, but the answer is lost; it takes long.
            0 => fate(None, None, false),
            1 => fate(arrives, None, false),
            2 => fate(arrives, Some(rng.u64(200..25_000)), false),
            // It comes to AWS late: maybe after the caller has given up.
            3 => {
                let late = rng.u64(200..40_000);
                fate(Some(late), Some(late + quick), false)
            }
            4 => fate(arrives, Some(1000 + quick), true),
            _ => fate(arrives, Some(2 * quick), false),
        }
    }
}

fn service_of(call: &Call) -> Service {
    match call {
        Call::ReadMetrics(_) => Service::Metrics,
        Call::ReadAlarms(_) => Service::Alarms,
        _ => Service::Lambda,
    }
}
