//! What a release needs.

use serde_json::Value;

use super::{home::Home, statement};

impl Home {
    /// What publishing, rolling out, rolling back and pruning need.
    pub(super) fn release(&self) -> Vec<Value> {
        [self.move_traffic(), self.see_evidence()].concat()
    }

    fn move_traffic(&self) -> Vec<Value> {
        let (function, versions, alias) = self.lambda();
        vec![
            statement(
                "Publish",
                &[
                    "lambda:GetFunction",
                    "lambda:GetFunctionConfiguration",
                    "lambda:GetPolicy",
                    "lambda:ListAliases",
                    "lambda:ListProvisionedConcurrencyConfigs",
                    "lambda:ListVersionsByFunction",
                    "lambda:PublishVersion",
                    "lambda:UpdateFunctionCode",
                ],
                &[&function],
            ),
            // AWS guards the aliases of a function as the function: their ARNs do not count here.
            statement(
                "MoveTheAlias",
                &["lambda:GetAlias", "lambda:UpdateAlias"],
                &[&function],
            ),
            statement(
                "LookAtVersions",
                &["lambda:GetFunctionConfiguration", "lambda:InvokeFunction"],
                &[&versions],
            ),
            statement(
                "SeeTheConcurrency",
                &["lambda:GetFunctionConcurrency"],
                &[&function],
            ),
            statement(
                "SeeTheLimitsAndTriggers",
                &[
                    "lambda:GetAccountSettings",
                    "lambda:ListEventSourceMappings",
                ],
                &["*"],
            ),
            statement(
                "ProvisionVersions",
                &[
                    "lambda:DeleteProvisionedConcurrencyConfig",
                    "lambda:PutProvisionedConcurrencyConfig",
                ],
                &[&versions],
            ),
            statement("Prune", &["lambda:DeleteFunction"], &[&versions]),
            statement(
                "SeeWhoMayInvoke",
                &["lambda:GetFunctionUrlConfig", "lambda:GetPolicy"],
                &[&alias],
            ),
            statement("FindTheApi", &["apigateway:GET"], &self.apis()),
        ]
    }

    fn see_evidence(&self) -> Vec<Value> {
        vec![
            // CloudWatch has no resource for metrics, and shows composite alarms to nobody who may
            // see only some.
            statement(
                "ReadMetricsAndAlarms",
                &["cloudwatch:DescribeAlarms", "cloudwatch:GetMetricData"],
                &["*"],
            ),
            // AWS documents the group's own ARN, and asks for those of its streams.
            statement(
                "ReadWhyGreenFailed",
                &["logs:FilterLogEvents"],
                &[self.log_group(), self.log_group() + ":*"],
            ),
        ]
    }
}
