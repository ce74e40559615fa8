//! What making a function and deleting it need.

use serde_json::{Value, json};

use super::{home::Home, statement};
use crate::{
    aws::{ROLE_PATH, role_policies},
    cli::{EndpointKind, PolicyArgs},
};

impl Home {
    /// What `create` and `destroy` need in addition.
    pub(super) fn setup(&self, args: &PolicyArgs) -> Vec<Value> {
        let (function, _, _) = self.lambda();
        let own_role = self.own_role();
        let role = args.role.as_ref().unwrap_or(&own_role);
        let mut pass = statement("GiveTheFunctionItsRole", &["iam:PassRole"], &[role]);
        pass["Condition"] =
            json!({ "StringEquals": { "iam:PassedToService": "lambda.amazonaws.com" } });
        let mut statements = vec![
            statement(
                "MakeAndDelete",
                &[
                    "lambda:CreateAlias",
                    "lambda:CreateFunction",
                    "lambda:DeleteAlias",
                    "lambda:DeleteFunction",
                    "lambda:ListTags",
                    "lambda:TagResource",
                ],
                &[&function],
            ),
            pass,
            self.make_role(args.permissions_boundary.as_deref()),
            statement(
                "TagAndDeleteTheRole",
                &["iam:DeleteRole", "iam:TagRole"],
                &[&own_role],
            ),
            // Of a role that is not there yet IAM does not know the path.
            statement(
                "LookForTheRole",
                &["iam:GetRole"],
                &[own_role.as_str(), &own_role.replace(ROLE_PATH, "/")],
            ),
            self.role_policies(),
            statement(
                "KeepLogsForATimeAndDeleteThem",
                &[
                    "logs:CreateLogGroup",
                    "logs:DeleteLogGroup",
                    "logs:PutRetentionPolicy",
                ],
                // AWS documents the group's own ARN, and asks for those of its streams.
                &[self.log_group(), self.log_group() + ":*"],
            ),
        ];
        statements.extend(self.permission(args.api));
        statements.extend(self.setup_of(args.api));
        statements
    }

    /// That of what clients call.
    fn permission(&self, kind: EndpointKind) -> Option<Value> {
        let principal = match kind {
            EndpointKind::Http | EndpointKind::Rest => "apigateway.amazonaws.com",
            EndpointKind::Url => "*",
            EndpointKind::None => return None,
        };
        let (_, _, alias) = self.lambda();
        let mut permission = statement(
            "LetClientsInvokeTheAlias",
            &["lambda:AddPermission", "lambda:RemovePermission"],
            &[&alias],
        );
        permission["Condition"] = json!({ "StringEquals": { "lambda:Principal": principal } });
        Some(permission)
    }

    /// Where a boundary is given, no role without it.
    fn make_role(&self, boundary: Option<&str>) -> Value {
        let mut make = statement("MakeTheRole", &["iam:CreateRole"], &[self.own_role()]);
        if let Some(boundary) = boundary {
            make["Condition"] = json!({ "ArnEquals": { "iam:PermissionsBoundary": boundary } });
        }
        make
    }

    /// Those two and no other: who may attach any policy to a role that a function of theirs has is
    /// administrator.
    fn role_policies(&self) -> Value {
        let mut attach = statement(
            "LetTheRoleWriteLogsAndTraces",
            &["iam:AttachRolePolicy", "iam:DetachRolePolicy"],
            &[self.own_role()],
        );
        let policies = role_policies(&self.partition);
        attach["Condition"] = json!({ "ArnEquals": { "iam:PolicyARN": policies } });
        attach
    }

    /// What clients call.
    fn setup_of(&self, kind: EndpointKind) -> Vec<Value> {
        let (_, _, alias) = self.lambda();
        let (apis, below) = (self.gateway("apis"), self.gateway("apis/*"));
        let (rest, rest_below) = (self.gateway("restapis"), self.gateway("restapis/*"));
        let part = |path: &str| format!("{below}/{path}");
        let within = |path: &str| format!("{rest_below}/{path}");
        match kind {
            EndpointKind::Http => vec![
                statement(
                    "MakeTheApi",
                    &["apigateway:POST"],
                    &[
                        &apis,
                        &part("integrations"),
                        &part("routes"),
                        &part("stages"),
                    ],
                ),
                statement("SeeTheRoutes", &["apigateway:GET"], &[part("routes")]),
                statement("DeleteTheApi", &["apigateway:DELETE"], &[&below]),
                statement("TagTheApi", &["apigateway:TagResource"], &[&apis]),
            ],
            EndpointKind::Rest => vec![
                statement(
                    "MakeTheApi",
                    &["apigateway:POST"],
                    &[&rest, &within("resources/*"), &within("deployments")],
                ),
                statement(
                    "IntegrateTheApi",
                    &["apigateway:PUT"],
                    &[within("resources/*/methods/*")],
                ),
                statement("DeleteTheApi", &["apigateway:DELETE"], &[&rest_below]),
                statement("TagTheApi", &["apigateway:TagResource"], &[&rest]),
            ],
            EndpointKind::Url => vec![statement(
                "MakeAndDeleteTheUrl",
                &[
                    "lambda:CreateFunctionUrlConfig",
                    "lambda:DeleteFunctionUrlConfig",
                ],
                &[&alias],
            )],
            EndpointKind::None => Vec::new(),
        }
    }
}
