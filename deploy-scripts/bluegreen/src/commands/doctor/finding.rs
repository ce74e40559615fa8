//! One thing that was looked at.

use serde::Serialize;

use crate::terminal::{DIM, GREEN, RED, harmless, styled};

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Finding {
    /// What was looked at, in a word.
    check: &'static str,
    pub(crate) state: State,
    what: String,
    /// Where clients reach the alias, where that was looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) address: Option<String>,
    /// The command, or the deed, that mends it.
    #[serde(skip_serializing_if = "Option::is_none")]
    mend: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum State {
    Good,
    /// Nothing breaks, or it could not be looked at.
    Warning,
    /// A rollout would not do what it says.
    Problem,
}

impl Finding {
    pub(super) fn good(check: &'static str, what: impl Into<String>) -> Self {
        Self::new(check, State::Good, what, None)
    }

    pub(super) fn warning(check: &'static str, what: impl Into<String>) -> Self {
        Self::new(check, State::Warning, what, None)
    }

    /// Where AWS did not let us look.
    pub(super) fn unseen(check: &'static str, error: &impl std::fmt::Display) -> Self {
        Self::warning(check, format!("could not be looked at: {error:#}"))
    }

    pub(super) fn problem(
        check: &'static str,
        what: impl Into<String>,
        mend: impl Into<String>,
    ) -> Self {
        Self::new(check, State::Problem, what, Some(mend.into()))
    }

    fn new(
        check: &'static str,
        state: State,
        what: impl Into<String>,
        mend: Option<String>,
    ) -> Self {
        Self {
            check,
            state,
            what: what.into(),
            address: None,
            mend,
        }
    }

    pub(super) fn at(self, address: &str) -> Self {
        Self {
            address: Some(address.to_owned()),
            ..self
        }
    }

    pub(super) fn is_problem(&self) -> bool {
        self.state == State::Problem
    }

    /// `versions: …; mend it with: …`.
    pub(super) fn text(&self) -> String {
        let (check, what) = (self.check, harmless(&self.what));
        match &self.mend {
            Some(mend) => format!("{check}: {what}\n  mend it: {mend}"),
            None => format!("{check}: {what}"),
        }
    }

    pub(super) fn line(&self) -> String {
        let mark = match self.state {
            State::Good => styled(GREEN, "✓"),
            State::Warning => styled(DIM, "?"),
            State::Problem => styled(RED, "✗"),
        };
        let mut line = format!("{mark} {:<9} {}\n", self.check, harmless(&self.what));
        if let Some(mend) = &self.mend {
            line += &format!("  {:<9} mend it: {mend}\n", "");
        }
        line
    }
}
