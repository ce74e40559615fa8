//! Somebody else who writes to the alias.

use bluegreen_rollout::{
    Routing, Timestamp, Weight,
    controller::{Alias, Answer, Call, Controller, Settings},
    plan::Plan,
};
use fastrand::Rng;

use crate::cloud::{BLUE, EPOCH, GREEN, version};

/// What the user makes of the text in the description.
pub(crate) const CORRECTED: &str = "corrected";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rival {
    /// Back to blue by hand, the description left as it was.
    BackToBlue,
    /// On to green from the console.
    OnToGreen,
    Reweighs,
    /// To another version altogether.
    Terraform,
    /// A rollout of the same green by another deployer.
    SameGreen,
    /// A deployer of a newer version, with a format that nobody here knows.
    Newer,
    /// Nobody's move: the user corrects the text in the description.
    EditsText,
}

impl Rival {
    pub(crate) fn of(rng: &mut Rng) -> Self {
        *rng.choice(&[
            Self::BackToBlue,
            Self::OnToGreen,
            Self::Reweighs,
            Self::Terraform,
            Self::SameGreen,
            Self::SameGreen,
            Self::Newer,
            Self::EditsText,
        ])
        .unwrap()
    }

    pub(crate) fn is_foreign(self) -> bool {
        self != Self::EditsText
    }

    /// What the alias is made, where the rival does something to it in this state.
    pub(crate) fn write(self, alias: &Alias, now: u64) -> Option<(Routing, String)> {
        let split = matches!(alias.routing, Routing::Split { .. });
        let description = alias.description.clone();
        let (blue, green) = (version(BLUE), version(GREEN));
        let weight = Weight::new(0.77).unwrap();
        let reweighed = Routing::Split {
            blue,
            green,
            weight,
        };
        match self {
            Self::SameGreen if alias.routing == Routing::All(blue) => begun(alias, now),
            Self::SameGreen => None,
            Self::Newer => Some((alias.routing, "bluegreen: v9: 3>4 @1".to_owned())),
            _ if !split => None,
            Self::BackToBlue => Some((Routing::All(blue), description)),
            Self::OnToGreen => Some((Routing::All(green), "from the console".to_owned())),
            Self::Reweighs => Some((reweighed, description)),
            Self::Terraform => Some((Routing::All(version(2)), "terraform".to_owned())),
            Self::EditsText => {
                let (_, entry) = description.rsplit_once("bluegreen: ")?;
                Some((alias.routing, format!("{CORRECTED} | bluegreen: {entry}")))
            }
        }
    }
}

fn begun(alias: &Alias, now: u64) -> Option<(Routing, String)> {
    let plan = Plan::new("canary:10%/5m".parse().unwrap());
    let (run, settings) = ("rival".to_owned(), Settings::default());
    let begun = Controller::begin(alias.clone(), version(GREEN), plan, run, None, settings);
    let mut controller = begun.ok()?;
    match controller.next(Timestamp::from_unix(EPOCH + now / 1000)) {
        Call::Write(write) => Some((write.routing(), write.description)),
        other => panic!("{other:?} instead of {:?}", Answer::Done),
    }
}
