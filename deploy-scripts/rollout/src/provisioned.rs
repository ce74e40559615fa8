//! Whose provisioned concurrency may be taken back.

use crate::Version;

/// Whether a version's own provisioned concurrency may be given back. `known` is what the caller
/// found there before its rollout, or allocated itself, and `found` what is there now: what
/// somebody else has set since is theirs. `needed` are the versions that any alias sends traffic
/// to, as they are now: a rival's release of the same version counts.
#[must_use]
pub fn may_be_given_back(
    version: Version,
    known: Option<u32>,
    found: Option<u32>,
    needed: &[Version],
) -> bool {
    found.is_some() && found == known && !needed.contains(&version)
}

#[cfg(test)]
mod tests {
    use super::may_be_given_back;
    use crate::Version;

    #[test]
    fn only_what_the_rollout_knows_and_nobody_needs_is_given_back() {
        let [one, two] = [1, 2].map(|number| Version::new(number).unwrap());
        assert!(may_be_given_back(one, Some(5), Some(5), &[two]));
        // Somebody has set it since, or it was given back before.
        assert!(!may_be_given_back(one, None, Some(5), &[two]));
        assert!(!may_be_given_back(one, Some(5), Some(6), &[two]));
        assert!(!may_be_given_back(one, Some(5), None, &[two]));
        // Another alias, or another release, serves from it.
        assert!(!may_be_given_back(one, Some(5), Some(5), &[two, one]));
    }
}
