//! The part that a version plays for its function's aliases: it decides the colour.

use crate::{clock::Moment, lambda::Function};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Most of an alias's traffic, or all of it.
    Serving,
    /// The share that an alias sends elsewhere.
    Released,
    Other,
}

impl Role {
    /// The class in the page's style.
    pub(super) const fn class(self) -> &'static str {
        match self {
            Self::Serving => "blue",
            Self::Released => "green",
            Self::Other => "grey",
        }
    }

    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Serving => "serves",
            Self::Released => "is released",
            Self::Other => "no alias",
        }
    }
}

/// The parts of all versions that any alias points at. An alias's own version comes first.
#[derive(Debug)]
pub(super) struct Roles(Vec<(String, Role)>);

impl Roles {
    pub(super) fn of(function: &Function, now: Moment) -> Self {
        let aliases = function.aliases();
        let roles = aliases.flat_map(|alias| {
            let parts = [Role::Serving, Role::Released];
            let versions = alias.shares(now).into_iter().map(|(version, _)| version);
            versions.zip(parts)
        });
        Self(roles.collect())
    }

    pub(super) fn role(&self, version: &str) -> Role {
        let found = self.0.iter().find(|(of, _)| of == version);
        found.map_or(Role::Other, |(_, role)| *role)
    }
}
