//! What AWS calls the operation that a request is: for those who name one in `--fault`.

use http::Method;

/// Operation, method and path of the REST services; `*` stands for one segment.
const REST: &str = "
CreateFunction POST 2015-03-31/functions
ListFunctions GET 2015-03-31/functions
GetFunction GET 2015-03-31/functions/*
DeleteFunction DELETE 2015-03-31/functions/*
GetFunctionConfiguration GET 2015-03-31/functions/*/configuration
UpdateFunctionConfiguration PUT 2015-03-31/functions/*/configuration
UpdateFunctionCode PUT 2015-03-31/functions/*/code
PublishVersion POST 2015-03-31/functions/*/versions
ListVersionsByFunction GET 2015-03-31/functions/*/versions
CreateAlias POST 2015-03-31/functions/*/aliases
ListAliases GET 2015-03-31/functions/*/aliases
GetAlias GET 2015-03-31/functions/*/aliases/*
UpdateAlias PUT 2015-03-31/functions/*/aliases/*
DeleteAlias DELETE 2015-03-31/functions/*/aliases/*
Invoke POST 2015-03-31/functions/*/invocations
InvokeAsync POST 2014-11-13/functions/*/invoke-async
InvokeWithResponseStream POST 2021-11-15/functions/*/response-streaming-invocations
AddPermission POST 2015-03-31/functions/*/policy
GetPolicy GET 2015-03-31/functions/*/policy
RemovePermission DELETE 2015-03-31/functions/*/policy/*
CreateFunctionUrlConfig POST 2021-10-31/functions/*/url
GetFunctionUrlConfig GET 2021-10-31/functions/*/url
UpdateFunctionUrlConfig PUT 2021-10-31/functions/*/url
DeleteFunctionUrlConfig DELETE 2021-10-31/functions/*/url
ListFunctionUrlConfigs GET 2021-10-31/functions/*/urls
ListTags GET 2017-03-31/tags/*
TagResource POST 2017-03-31/tags/*
UntagResource DELETE 2017-03-31/tags/*
PutFunctionConcurrency PUT 2017-10-31/functions/*/concurrency
DeleteFunctionConcurrency DELETE 2017-10-31/functions/*/concurrency
GetFunctionConcurrency GET 2019-09-30/functions/*/concurrency
PutProvisionedConcurrencyConfig PUT 2019-09-30/functions/*/provisioned-concurrency
GetProvisionedConcurrencyConfig GET 2019-09-30/functions/*/provisioned-concurrency
DeleteProvisionedConcurrencyConfig DELETE 2019-09-30/functions/*/provisioned-concurrency
PutFunctionEventInvokeConfig PUT 2019-09-25/functions/*/event-invoke-config
UpdateFunctionEventInvokeConfig POST 2019-09-25/functions/*/event-invoke-config
GetFunctionEventInvokeConfig GET 2019-09-25/functions/*/event-invoke-config
DeleteFunctionEventInvokeConfig DELETE 2019-09-25/functions/*/event-invoke-config
ListFunctionEventInvokeConfigs GET 2019-09-25/functions/*/event-invoke-config/list
GetAccountSettings GET 2016-08-19/account-settings
CreateApi POST v2/apis
GetApis GET v2/apis
GetApi GET v2/apis/*
UpdateApi PATCH v2/apis/*
DeleteApi DELETE v2/apis/*
DeleteCorsConfiguration DELETE v2/apis/*/cors
CreateIntegration POST v2/apis/*/integrations
GetIntegrations GET v2/apis/*/integrations
GetIntegration GET v2/apis/*/integrations/*
UpdateIntegration PATCH v2/apis/*/integrations/*
DeleteIntegration DELETE v2/apis/*/integrations/*
CreateRoute POST v2/apis/*/routes
GetRoutes GET v2/apis/*/routes
GetRoute GET v2/apis/*/routes/*
UpdateRoute PATCH v2/apis/*/routes/*
DeleteRoute DELETE v2/apis/*/routes/*
CreateStage POST v2/apis/*/stages
GetStages GET v2/apis/*/stages
GetStage GET v2/apis/*/stages/*
UpdateStage PATCH v2/apis/*/stages/*
DeleteStage DELETE v2/apis/*/stages/*
CreateDeployment POST v2/apis/*/deployments
GetDeployments GET v2/apis/*/deployments
GetDeployment GET v2/apis/*/deployments/*
GetTags GET v2/tags/*
TagResource POST v2/tags/*
UntagResource DELETE v2/tags/*
CreateRestApi POST restapis
GetRestApis GET restapis
GetRestApi GET restapis/*
UpdateRestApi PATCH restapis/*
DeleteRestApi DELETE restapis/*
GetResources GET restapis/*/resources
CreateResource POST restapis/*/resources/*
GetResource GET restapis/*/resources/*
DeleteResource DELETE restapis/*/resources/*
PutMethod PUT restapis/*/resources/*/methods/*
GetMethod GET restapis/*/resources/*/methods/*
DeleteMethod DELETE restapis/*/resources/*/methods/*
TestInvokeMethod POST restapis/*/resources/*/methods/*
PutIntegration PUT restapis/*/resources/*/methods/*/integration
GetIntegration GET restapis/*/resources/*/methods/*/integration
UpdateIntegration PATCH restapis/*/resources/*/methods/*/integration
DeleteIntegration DELETE restapis/*/resources/*/methods/*/integration
CreateDeployment POST restapis/*/deployments
GetDeployments GET restapis/*/deployments
GetDeployment GET restapis/*/deployments/*
DeleteDeployment DELETE restapis/*/deployments/*
CreateStage POST restapis/*/stages
GetStages GET restapis/*/stages
GetStage GET restapis/*/stages/*
UpdateStage PATCH restapis/*/stages/*
DeleteStage DELETE restapis/*/stages/*
";

fn rows() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    REST.lines().filter_map(|row| {
        let mut words = row.split(' ');
        Some((words.next()?, words.next()?, words.next()?))
    })
}

/// Operations that are told by a header, a path or a form.
const OTHERS: [&str; 27] = [
    "GetMetricData",
    "GetMetricStatistics",
    "ListMetrics",
    "PutMetricData",
    "PutMetricAlarm",
    "DescribeAlarms",
    "DeleteAlarms",
    "SetAlarmState",
    "FilterLogEvents",
    "DescribeLogGroups",
    "DescribeLogStreams",
    "CreateRole",
    "GetRole",
    "ListRoles",
    "DeleteRole",
    "TagRole",
    "ListRoleTags",
    "AttachRolePolicy",
    "DetachRolePolicy",
    "ListAttachedRolePolicies",
    "PutRolePolicy",
    "GetRolePolicy",
    "ListRolePolicies",
    "DeleteRolePolicy",
    "GetCallerIdentity",
    "AssumeRole",
    "ListProvisionedConcurrencyConfigs",
];

/// Whether any request has this name.
pub(crate) fn is_known(name: &str) -> bool {
    OTHERS.contains(&name) || rows().any(|(operation, ..)| operation == name)
}

/// The operation of a request to a REST service.
pub(crate) fn of_rest(method: &Method, path: &str, query: &str) -> Option<&'static str> {
    let path = path.trim_matches('/');
    let fits = |pattern: &str| {
        let segments = || pattern.split('/').zip(path.split('/'));
        pattern.split('/').count() == path.split('/').count()
            && segments().all(|(wanted, segment)| wanted == "*" || wanted == segment)
    };
    let mut rows = rows();
    let found = rows.find(|(_, own, pattern)| own == method && fits(pattern));
    match found.map(|(operation, ..)| operation) {
        Some("GetProvisionedConcurrencyConfig") if query.contains("List=ALL") => {
            Some("ListProvisionedConcurrencyConfigs")
        }
        operation => operation,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_known_by_its_method_and_path() {
        let alias = "/2015-03-31/functions/hello/aliases/live";
        assert_eq!(of_rest(&Method::PUT, alias, ""), Some("UpdateAlias"));
        assert_eq!(of_rest(&Method::GET, alias, ""), Some("GetAlias"));
        assert_eq!(of_rest(&Method::PATCH, alias, ""), None);
        let provisioned = "/2019-09-30/functions/hello/provisioned-concurrency";
        assert_eq!(
            of_rest(&Method::GET, provisioned, "List=ALL"),
            Some("ListProvisionedConcurrencyConfigs")
        );
        assert_eq!(of_rest(&Method::GET, "/", ""), None);
    }
}
