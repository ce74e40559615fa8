//! Which command of the AWS CLI's a request is.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// Method, path and command of the REST services: a part in braces is an option's value.
const OPERATIONS: &[(&str, &str, &str)] = &[
    (
        "GET",
        "/2015-03-31/functions/{function-name}",
        "lambda get-function",
    ),
    ("POST", "/2015-03-31/functions", "lambda create-function"),
    (
        "DELETE",
        "/2015-03-31/functions/{function-name}",
        "lambda delete-function",
    ),
    (
        "GET",
        "/2015-03-31/functions/{function-name}/configuration",
        "lambda get-function-configuration",
    ),
    (
        "PUT",
        "/2015-03-31/functions/{function-name}/code",
        "lambda update-function-code",
    ),
    (
        "GET",
        "/2015-03-31/functions/{function-name}/versions",
        "lambda list-versions-by-function",
    ),
    (
        "POST",
        "/2015-03-31/functions/{function-name}/versions",
        "lambda publish-version",
    ),
    (
        "GET",
        "/2015-03-31/functions/{function-name}/aliases",
        "lambda list-aliases",
    ),
    (
        "POST",
        "/2015-03-31/functions/{function-name}/aliases",
        "lambda create-alias",
    ),
    (
        "GET",
        "/2015-03-31/functions/{function-name}/aliases/{name}",
        "lambda get-alias",
    ),
    (
        "PUT",
        "/2015-03-31/functions/{function-name}/aliases/{name}",
        "lambda update-alias",
    ),
    (
        "DELETE",
        "/2015-03-31/functions/{function-name}/aliases/{name}",
        "lambda delete-alias",
    ),
    (
        "GET",
        "/2015-03-31/functions/{function-name}/policy",
        "lambda get-policy",
    ),
    (
        "POST",
        "/2015-03-31/functions/{function-name}/policy",
        "lambda add-permission",
    ),
    (
        "DELETE",
        "/2015-03-31/functions/{function-name}/policy/{statement-id}",
        "lambda remove-permission",
    ),
    (
        "POST",
        "/2015-03-31/functions/{function-name}/invocations",
        "lambda invoke",
    ),
    (
        "GET",
        "/2021-10-31/functions/{function-name}/url",
        "lambda get-function-url-config",
    ),
    (
        "POST",
        "/2021-10-31/functions/{function-name}/url",
        "lambda create-function-url-config",
    ),
    (
        "DELETE",
        "/2021-10-31/functions/{function-name}/url",
        "lambda delete-function-url-config",
    ),
    (
        "GET",
        "/2019-09-30/functions/{function-name}/provisioned-concurrency",
        "lambda list-provisioned-concurrency-configs",
    ),
    (
        "PUT",
        "/2019-09-30/functions/{function-name}/provisioned-concurrency",
        "lambda put-provisioned-concurrency-config",
    ),
    (
        "DELETE",
        "/2019-09-30/functions/{function-name}/provisioned-concurrency",
        "lambda delete-provisioned-concurrency-config",
    ),
    (
        "GET",
        "/2019-09-30/functions/{function-name}/concurrency",
        "lambda get-function-concurrency",
    ),
    (
        "GET",
        "/2016-08-19/account-settings",
        "lambda get-account-settings",
    ),
    (
        "GET",
        "/2015-03-31/event-source-mappings",
        "lambda list-event-source-mappings",
    ),
    ("GET", "/v2/apis", "apigatewayv2 get-apis"),
    ("POST", "/v2/apis", "apigatewayv2 create-api"),
    ("DELETE", "/v2/apis/{api-id}", "apigatewayv2 delete-api"),
    (
        "GET",
        "/v2/apis/{api-id}/integrations",
        "apigatewayv2 get-integrations",
    ),
    (
        "POST",
        "/v2/apis/{api-id}/integrations",
        "apigatewayv2 create-integration",
    ),
    ("GET", "/v2/apis/{api-id}/routes", "apigatewayv2 get-routes"),
    (
        "POST",
        "/v2/apis/{api-id}/routes",
        "apigatewayv2 create-route",
    ),
    ("GET", "/v2/apis/{api-id}/stages", "apigatewayv2 get-stages"),
    (
        "POST",
        "/v2/apis/{api-id}/stages",
        "apigatewayv2 create-stage",
    ),
    ("GET", "/restapis", "apigateway get-rest-apis"),
    ("POST", "/restapis", "apigateway create-rest-api"),
    (
        "DELETE",
        "/restapis/{rest-api-id}",
        "apigateway delete-rest-api",
    ),
    (
        "GET",
        "/restapis/{rest-api-id}/resources",
        "apigateway get-resources",
    ),
    (
        "POST",
        "/restapis/{rest-api-id}/resources/{parent-id}",
        "apigateway create-resource",
    ),
    (
        "PUT",
        "/restapis/{rest-api-id}/resources/{resource-id}/methods/{http-method}",
        "apigateway put-method",
    ),
    (
        "PUT",
        "/restapis/{rest-api-id}/resources/{resource-id}/methods/{http-method}/integration",
        "apigateway put-integration",
    ),
    (
        "POST",
        "/restapis/{rest-api-id}/deployments",
        "apigateway create-deployment",
    ),
    (
        "GET",
        "/restapis/{rest-api-id}/stages",
        "apigateway get-stages",
    ),
];

/// A command, and the options that its path gave.
pub(super) type Found<'a> = (&'static str, Vec<(&'static str, Cow<'a, str>)>);

/// The command for a request to a REST service.
pub(super) fn find<'a>(method: &str, path: &'a str) -> Option<Found<'a>> {
    OPERATIONS
        .iter()
        .filter(|(known, ..)| *known == method)
        .find_map(|(_, template, command)| Some((*command, fit(template, path)?)))
}

fn fit<'a>(template: &'static str, path: &'a str) -> Option<Vec<(&'static str, Cow<'a, str>)>> {
    let mut parts = path.trim_end_matches('/').split('/');
    let mut options = Vec::new();
    for expected in template.split('/') {
        let part = parts.next()?;
        let option = expected.strip_prefix('{');
        match option.and_then(|name| name.strip_suffix('}')) {
            Some(name) => options.push((name, percent_decode_str(part).decode_utf8_lossy())),
            None if expected == part => {}
            None => return None,
        }
    }
    parts.next().is_none().then_some(options)
}

/// An operation as the CLI calls it: `CodeSha256` is `code-sha256`.
pub(super) fn kebab(name: &str) -> String {
    let bytes = name.as_bytes();
    let mut text = String::new();
    for (index, &byte) in bytes.iter().enumerate() {
        let before = index.checked_sub(1).map(|index| bytes[index]);
        let after = bytes.get(index + 1);
        let begins = byte.is_ascii_uppercase()
            && (before.is_some_and(|b| !b.is_ascii_uppercase())
                || (before.is_some() && after.is_some_and(u8::is_ascii_lowercase)));
        if begins {
            text.push('-');
        }
        text.push(char::from(byte.to_ascii_lowercase()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{find, kebab};

    #[test]
    fn a_path_is_a_command_with_its_options() {
        let (command, options) = find("PUT", "/2015-03-31/functions/hello/aliases/live").unwrap();
        assert_eq!(command, "lambda update-alias");
        assert_eq!(
            options,
            [("function-name", "hello".into()), ("name", "live".into())]
        );
        assert!(find("GET", "/latest/meta-data").is_none());
    }

    #[test]
    fn members_are_options_by_the_clis_rule() {
        for (member, option) in [
            ("CodeSha256", "code-sha256"),
            ("FunctionUrlAuthType", "function-url-auth-type"),
            ("SourceArn", "source-arn"),
            ("pathPart", "path-part"),
            ("GetMetricData", "get-metric-data"),
        ] {
            assert_eq!(kebab(member), option);
        }
    }
}
