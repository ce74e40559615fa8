//! What the deployers did, for the invariants.

use bluegreen_rollout::controller::{Action, Alias, Call, Look};

/// A call that was carried out.
#[derive(Debug, Clone)]
pub(crate) struct Made {
    pub(crate) life: usize,
    pub(crate) kind: Kind,
    pub(crate) from: u64,
    pub(crate) to: u64,
    pub(crate) outcome: Outcome,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    ReadAlias,
    Look,
    MakeWay,
    Write(Action),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Answered,
    Conflict,
    Failed,
    /// Something else was more important.
    Dropped,
}

/// A write that was sent, and on which grounds.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub(crate) life: usize,
    pub(crate) at: u64,
    pub(crate) action: Action,
    pub(crate) looked: Option<Look>,
    /// Whether data of one weight were taken for those of another.
    pub(crate) mixed: bool,
    /// Whether a rollback had been asked for.
    pub(crate) asked: bool,
}

#[derive(Debug, Default)]
pub(crate) struct Log {
    pub(crate) made: Vec<Made>,
    pub(crate) sent: Vec<Sent>,
    /// Rollbacks that were asked for: by which life, and when.
    pub(crate) asks: Vec<(usize, u64)>,
    /// Commands that ended well: in which life, of which step, and when.
    pub(crate) passed: Vec<(usize, usize, u64)>,
    /// When each life ended.
    pub(crate) ended: Vec<u64>,
}

impl Log {
    /// The write that a life sent at this moment.
    pub(crate) fn sent(&self, life: usize, at: u64) -> Option<&Sent> {
        let mut sent = self.sent.iter().rev();
        sent.find(|sent| sent.life == life && sent.at == at)
    }
}

impl Kind {
    pub(crate) fn of(call: &Call) -> Self {
        match call {
            Call::ReadAlias => Self::ReadAlias,
            Call::MakeWay(_) => Self::MakeWay,
            Call::Write(write) => Self::Write(write.action),
            _ => Self::Look,
        }
    }
}

/// Whether the alias is split.
pub(crate) fn is_split(alias: &Alias) -> bool {
    matches!(alias.routing, bluegreen_rollout::Routing::Split { .. })
}
