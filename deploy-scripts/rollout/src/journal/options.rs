//! What of a plan is not what its journal's format implies: `certified=0.05 horizon=20m`.

use std::fmt::Write;

use crate::{
    Probe, Seconds,
    plan::{Metrics, Otherwise, Outcomes, Plan, Strategy},
    signal::Signal,
    verdict::{Counts, Rule},
};

/// What the formats up to now mean where they say nothing. These numbers stay, whatever the
/// defaults are in another version of the tool: a rollout goes on as it was begun.
fn implied(strategy: Strategy) -> Plan {
    Plan {
        strategy,
        rule: Rule {
            alpha: 0.01,
            beta: 0.01,
            tolerated: 0.001,
            certified: 0.01,
        },
        also: Vec::new(),
        horizon: None,
        otherwise: Otherwise::Hold,
        metrics: Metrics {
            period: Seconds(60),
            delay: Seconds(120),
        },
        outcomes: None,
        breaker: None,
        alarms: Vec::new(),
    }
}

pub(super) fn text(plan: &Plan, probe: Option<Probe>) -> String {
    let default = implied(plan.strategy.clone());
    let mut options = Vec::new();
    let mut share = |name: &str, share: f64, default: f64| {
        if share.to_bits() != default.to_bits() {
            options.push(format!("{name}={}", number(share)));
        }
    };
    share("delta", plan.rule.tolerated, default.rule.tolerated);
    share("certified", plan.rule.certified, default.rule.certified);
    share("alpha", plan.rule.alpha, default.rule.alpha);
    share("beta", plan.rule.beta, default.rule.beta);
    share("breaker", plan.breaker.unwrap_or(0.0), 0.0);
    options.extend(plan.signals().filter_map(Signal::option));
    options.extend(plan.horizon.map(|horizon| format!("horizon={horizon}")));
    if plan.otherwise != default.otherwise {
        options.push(format!("otherwise={}", plan.otherwise.name()));
    }
    if plan.metrics != default.metrics {
        options.push(format!("metrics={}", plan.metrics));
    }
    options.extend(plan.outcomes.as_ref().map(outcomes_text));
    if let Some(Probe { blue, green }) = probe {
        let counts = [blue, green].map(|c| format!("{}/{}", c.requests, c.bad));
        options.push(format!("probe={}", counts.join(":")));
    }
    if !plan.alarms.is_empty() {
        let names: Vec<String> = plan.alarms.iter().map(|name| escaped(name)).collect();
        options.push(format!("alarms={}", names.join("|")));
    }
    options.join(" ")
}

/// The shorter way to write a number: chances may be tiny.
fn number(value: f64) -> String {
    let (plain, scientific) = (format!("{value}"), format!("{value:e}"));
    if scientific.len() < plain.len() {
        scientific
    } else {
        plain
    }
}

pub(super) fn parse(strategy: Strategy, text: &str) -> Option<(Plan, Option<Probe>)> {
    let mut plan = implied(strategy);
    let mut probe = None;
    for option in text.split(' ').filter(|option| !option.is_empty()) {
        let (name, value) = option.split_once('=')?;
        match name {
            "delta" => plan.rule.tolerated = value.parse().ok()?,
            "certified" => plan.rule.certified = value.parse().ok()?,
            "alpha" => plan.rule.alpha = value.parse().ok()?,
            "beta" => plan.rule.beta = value.parse().ok()?,
            "breaker" => plan.breaker = Some(value.parse().ok()?),
            "horizon" => plan.horizon = Some(value.parse().ok()?),
            "otherwise" => plan.otherwise = Otherwise::named(value)?,
            "metrics" => plan.metrics = value.parse().ok()?,
            "outcomes" => plan.outcomes = Some(parse_outcomes(value)?),
            "probe" => probe = Some(parse_probe(value)?),
            "alarms" => plan.alarms = value.split('|').map(unescaped).collect::<Option<_>>()?,
            signal => plan.also.push(Signal::of_option(signal, value)?),
        }
    }
    plan.can_be_judged().ok()?;
    Some((plan, probe))
}

/// `1s+30s`, and the names of the metrics where they are the user's own: `|Shop/Requests|Shop/Failed`.
fn outcomes_text(outcomes: &Outcomes) -> String {
    let Outcomes {
        metrics,
        requests,
        bad,
    } = outcomes;
    let names = match *outcomes == Outcomes::of_the_layer(*metrics) {
        true => String::new(),
        false => [requests, bad]
            .map(|name| format!("|{}", escaped(&name.to_string())))
            .concat(),
    };
    format!("outcomes={metrics}{names}")
}

fn parse_outcomes(text: &str) -> Option<Outcomes> {
    let (metrics, names) = text.split_once('|').unwrap_or((text, ""));
    let layers = Outcomes::of_the_layer(metrics.parse().ok()?);
    if names.is_empty() {
        return Some(layers);
    }
    let (requests, bad) = names.split_once('|')?;
    Some(Outcomes {
        requests: unescaped(requests)?.parse().ok()?,
        bad: unescaped(bad)?.parse().ok()?,
        ..layers
    })
}

fn parse_probe(text: &str) -> Option<Probe> {
    let (blue, green) = text.split_once(':')?;
    Some(Probe {
        blue: parse_counts(blue)?,
        green: parse_counts(green)?,
    })
}

fn parse_counts(text: &str) -> Option<Counts> {
    let (requests, bad) = text.split_once('/')?;
    Some(Counts {
        requests: requests.parse().ok()?,
        bad: bad.parse().ok()?,
    })
}

impl Otherwise {
    /// As the command line and the journal write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hold => "hold",
            Self::Promote => "promote",
            Self::RollBack => "rollback",
        }
    }

    /// What has this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let all = [Self::Hold, Self::Promote, Self::RollBack];
        all.into_iter().find(|otherwise| otherwise.name() == name)
    }
}

/// An alarm's name may hold anything, also what separates things here.
fn escaped(name: &str) -> String {
    name.bytes().fold(String::new(), |mut text, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'/' | b':' => {
                text.push(char::from(byte));
            }
            byte => {
                let _ = write!(text, "%{byte:02X}");
            }
        }
        text
    })
}

fn unescaped(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        rest = tail;
        bytes.push(match first {
            b'%' => {
                let (digits, tail) = rest.split_at_checked(2)?;
                rest = tail;
                u8::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()?
            }
            other => *other,
        });
    }
    String::from_utf8(bytes).ok()
}
