//! In which steps green gets its traffic.

use std::{error::Error, fmt, str::FromStr};

use crate::{Seconds, Weight};

/// More steps than anybody looks at, and than the journal has room for.
const MOST_STEPS: usize = 100;

/// A share for green, and how long it lasts at the least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    pub weight: Weight,
    pub lasts: Seconds,
}

/// How a rollout shifts traffic: in steps of growing shares, at most a hundred. All end with
/// everything on green; without steps that is one switch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Strategy(Vec<Step>);

impl Strategy {
    /// What is done where nothing is said: a tenth, and after five minutes the rest. Soon enough for
    /// a deploy that somebody waits for, and a fault is a tenth of the users' at most.
    pub const DEFAULT: &str = "canary:10%/5m";

    /// The splits on the way; none where everything moves at once.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    #[must_use]
    pub const fn is_all_at_once(&self) -> bool {
        self.0.is_empty()
    }

    /// Steps of growing weight: a version that gave traffic back would be a rollback.
    fn growing(steps: Vec<Step>) -> Option<Self> {
        let grows = steps.is_sorted_by(|one, next| one.weight < next.weight);
        (grows && steps.len() <= MOST_STEPS).then_some(Self(steps))
    }

    /// As much more every time as there is in the first step.
    fn linear(first: Step) -> Option<Self> {
        let weights = (1..).map_while(|number| first.weight.times(number));
        let steps = weights.map(|weight| Step { weight, ..first });
        Self::growing(steps.take(MOST_STEPS + 1).collect())
    }

    fn is_linear(&self) -> bool {
        let again = self.0.first().copied().and_then(Self::linear);
        self.0.len() > 1 && again.as_ref() == Some(self)
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.weight, self.lasts)
    }
}

/// `all-at-once`, `linear:10%/1m`, or the steps: `10%/5m 50%/10m`.
impl fmt::Display for Strategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_slice() {
            [] => f.write_str("all-at-once"),
            [first, ..] if self.is_linear() => write!(f, "linear:{first}"),
            steps => {
                let steps: Vec<String> = steps.iter().map(Step::to_string).collect();
                f.write_str(&steps.join(" "))
            }
        }
    }
}

impl FromStr for Strategy {
    type Err = ParseStrategyError;

    /// Reads `all-at-once`, `canary:10%/5m`, `linear:10%/1m`, `steps:1%/10m,5%/30m`, a bare list
    /// of steps, and the names of
    /// [CodeDeploy's predefined configurations](https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-configurations.html#deployment-configurations-predefined-lambda).
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let read = match text.split_once(':') {
            _ if text == "all-at-once" => Some(Self(Vec::new())),
            Some(("canary", step)) => read_step(step).map(|step| Self(vec![step])),
            Some(("linear", step)) => read_step(step).and_then(Self::linear),
            Some(("steps", steps)) => read_steps(steps),
            Some(_) => None,
            None => code_deploys(text).or_else(|| read_steps(text)),
        };
        read.ok_or_else(|| ParseStrategyError(text.to_owned()))
    }
}

fn read_step(text: &str) -> Option<Step> {
    let (weight, lasts) = text.split_once('/')?;
    Some(Step {
        weight: weight.parse().ok()?,
        lasts: lasts.parse().ok()?,
    })
}

fn read_steps(text: &str) -> Option<Strategy> {
    let steps = text.split([',', ' ']).map(read_step);
    Strategy::growing(steps.collect::<Option<Vec<Step>>>()?)
}

/// `CodeDeployDefault.LambdaCanary10Percent5Minutes`, with or without what stands before `Canary`.
fn code_deploys(name: &str) -> Option<Strategy> {
    let name = name.strip_prefix("CodeDeployDefault.").unwrap_or(name);
    let name = name.strip_prefix("Lambda").unwrap_or(name);
    let ten = Weight::new(0.1)?;
    let step = |time: &str, known: &[u64]| {
        let lasts = minutes(time, known)?;
        Some(Step { weight: ten, lasts })
    };
    if name == "AllAtOnce" {
        return Some(Strategy(Vec::new()));
    }
    match name.strip_prefix("Canary10Percent") {
        Some(rest) => Some(Strategy(vec![step(rest, &[5, 10, 15, 30])?])),
        None => {
            let rest = name.strip_prefix("Linear10PercentEvery")?;
            Strategy::linear(step(rest, &[1, 2, 3, 10])?)
        }
    }
}

/// `5Minutes`, if it is one of those that CodeDeploy has.
fn minutes(text: &str, known: &[u64]) -> Option<Seconds> {
    let number = text.trim_end_matches('s').strip_suffix("Minute")?;
    let number = number
        .parse()
        .ok()
        .filter(|number| known.contains(number))?;
    Some(Seconds(number * 60))
}

/// The text is not a strategy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseStrategyError(String);

impl fmt::Display for ParseStrategyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "'{}' is not a strategy: give all-at-once, canary:10%/5m, linear:10%/1m, \
             steps:1%/10m,5%/30m (growing shares, at most {MOST_STEPS} steps), or a name of CodeDeploy's such as \
             Canary10Percent5Minutes",
            self.0
        )
    }
}

impl Error for ParseStrategyError {}

#[cfg(test)]
mod tests {
    use super::{Strategy, Weight};

    #[test]
    fn steps_of_equal_height_are_linear_however_they_were_said() {
        let said: Strategy = "steps:40%/1m,80%/1m".parse().unwrap();
        assert_eq!(said.to_string(), "linear:40%/1m");
        assert_eq!("linear:40%/1m".parse(), Ok(said));
        let single: Strategy = "canary:60%/1m".parse().unwrap();
        assert_eq!(single.to_string(), "60%/1m");
    }

    fn steps(text: &str) -> Vec<String> {
        let strategy: Strategy = text.parse().unwrap();
        strategy.steps().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn each_form_gives_its_steps() {
        assert!(steps("all-at-once").is_empty());
        assert_eq!(steps("canary:10%/5m"), ["10%/5m"]);
        assert_eq!(
            steps("steps:1%/10m,5%/30m,0.25/1h"),
            ["1%/10m", "5%/30m", "25%/1h"]
        );
        assert_eq!(steps("10%/5m 50%/10m"), ["10%/5m", "50%/10m"]);
        let linear = steps("linear:10%/1m");
        assert_eq!(
            (linear.len(), linear[2].as_str(), linear[8].as_str()),
            (9, "30%/1m", "90%/1m")
        );
        assert_eq!(steps("linear:40%/1m"), ["40%/1m", "80%/1m"]);
    }

    #[test]
    fn linear_weights_are_the_numbers_that_one_would_write() {
        let strategy: Strategy = "linear:10%/1m".parse().unwrap();
        let weights: Vec<Weight> = strategy.steps().iter().map(|step| step.weight).collect();
        let written = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
        assert_eq!(weights, written.map(|share| Weight::new(share).unwrap()));
    }

    #[test]
    fn code_deploys_nine_names_mean_what_they_say() {
        for (name, meaning) in [
            ("AllAtOnce", "all-at-once"),
            ("Canary10Percent5Minutes", "10%/5m"),
            ("LambdaCanary10Percent10Minutes", "10%/10m"),
            (
                "CodeDeployDefault.LambdaCanary10Percent15Minutes",
                "10%/15m",
            ),
            ("Canary10Percent30Minutes", "10%/30m"),
            ("Linear10PercentEvery1Minute", "linear:10%/1m"),
            ("LambdaLinear10PercentEvery2Minutes", "linear:10%/2m"),
            (
                "CodeDeployDefault.LambdaLinear10PercentEvery3Minutes",
                "linear:10%/3m",
            ),
            ("Linear10PercentEvery10Minutes", "linear:10%/10m"),
        ] {
            assert_eq!(name.parse::<Strategy>().unwrap().to_string(), meaning);
            assert_eq!(meaning.parse::<Strategy>(), name.parse());
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "canary",
            "canary:10%",
            "canary:10/5m",
            "canary:10%/5",
            "linear:0%/1m",
            "steps:",
            "steps:50%/1m,10%/1m",
            "steps:10%/1m,10%/1m",
            "Canary20Percent5Minutes",
            "Linear10PercentEvery5Minutes",
            "canary:10%/5m,50%/5m",
            "linear:0.00000001%/1m",
            "linear:0.000001%/1m",
            "linear:0.9%/1m",
            "blue:10%/5m",
        ] {
            assert!(text.parse::<Strategy>().is_err(), "{text:?}");
        }
    }
}
