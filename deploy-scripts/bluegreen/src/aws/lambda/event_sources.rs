//! Event source mappings: queues and streams from which Lambda itself invokes a function.

use super::{AwsError, Lambda};

impl Lambda {
    /// Those that invoke the function itself (`None`) or an alias: names such as `sqs orders`. AWS
    /// does not say whether the function's name lists both: what is invoked says it.
    pub(crate) async fn event_sources(&self, alias: Option<&str>) -> Result<Vec<String>, AwsError> {
        let of = match alias {
            Some(alias) => format!("{}:{alias}", self.function),
            None => self.function.clone(),
        };
        let pages = self.client.list_event_source_mappings().function_name(of);
        let mut pages = pages.into_paginator().items().send();
        let mut found = Vec::new();
        while let Some(mapping) = pages.next().await {
            let mapping = match mapping.map_err(AwsError::from) {
                Ok(mapping) => mapping,
                Err(error) if error.is_of_unknown_operation() || error.is_missing() => break,
                Err(error) => return Err(error),
            };
            let source = mapping.event_source_arn.as_deref().map(short);
            let name = source.or(mapping.uuid).unwrap_or_default();
            let invokes = mapping.function_arn.unwrap_or_default();
            let is_wanted = match alias {
                Some(alias) => invokes.ends_with(&format!(":{}:{alias}", self.function)),
                None => invokes.ends_with(&format!(":function:{}", self.function)),
            };
            if is_wanted {
                found.push(name);
            }
        }
        Ok(found)
    }
}

/// `arn:aws:sqs:us-east-1:000000000000:orders` in two words.
fn short(arn: &str) -> String {
    let mut parts = arn.splitn(6, ':');
    let (service, resource) = (parts.nth(2), parts.nth(2));
    match (service, resource) {
        (Some(service), Some(resource)) => format!("{service} {resource}"),
        _ => arn.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn an_event_source_is_named_by_its_service_and_its_name() {
        let arn = "arn:aws:kinesis:us-east-1:000000000000:stream/clicks";
        assert_eq!(short(arn), "kinesis stream/clicks");
        assert_eq!(short("orders"), "orders");
    }
}
