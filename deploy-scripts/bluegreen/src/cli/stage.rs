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

#[cfg(test)]
mod tests {
    use super::{Counts, Stage, parse_stage};

    #[test]
    fn totals_are_a_weight_and_what_of_blues_and_greens_requests_was_bad() {
        let stage = Stage {
            rising: false,
            weight: "10%".parse().unwrap(),
            blue: Counts {
                requests: 5400,
                bad: 5,
            },
            green: Counts {
                requests: 7,
                bad: 7,
            },
        };
        assert_eq!(parse_stage("10%:5400/5:7/7"), Ok(stage));
        for wrong in [
            "10%:5400/5:6/7",
            "10%:5400/5",
            "10%:5400/5:7/7:",
            "all:1/0:1/0",
        ] {
            assert!(parse_stage(wrong).is_err(), "{wrong}");
        }
    }
}
