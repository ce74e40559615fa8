//! What clients put of a metric or functions print, and what is kept of it.

use serde::Deserialize;

use super::{dimensions::Dimension, statistic::Statistic};
use crate::protocol::Exception;

/// Different values that one second of a metric keeps for percentiles; of more, the rest counts
/// for the sums only.
const MAX_VALUES: usize = 1000;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Datum {
    pub(crate) metric_name: String,
    #[serde(default)]
    pub(crate) dimensions: Vec<Dimension>,
    pub(crate) timestamp: Option<f64>,
    value: Option<f64>,
    #[serde(default)]
    values: Vec<f64>,
    #[serde(default)]
    counts: Vec<f64>,
    statistic_values: Option<StatisticSet>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct StatisticSet {
    sample_count: f64,
    sum: f64,
    minimum: f64,
    maximum: f64,
}

/// What was put in one second, or in many.
#[derive(Debug, Clone, Default)]
pub(crate) struct Values {
    count: f64,
    sum: f64,
    range: Option<(f64, f64)>,
    /// Values with how often each was there.
    each: Vec<(f64, f64)>,
}

impl Datum {
    /// Values of one second since 1970, or of now.
    pub(super) const fn new(
        metric_name: String,
        dimensions: Vec<Dimension>,
        timestamp: Option<f64>,
        values: Vec<f64>,
    ) -> Self {
        Self {
            metric_name,
            dimensions,
            timestamp,
            value: None,
            values,
            counts: Vec::new(),
            statistic_values: None,
        }
    }

    pub(crate) fn check(&self) -> Result<(), Exception> {
        let given = [
            self.value.is_some(),
            !self.values.is_empty(),
            self.statistic_values.is_some(),
        ];
        if given.into_iter().filter(|given| *given).count() != 1 {
            return Err(Exception::invalid_parameter(format!(
                "metric '{}' needs one of Value, Values and StatisticValues",
                self.metric_name
            )));
        }
        if !self.counts.is_empty() && self.counts.len() != self.values.len() {
            return Err(Exception::invalid_parameter(
                "The parameters Values and Counts must be of the same length.",
            ));
        }
        Ok(())
    }

    fn each(&self) -> impl Iterator<Item = (f64, f64)> {
        let values = self.values.iter().enumerate();
        let counted = values.map(|(i, value)| (*value, self.counts.get(i).copied().unwrap_or(1.0)));
        self.value
            .map(|value| (value, 1.0))
            .into_iter()
            .chain(counted)
    }
}

impl Values {
    pub(crate) fn add(&mut self, datum: &Datum) {
        for (value, count) in datum.each() {
            self.count += count;
            self.sum += value * count;
            self.reach(value, value);
            self.keep(value, count);
        }
        if let Some(set) = &datum.statistic_values {
            self.count += set.sample_count;
            self.sum += set.sum;
            self.reach(set.minimum, set.maximum);
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.sum += other.sum;
        if let Some((low, high)) = other.range {
            self.reach(low, high);
        }
        for (value, count) in &other.each {
            self.keep(*value, *count);
        }
    }

    fn reach(&mut self, low: f64, high: f64) {
        self.range = Some(match self.range {
            Some((lowest, highest)) => (lowest.min(low), highest.max(high)),
            None => (low, high),
        });
    }

    fn keep(&mut self, value: f64, count: f64) {
        match self
            .each
            .binary_search_by(|(other, _)| other.total_cmp(&value))
        {
            Ok(index) => self.each[index].1 += count,
            Err(index) if self.each.len() < MAX_VALUES => self.each.insert(index, (value, count)),
            Err(_) => {}
        }
    }

    pub(crate) fn statistic(&self, statistic: Statistic) -> f64 {
        let (low, high) = self.range.unwrap_or_default();
        match statistic {
            Statistic::SampleCount => self.count,
            Statistic::Sum => self.sum,
            Statistic::Average => self.sum / self.count,
            Statistic::Minimum => low,
            Statistic::Maximum => high,
            Statistic::Percentile(share) => self.percentile(share),
            Statistic::TrimmedCount(low, high) => {
                let inside = self.each.iter().filter(|(v, _)| *v > low && *v <= high);
                inside.map(|(_, count)| count).sum()
            }
        }
    }

    fn percentile(&self, share: f64) -> f64 {
        let wanted = share * self.each.iter().map(|(_, count)| count).sum::<f64>();
        let mut seen = 0.0;
        for (value, count) in &self.each {
            seen += count;
            if seen >= wanted {
                return *value;
            }
        }
        self.range.unwrap_or_default().1
    }
}
