//! Which permissions a call needs, after AWS's Service Authorization Reference.

use crate::harness::Call;

const PLACE: &str = "us-east-1:000000000000";
pub(super) const ROLE: &str = "arn:aws:iam::000000000000:role/bluegreen/hello-execution";

/// An action of IAM's on a resource.
pub(super) type Needed = (String, String);

pub(super) fn needs(call: &Call) -> Vec<Needed> {
    if let Some(action) = call
        .body
        .strip_prefix("Action=")
        .filter(|_| call.path == "/")
    {
        return of_iam(action.split('&').next().unwrap_or_default());
    }
    match call.target.rsplit_once('.') {
        // `history` goes on without it: who may release need not see all that happens in the account.
        Some((_, "LookupEvents")) => return Vec::new(),
        Some((_, operation)) => return of_logs(operation),
        None => {}
    }
    let (path, query) = call.path.split_once('?').unwrap_or((&call.path, ""));
    if let Some((_, operation)) = path.split_once("/operation/") {
        // Composite alarms are shown only to those who may see all alarms.
        return vec![(format!("cloudwatch:{operation}"), "*".to_owned())];
    }
    let rest = path.strip_prefix("/v2");
    if let Some(rest) = rest.or(Some(path).filter(|path| path.starts_with("/restapis"))) {
        let resource = format!("arn:aws:apigateway:us-east-1::{rest}");
        let mut needed = vec![(format!("apigateway:{}", call.method), resource.clone())];
        // What is made is tagged.
        if call.method == "POST" && ["/apis", "/restapis"].contains(&rest) {
            needed.push(("apigateway:TagResource".to_owned(), resource));
        }
        return needed;
    }
    of_lambda(&call.method, path, query)
}

/// The group's own ARN is documented; refusals name that of its streams.
fn of_logs(operation: &str) -> Vec<Needed> {
    let group = format!("arn:aws:logs:{PLACE}:log-group:/aws/lambda/hello");
    let action = format!("logs:{operation}");
    vec![
        (action.clone(), group.clone()),
        (action, format!("{group}:log-stream:")),
    ]
}

/// The role is `create`'s own. Whose account it is everybody may ask.
fn of_iam(action: &str) -> Vec<Needed> {
    if action == "GetCallerIdentity" {
        return Vec::new();
    }
    let mut needed = vec![(format!("iam:{action}"), ROLE.to_owned())];
    // Of a role that is not there yet nobody knows the path.
    if action == "GetRole" {
        needed.push(("iam:GetRole".to_owned(), ROLE.replace("/bluegreen/", "/")));
    }
    if action == "CreateRole" {
        needed.push(("iam:TagRole".to_owned(), ROLE.to_owned()));
    }
    needed
}

fn of_lambda(method: &str, path: &str, query: &str) -> Vec<Needed> {
    let mut function = format!("arn:aws:lambda:{PLACE}:function:hello");
    for (part, action) in [
        ("/account-settings", "lambda:GetAccountSettings"),
        ("/event-source-mappings", "lambda:ListEventSourceMappings"),
    ] {
        if path.contains(part) {
            return vec![(action.to_owned(), "*".to_owned())];
        }
    }
    let (_, rest) = path.split_once("/functions").unwrap_or_default();
    let rest = rest.trim_start_matches("/hello");
    let part = rest.trim_matches('/').split('/').collect::<Vec<_>>();
    let action = match (method, part.as_slice()) {
        ("POST", [""]) => "CreateFunction",
        ("GET", [""]) => "GetFunction",
        ("DELETE", [""]) => "DeleteFunction",
        ("GET", ["configuration"]) => "GetFunctionConfiguration",
        ("PUT", ["code"]) => "UpdateFunctionCode",
        ("GET", ["versions"]) => "ListVersionsByFunction",
        ("POST", ["versions"]) => "PublishVersion",
        ("GET", ["aliases"]) => "ListAliases",
        ("POST", ["aliases"]) => "CreateAlias",
        ("GET", ["aliases", _]) => "GetAlias",
        ("PUT", ["aliases", _]) => "UpdateAlias",
        ("DELETE", ["aliases", _]) => "DeleteAlias",
        ("GET", ["policy"]) => "GetPolicy",
        ("POST", ["policy"]) => "AddPermission",
        ("DELETE", ["policy", _]) => "RemovePermission",
        ("POST", ["invocations"]) => "InvokeFunction",
        ("GET", ["concurrency"]) => "GetFunctionConcurrency",
        ("GET", ["provisioned-concurrency"]) => "ListProvisionedConcurrencyConfigs",
        ("PUT", ["provisioned-concurrency"]) => "PutProvisionedConcurrencyConfig",
        ("DELETE", ["provisioned-concurrency"]) => "DeleteProvisionedConcurrencyConfig",
        ("GET", ["url"]) => "GetFunctionUrlConfig",
        ("POST", ["url"]) => "CreateFunctionUrlConfig",
        ("DELETE", ["url"]) => "DeleteFunctionUrlConfig",
        other => panic!("{other:?} of {path} is not known here"),
    };
    if let Some(qualifier) = query.strip_prefix("Qualifier=") {
        function = format!("{function}:{qualifier}");
    }
    let mut needed = vec![(format!("lambda:{action}"), function.clone())];
    match action {
        "CreateFunction" => {
            needed.push(("lambda:TagResource".to_owned(), function));
            needed.push(("iam:PassRole".to_owned(), ROLE.to_owned()));
        }
        // Without it the answer has no tags.
        "GetFunction" => needed.push(("lambda:ListTags".to_owned(), function)),
        _ => {}
    }
    needed
}
