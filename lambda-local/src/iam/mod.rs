//! IAM and STS as far as a release needs them: roles with their policies, and who one is. Policies
//! are kept and not judged: what may invoke what is the business of Lambda's own policies.

mod api;
mod role;
mod roles;

use crate::protocol::Operation;
pub(crate) use roles::Iam;

/// The operations that are here.
pub(crate) fn operations() -> Vec<Operation> {
    roles::operations().collect()
}
