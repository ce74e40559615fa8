//! The headings of the options' help.

pub(super) const WHAT: &str = "What is released";
pub(super) const FAST: &str = "How fast";
pub(super) const JUDGED: &str = "How it is judged";
pub(super) const THEN: &str = "What then";
pub(super) const HOOKS: &str = "Hooks: commands that `sh` runs";
pub(super) const METRICS: &str = "How it looks";
