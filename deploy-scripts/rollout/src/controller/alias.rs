//! The alias that a rollout moves.

use crate::Routing;

/// An alias as `GetAlias` and `UpdateAlias` answer it.
#[derive(Debug, Clone, PartialEq)]
pub struct Alias {
    pub routing: Routing,
    pub description: String,
    pub revision: String,
}
