//! The queries of one call or one alarm: metrics, and expressions over them.

use std::{cell::RefCell, collections::BTreeMap};

use serde::{Deserialize, Serialize};

use super::{
    evaluate::evaluate,
    value::{Scope, Value},
};
use crate::{
    cloudwatch::metrics::{Metric, Series, Sources, Statistic, Window, check_period},
    protocol::Exception,
};

/// Of one call, as on AWS.
const MAX_QUERIES: usize = 500;
/// Expressions that may name one another in a row.
const MAX_CHAIN: usize = 20;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Query {
    pub(crate) id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    metric_stat: Option<MetricStat>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expression: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    return_data: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    period: Option<u64>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct MetricStat {
    metric: Metric,
    period: u64,
    stat: String,
}

impl Query {
    /// Whether its result is part of the answer.
    pub(crate) fn is_returned(&self) -> bool {
        self.return_data != Some(false)
    }

    pub(crate) fn label(&self) -> &str {
        let name = self
            .metric()
            .and_then(|metric| metric.metric_name.as_deref());
        self.label.as_deref().or(name).unwrap_or(&self.id)
    }

    pub(crate) fn metric(&self) -> Option<&Metric> {
        self.metric_stat.as_ref().map(|stat| &stat.metric)
    }

    pub(crate) fn own_period(&self) -> Option<u64> {
        self.metric_stat
            .as_ref()
            .map(|stat| stat.period)
            .or(self.period)
    }
}

/// The queries with the data that they are asked of.
pub(crate) struct Queries<'a> {
    all: &'a [Query],
    sources: &'a Sources,
    window: Window,
    /// Ids of the expressions that are being evaluated: one that needs itself has no value.
    open: RefCell<Vec<&'a str>>,
    /// Values of expressions, each evaluated once however many others name it.
    known: RefCell<BTreeMap<&'a str, Value>>,
}

impl<'a> Queries<'a> {
    pub(crate) fn new(
        all: &'a [Query],
        sources: &'a Sources,
        window: Window,
    ) -> Result<Self, Exception> {
        if all.len() > MAX_QUERIES {
            return Err(Exception::invalid_parameter(format!(
                "The collection MetricDataQueries must not have a size greater than {MAX_QUERIES}."
            )));
        }
        for (index, query) in all.iter().enumerate() {
            if all[..index].iter().any(|other| other.id == query.id) {
                return Err(Exception::invalid_parameter(format!(
                    "The values for parameter id in MetricDataQueries are not unique: {}",
                    query.id
                )));
            }
            query.own_period().map_or(Ok(()), check_period)?;
        }
        Ok(Self {
            all,
            sources,
            window,
            open: RefCell::default(),
            known: RefCell::default(),
        })
    }

    /// The finest period that there is: that of expressions which name none.
    pub(crate) fn period(&self) -> u64 {
        let periods = self.all.iter().filter_map(Query::own_period);
        periods.min().unwrap_or(60).max(1)
    }

    /// A query's result: several series where its expression has several.
    pub(crate) fn results(&self, query: &'a Query) -> Result<Vec<Series>, Exception> {
        Ok(match self.value(query)? {
            Value::Series(series) => vec![series],
            Value::All(all) => all,
            Value::Number(number) => {
                let times = self.beginnings(query.own_period().unwrap_or(self.period()));
                vec![times.into_iter().map(|at| (at, number)).collect()]
            }
        })
    }

    fn value(&self, query: &'a Query) -> Result<Value, Exception> {
        match (&query.metric_stat, &query.expression) {
            (Some(stat), None) => self.series(stat).map(Value::Series),
            (None, Some(expression)) => self.expression(query, expression),
            _ => Err(Exception::invalid_parameter(format!(
                "query '{}' needs either MetricStat or Expression",
                query.id
            ))),
        }
    }

    fn series(&self, stat: &MetricStat) -> Result<Series, Exception> {
        let statistic = Statistic::parse(&stat.stat)?;
        let sources = self.sources;
        Ok(sources.series(&stat.metric, statistic, self.window, stat.period))
    }

    fn expression(&self, query: &'a Query, expression: &str) -> Result<Value, Exception> {
        if let Some(value) = self.known.borrow().get(query.id.as_str()) {
            return Ok(value.clone());
        }
        if self.open.borrow().len() >= MAX_CHAIN {
            return Err(Exception::invalid_parameter(format!(
                "lambda-local follows {MAX_CHAIN} expressions that name one another, not more"
            )));
        }
        if self.open.borrow().contains(&query.id.as_str()) {
            return Err(Exception::invalid_parameter(format!(
                "query '{}' needs itself",
                query.id
            )));
        }
        self.open.borrow_mut().push(&query.id);
        let period = query.own_period().unwrap_or_else(|| self.period());
        let value = evaluate(
            expression,
            &mut Scope {
                of: &mut |id| self.named(id),
                metrics: &|text| self.metrics(text),
                period,
                times: &self.beginnings(period),
            },
        );
        self.open.borrow_mut().pop();
        let value = value?;
        self.known.borrow_mut().insert(&query.id, value.clone());
        Ok(value)
    }

    fn named(&self, id: &str) -> Result<Value, Exception> {
        match self.all.iter().find(|query| query.id == id) {
            Some(query) => self.value(query),
            None => Err(Exception::invalid_parameter(format!(
                "there is no query with id '{id}'"
            ))),
        }
    }

    fn metrics(&self, text: &str) -> Result<Vec<Series>, Exception> {
        let stats = self.all.iter().filter(|query| query.id.contains(text));
        let stats = stats.filter_map(|query| query.metric_stat.as_ref());
        stats.map(|stat| self.series(stat)).collect()
    }

    /// Of the periods that all of the metrics are known for.
    fn beginnings(&self, period: u64) -> Vec<u64> {
        /// As many as CloudWatch gives for one call.
        const MAX: usize = 100_800;
        let metrics = self.all.iter().filter_map(Query::metric);
        let lateness = self.sources.lateness(metrics);
        let (start, end) = self.window.known(period, lateness);
        (start..end).step_by(period as usize).take(MAX).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn evaluated(queries: serde_json::Value) -> Result<Vec<Series>, Exception> {
        let all: Vec<Query> = serde_json::from_value(queries).unwrap();
        let sources = Sources::default();
        let window = Window {
            start: 0,
            end: 120,
            now: 999,
        };
        let queries = Queries::new(&all, &sources, window)?;
        queries.results(&all[0])
    }

    /// Expressions that each name the next one twice, and a number at the end.
    fn chain(length: usize) -> serde_json::Value {
        let expression = |i: usize| match i + 1 == length {
            true => "1".to_owned(),
            false => format!("e{0} + e{0}", i + 1),
        };
        let query = |i| json!({ "Id": format!("e{i}"), "Expression": expression(i) });
        (0..length).map(query).collect()
    }

    #[test]
    fn each_expression_is_evaluated_once_and_a_chain_has_an_end() {
        let sum = f64::from(1 << 19);
        let expected = Series::from([(0, sum), (60, sum)]);
        assert_eq!(evaluated(chain(20)).unwrap(), [expected]);
        assert!(evaluated(chain(500)).is_err());
    }

    #[test]
    fn a_period_that_is_none_is_refused() {
        let query = json!([{ "Id": "a", "Expression": "1", "Period": 0 }]);
        assert!(evaluated(query).is_err());
    }
}
