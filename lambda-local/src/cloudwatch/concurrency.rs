//! How many invocations of a function run at once, and how many of them in environments that were
//! provisioned.

use std::collections::HashMap;

#[derive(Debug, Default)]
pub(crate) struct Concurrency {
    all: u64,
    /// Of each version.
    provisioned: HashMap<String, u64>,
}

/// What an invocation finds that begins. It counts itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Standing {
    pub(crate) all: u64,
    pub(crate) on_demand: u64,
    /// Of its version, where it runs in an environment that was provisioned.
    pub(crate) provisioned: Option<u64>,
}

impl Concurrency {
    /// Counts an invocation of a version for which so many environments are provisioned.
    pub(crate) fn begin(&mut self, version: &str, provisioned: u32) -> Standing {
        self.all += 1;
        let provisioned = match provisioned {
            0 => None,
            limit => self.take(version, limit.into()),
        };
        let ahead: u64 = self.provisioned.values().sum();
        Standing {
            all: self.all,
            on_demand: self.all - ahead,
            provisioned,
        }
    }

    fn take(&mut self, version: &str, limit: u64) -> Option<u64> {
        let used = self.provisioned.entry(version.to_owned()).or_default();
        let is_free = *used < limit;
        *used += u64::from(is_free);
        is_free.then_some(*used)
    }

    pub(crate) fn end(&mut self, version: &str, standing: Standing) {
        self.all -= 1;
        if standing.provisioned.is_some()
            && let Some(used) = self.provisioned.get_mut(version)
        {
            *used -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Concurrency;

    #[test]
    fn what_is_provisioned_is_used_first_and_does_not_count_as_on_demand() {
        let mut running = Concurrency::default();
        let first = running.begin("1", 1);
        assert_eq!(
            (first.all, first.on_demand, first.provisioned),
            (1, 0, Some(1))
        );
        let second = running.begin("1", 1);
        assert_eq!(
            (second.all, second.on_demand, second.provisioned),
            (2, 1, None)
        );
        running.end("1", first);
        running.end("1", second);
        let other = running.begin("2", 0);
        assert_eq!(
            (other.all, other.on_demand, other.provisioned),
            (1, 1, None)
        );
        assert_eq!(running.begin("1", 1).provisioned, Some(1));
    }
}
