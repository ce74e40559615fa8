//! `ListMetrics`.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::cloudwatch::metrics::{Dimension, Key, NAMESPACE, Name, Sources, describe};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ListMetrics {
    namespace: Option<String>,
    metric_name: Option<String>,
    #[serde(default)]
    dimensions: Vec<Dimension>,
}

pub(crate) fn list(sources: &Sources, request: &ListMetrics, now: u64) -> Value {
    let own = sources.custom.names(now).cloned();
    let all: BTreeSet<Name> = sources
        .lambda
        .names()
        .flat_map(names_of)
        .chain(own)
        .filter(|name| request.wants(name))
        .collect();
    json!({ "Metrics": all.iter().map(describe).collect::<Vec<_>>() })
}

impl ListMetrics {
    fn wants(&self, (namespace, metric, dimensions): &Name) -> bool {
        let has = |wanted: &Dimension| {
            dimensions.iter().any(|(name, value)| {
                *name == wanted.name && wanted.value.as_ref().is_none_or(|wanted| wanted == value)
            })
        };
        self.namespace
            .as_ref()
            .is_none_or(|wanted| wanted == namespace)
            && self
                .metric_name
                .as_ref()
                .is_none_or(|wanted| wanted == metric)
            && self.dimensions.iter().all(has)
    }
}

/// The metrics under which an invocation of this kind counts.
fn names_of((key, metrics): (&Key, Vec<&'static str>)) -> Vec<Name> {
    let dimension = |name: &str, value: &String| (name.to_owned(), value.clone());
    let function = dimension("FunctionName", &key.function);
    let resource = dimension("Resource", &key.resource);
    let executed = key.executed_version.as_ref();
    let executed = executed.map(|version| dimension("ExecutedVersion", version));
    let mut sets: Vec<BTreeSet<(String, String)>> = vec![
        BTreeSet::new(),
        [function.clone()].into(),
        [function.clone(), resource.clone()].into(),
    ];
    sets.extend(executed.map(|executed| [function, resource, executed].into()));
    let named = |set: &BTreeSet<_>| {
        let set = set.clone();
        let metrics = metrics.iter();
        metrics.map(move |metric| (NAMESPACE.to_owned(), (*metric).to_owned(), set.clone()))
    };
    sets.iter().flat_map(named).collect()
}
