//! The URI of an integration: the function that it names, which may depend on the stage.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    lambda::FunctionRef,
    place::Place,
    protocol::{ApiResult, Exception},
};

/// What stands for a stage's variable up to its name, which ends with `}`.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/aws-api-gateway-stage-variables-reference.html>
const VARIABLE: &str = "${stageVariables.";

/// The function's ARN in an integration URI: the ARN itself, or the longer form that names
/// Lambda's invoke path.
pub(crate) fn function_of(uri: &str) -> Option<&str> {
    let arn = match uri.split_once(":lambda:path/2015-03-31/functions/") {
        Some((_, rest)) => rest.strip_suffix("/invocations")?,
        None => uri,
    };
    (arn.starts_with("arn:") && arn.contains(":function:")).then_some(arn)
}

/// Whether each stage may name another function.
pub(crate) fn varies(uri: &str) -> bool {
    uri.contains(VARIABLE)
}

/// The function that an integration URI names in a stage with these variables.
pub(crate) fn parse_function(
    uri: &str,
    variables: &BTreeMap<String, String>,
    place: &Place,
) -> ApiResult<Arc<FunctionRef>> {
    let uri = filled(uri, variables);
    let arn = function_of(&uri)
        .ok_or_else(|| Exception::gateway_bad_request("the integration names no function"))?;
    FunctionRef::parse(arn, None, place).map(Arc::new)
}

/// A variable that the stage does not have is empty, as on AWS.
fn filled(uri: &str, variables: &BTreeMap<String, String>) -> String {
    let mut filled = String::with_capacity(uri.len());
    let mut rest = uri;
    while let Some((before, variable)) = rest.split_once(VARIABLE) {
        let (name, after) = variable.split_once('}').unwrap_or((variable, ""));
        filled += before;
        filled += variables.get(name).map_or("", String::as_str);
        rest = after;
    }
    filled + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_integration_names_a_function_in_two_ways() {
        let arn = "arn:aws:lambda:us-east-1:000000000000:function:hello:live";
        let long = format!(
            "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations"
        );
        assert_eq!(function_of(arn), Some(arn));
        assert_eq!(function_of(&long), Some(arn));
        assert_eq!(function_of("https://example.com"), None);
        assert_eq!(function_of(long.trim_end_matches("/invocations")), None);
    }

    #[test]
    fn a_stages_variables_are_filled_in() {
        let variables = BTreeMap::from([
            ("fn".to_owned(), "hello".to_owned()),
            ("alias".to_owned(), "live".to_owned()),
        ]);
        let arn = "arn:aws:lambda:us-east-1:000000000000:function:";
        for (uri, expected) in [
            ("${stageVariables.fn}:${stageVariables.alias}", "hello:live"),
            ("f:${stageVariables.none}", "f:"),
            ("f:${stageVariables.alias", "f:live"),
            ("f:live", "f:live"),
        ] {
            let filled = filled(&format!("{arn}{uri}"), &variables);
            assert_eq!(filled, format!("{arn}{expected}"));
        }
        assert!(varies("f:${stageVariables.alias}"));
        assert!(!varies("f:live"));
    }
}
