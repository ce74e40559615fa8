//! In which steps green gets its traffic.

use std::{error::Error, fmt, str::FromStr};

use crate::{Seconds, Weight};

/// A share for green, and how long it lasts at the least.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    pub weight: Weight,
    pub lasts: Seconds,
}

/// How a rollout shifts traffic. All end with everything on green.
#[derive(Debug, Clone, PartialEq)]
pub enum Strategy {
    /// One switch: blue/green.
    AllAtOnce,
    /// `by` more every so often.
    Linear { by: Weight, every: Seconds },
    /// Any list of growing shares; a canary is a list of one.
    Steps(Vec<Step>),
}

impl Strategy {
    /// The splits on the way; none for [`Strategy::AllAtOnce`].
    #[must_use]
    pub fn steps(&self) -> Vec<Step> {
        match self {
            Self::AllAtOnce => Vec::new(),
            Self::Steps(steps) => steps.clone(),
            Self::Linear { by, every } => {
                // Without the noise of the multiplication: 3 times 10 % is 0.3.
                let share = |step: u32| (f64::from(step) * by.share() * 1e9).round() / 1e9;
                let weights = (1..).map_while(|step| Weight::new(share(step)));
                let step = |weight| Step {
                    weight,
                    lasts: *every,
                };
                weights.map(step).collect()
            }
        }
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
        match self {
            Self::AllAtOnce => f.write_str("all-at-once"),
            Self::Linear { by, every } => write!(f, "linear:{by}/{every}"),
            Self::Steps(steps) => {
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
            _ if text == "all-at-once" => Some(Self::AllAtOnce),
            Some(("canary", step)) => read_step(step).map(|step| Self::Steps(vec![step])),
            Some(("linear", step)) => read_step(step).map(|step| Self::Linear {
                by: step.weight,
                every: step.lasts,
            }),
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

/// Steps of growing weight: a version that gave traffic back would be a rollback.
fn read_steps(text: &str) -> Option<Strategy> {
    let steps = text.split([',', ' ']).map(read_step);
    let steps = steps.collect::<Option<Vec<Step>>>()?;
    let grows = steps.is_sorted_by(|one, next| one.weight < next.weight);
    grows.then_some(Strategy::Steps(steps))
}

/// `CodeDeployDefault.LambdaCanary10Percent5Minutes`, with or without what stands before `Canary`.
fn code_deploys(name: &str) -> Option<Strategy> {
    let name = name.strip_prefix("CodeDeployDefault.").unwrap_or(name);
    let name = name.strip_prefix("Lambda").unwrap_or(name);
    let ten = Weight::new(0.1)?;
    let strategy = match name {
        "AllAtOnce" => Strategy::AllAtOnce,
        _ => match name.strip_prefix("Canary10Percent") {
            Some(rest) => Strategy::Steps(vec![Step {
                weight: ten,
                lasts: minutes(rest, &[5, 10, 15, 30])?,
            }]),
            None => Strategy::Linear {
                by: ten,
                every: minutes(name.strip_prefix("Linear10PercentEvery")?, &[1, 2, 3, 10])?,
            },
        },
    };
    Some(strategy)
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
             steps:1%/10m,5%/30m (growing shares), or a name of CodeDeploy's such as \
             Canary10Percent5Minutes",
            self.0
        )
    }
}

impl Error for ParseStrategyError {}

#[cfg(test)]
mod tests {
    use super::{Strategy, Weight};

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
            "blue:10%/5m",
        ] {
            assert!(text.parse::<Strategy>().is_err(), "{text:?}");
        }
    }
}
