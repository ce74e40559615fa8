//! Revision ids: AWS's mark of a state.

/// A new revision id: a random UUID, as AWS gives.
pub(crate) fn new_revision() -> String {
    uuid::Uuid::new_v4().to_string()
}
