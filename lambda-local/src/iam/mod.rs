//! IAM and STS as far as a release needs them: roles with their policies, and who one is. Policies
//! are kept and not judged: what may invoke what is the business of Lambda's own policies.

mod role;
mod roles;

pub(crate) use roles::Iam;
