//! Totals at one weight, as `verdict` takes them.

use bluegreen_rollout::verdict::{Counts, Stage};

/// Reads `10%:5400/5:600/7`: green's weight, blue's requests and bad ones, and green's.
pub(super) fn parse_stage(text: &str) -> Result<Stage, String> {
    let parse = || {
        let mut parts = text.split(':');
        let (weight, blue, green) = (parts.next()?, parts.next()?, parts.next()?);
        let counts = |pair: &str| {
            let (requests, bad) = pair.split_once('/')?;
            let (requests, bad) = (requests.parse().ok()?, bad.parse().ok()?);
            (bad <= requests).then_some(Counts { requests, bad })
        };
        let stage = Stage {
            rising: false,
            weight: weight.parse().ok()?,
            blue: counts(blue)?,
            green: counts(green)?,
        };
        parts.next().is_none().then_some(stage)
    };
    parse().ok_or_else(|| {
        "give WEIGHT:BLUE/BAD:GREEN/BAD, such as 10%:5400/5:600/7 for 5400 requests of blue, 5 \
         of them bad, and 600 of green, 7 of them bad"
            .to_owned()
    })
}
