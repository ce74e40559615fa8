//! Where an alias sends its traffic, and the moves from one routing to the next.

use std::fmt;

use crate::{MoveError, Version, Weight};

/// Where an alias sends its traffic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Routing {
    /// Everything goes to one version.
    All(Version),
    /// Each invocation goes to `green` with probability `weight`, otherwise to `blue`.
    /// Blue is the alias's version and green its additional one, so that rolling back is only
    /// clearing the weights.
    Split {
        blue: Version,
        green: Version,
        weight: Weight,
    },
    /// AWS itself is moving the alias, as it does while provisioned concurrency is allocated:
    /// it shows a weight of 1 on the version that is being left. Not to be written.
    Settling { from: Version, to: Version },
}

impl Routing {
    /// Reads what `GetAlias` answered: the alias's version, and the additional version with its
    /// share if there is one. A share of 0 is no split.
    #[must_use]
    pub fn observed(version: Version, additional: Option<(Version, f64)>) -> Self {
        match additional {
            Some((other, share)) => match Weight::new(share) {
                Some(weight) => Self::Split {
                    blue: version,
                    green: other,
                    weight,
                },
                None if share > 0.5 => Self::Settling {
                    from: other,
                    to: version,
                },
                None => Self::All(version),
            },
            None => Self::All(version),
        }
    }

    /// The share of traffic, 0 to 1, that this routing sends to `version`.
    #[must_use]
    pub fn share_of(self, version: Version) -> f64 {
        match self {
            Self::All(all) => f64::from(u8::from(all == version)),
            Self::Split { green, weight, .. } if green == version => weight.share(),
            Self::Split { blue, weight, .. } if blue == version => 1.0 - weight.share(),
            Self::Split { .. } => 0.0,
            Self::Settling { from, .. } => f64::from(u8::from(from == version)),
        }
    }

    /// The version that serves everything, or blue of a split: the one that was there first.
    #[must_use]
    pub const fn serving(self) -> Version {
        match self {
            Self::All(version) | Self::Split { blue: version, .. } => version,
            Self::Settling { from, .. } => from,
        }
    }

    /// Whether this is what AWS shows where `to` was written: the same weight but for noise, or an
    /// alias that AWS still moves there.
    #[must_use]
    pub fn leads_to(self, to: Self) -> bool {
        match (self, to) {
            (Self::Settling { to: version, .. }, _) => to == Self::All(version),
            (Self::Split { weight: seen, .. }, Self::Split { weight, .. }) => {
                seen.is_about(weight) && self.versions() == to.versions()
            }
            _ => self == to,
        }
    }

    /// The versions that get traffic, or are to get it, blue first.
    #[must_use]
    pub fn versions(self) -> Vec<Version> {
        match self {
            Self::All(version) => vec![version],
            Self::Split { blue, green, .. } => vec![blue, green],
            Self::Settling { from, to } => vec![from, to],
        }
    }

    /// Gives `green` the share `weight`: starts a split, or reweighs the one there is.
    ///
    /// # Errors
    /// If green already serves everything, if another split is under way, or if AWS is moving
    /// the alias.
    pub fn shift(self, green: Version, weight: Weight) -> Result<Self, MoveError> {
        match self {
            Self::All(blue) if blue == green => Err(MoveError::AlreadyAll(green)),
            Self::All(blue) => Ok(Self::Split {
                blue,
                green,
                weight,
            }),
            Self::Split {
                blue,
                green: current,
                ..
            } if current == green => Ok(Self::Split {
                blue,
                green,
                weight,
            }),
            Self::Split { blue, green, .. } => Err(MoveError::OtherSplit { blue, green }),
            Self::Settling { from, to } => Err(MoveError::Settling { from, to }),
        }
    }

    /// Sends everything to green.
    ///
    /// # Errors
    /// If there is no green, or AWS is moving the alias.
    pub fn promote(self) -> Result<Self, MoveError> {
        match self {
            Self::Split { green, .. } => Ok(Self::All(green)),
            Self::All(version) => Err(MoveError::NoSplit(version)),
            Self::Settling { from, to } => Err(MoveError::Settling { from, to }),
        }
    }
}

/// `version 3`, `version 3 and 10% on version 4`.
impl fmt::Display for Routing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All(version) => write!(f, "version {version}"),
            Self::Split {
                blue,
                green,
                weight,
            } => {
                write!(f, "version {blue} with {weight} on version {green}")
            }
            Self::Settling { from, to } => {
                write!(f, "version {from}, being moved to version {to} by AWS")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Routing;
    use crate::{MoveError, Version, Weight};

    fn v(number: u64) -> Version {
        Version::new(number).unwrap()
    }

    fn split(blue: u64, green: u64, share: f64) -> Routing {
        Routing::Split {
            blue: v(blue),
            green: v(green),
            weight: Weight::new(share).unwrap(),
        }
    }

    #[test]
    fn blue_stays_the_version_until_green_is_promoted() {
        let ten = Weight::new(0.1).unwrap();
        let shifted = Routing::All(v(1)).shift(v(2), ten).unwrap();
        assert_eq!(shifted, split(1, 2, 0.1));
        assert_eq!(
            shifted.shift(v(2), Weight::new(0.5).unwrap()),
            Ok(split(1, 2, 0.5))
        );
        assert_eq!(shifted.promote(), Ok(Routing::All(v(2))));
    }

    #[test]
    fn moves_that_make_no_sense_are_refused() {
        let ten = Weight::new(0.1).unwrap();
        assert_eq!(
            Routing::All(v(2)).shift(v(2), ten),
            Err(MoveError::AlreadyAll(v(2)))
        );
        assert_eq!(
            split(1, 2, 0.1).shift(v(3), ten),
            Err(MoveError::OtherSplit {
                blue: v(1),
                green: v(2)
            })
        );
        assert_eq!(Routing::All(v(1)).promote(), Err(MoveError::NoSplit(v(1))));
        let settling = Routing::Settling {
            from: v(1),
            to: v(2),
        };
        assert!(settling.shift(v(2), ten).is_err());
        assert!(settling.promote().is_err());
    }

    #[test]
    fn what_aws_shows_is_read_as_it_routes() {
        assert_eq!(Routing::observed(v(1), None), Routing::All(v(1)));
        assert_eq!(
            Routing::observed(v(1), Some((v(2), 0.0))),
            Routing::All(v(1))
        );
        assert_eq!(
            Routing::observed(v(1), Some((v(2), 0.25))),
            split(1, 2, 0.25)
        );
        let settling = Routing::observed(v(2), Some((v(1), 1.0)));
        assert_eq!(
            settling,
            Routing::Settling {
                from: v(1),
                to: v(2)
            }
        );
    }

    #[test]
    fn an_alias_that_aws_still_moves_leads_to_where_it_goes() {
        let (from, to) = (v(1), v(2));
        let moving = Routing::Settling { from, to };
        assert!(moving.leads_to(Routing::All(to)));
        assert!(!moving.leads_to(Routing::All(from)));
        assert!(!moving.leads_to(split(1, 2, 0.5)));
    }

    #[test]
    fn a_routing_is_told_in_words() {
        let settling = Routing::Settling {
            from: v(1),
            to: v(2),
        };
        let told = [Routing::All(v(3)), split(1, 2, 0.1), settling].map(|one| one.to_string());
        let words = [
            "version 3",
            "version 1 with 10% on version 2",
            "version 1, being moved to version 2 by AWS",
        ];
        assert_eq!(told, words);
    }

    #[test]
    fn the_noise_of_a_weight_is_nobodys_move() {
        let shown = Routing::observed(v(1), Some((v(2), f64::from(0.77_f32))));
        assert_ne!(shown, split(1, 2, 0.77));
        assert!(shown.leads_to(split(1, 2, 0.77)));
        assert!(!shown.leads_to(split(1, 2, 0.7701)));
        assert!(!shown.leads_to(split(1, 3, 0.77)));
    }

    #[test]
    fn the_shares_of_all_versions_add_up_to_one() {
        for routing in [
            Routing::All(v(1)),
            split(1, 2, 0.3),
            Routing::Settling {
                from: v(1),
                to: v(2),
            },
        ] {
            let total: f64 = (1..4).map(|n| routing.share_of(v(n))).sum();
            assert!((total - 1.0).abs() < 1e-12, "{routing}");
        }
        let shares = [1, 2, 3].map(|number| split(1, 2, 0.25).share_of(v(number)));
        assert_eq!(shares, [0.75, 0.25, 0.0]);
    }
}
