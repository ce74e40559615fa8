//! How a function, or one version of it, is shown: the members that calls answer, and those that
//! they leave out.

use serde::Serialize;
use serde_json::{Value, json};

use super::{function::Function, reference::Qualifier, settling::Phase, snapshot::Snapshot};
use crate::clock::Moment;

/// A function's configuration as calls answer it.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct FunctionConfiguration(Value);

impl Function {
    /// The configuration of `$LATEST` or a version, under the ARN with this qualifier; `None` if
    /// there is no such version.
    pub(crate) fn describe(
        &self,
        number: Option<u64>,
        qualifier: Option<&Qualifier>,
        now: Moment,
    ) -> Option<FunctionConfiguration> {
        let (snapshot, revision) = self.with_revision(number, now)?;
        let mut shown = describe_snapshot(snapshot, revision);
        if let Some(qualifier) = qualifier {
            shown["FunctionArn"] = json!(format!("{}:{qualifier}", self.arn));
        }
        let arn = snapshot.runtime_version_arn();
        shown["RuntimeVersionConfig"] = json!({ "RuntimeVersionArn": arn });
        describe_phase(&mut shown, self.phase(number, now));
        Some(FunctionConfiguration(shown))
    }

    /// The same for a listing, which shows neither states nor the runtime's version.
    pub(crate) fn list_entry(
        &self,
        number: Option<u64>,
        now: Moment,
    ) -> Option<FunctionConfiguration> {
        let (snapshot, revision) = self.with_revision(number, now)?;
        let mut shown = describe_snapshot(snapshot, revision);
        shown["FunctionArn"] = json!(format!("{}:{}", self.arn, snapshot.label()));
        Some(FunctionConfiguration(shown))
    }
}

impl FunctionConfiguration {
    /// What `CreateFunction` answers that also publishes: the version, under the function's ARN
    /// and with its revision id.
    pub(crate) fn of_created(mut self, function: &Function, now: Moment) -> Self {
        self.0["RevisionId"] = json!(function.revision(now));
        self.with_arn(&function.arn)
    }

    pub(crate) fn into_value(self) -> Value {
        self.0
    }

    /// `ListFunctions` shows the unqualified ARN where `ListVersionsByFunction` does not.
    pub(crate) fn with_arn(mut self, arn: &str) -> Self {
        self.0["FunctionArn"] = json!(arn);
        self
    }
}

fn describe_snapshot(snapshot: &Snapshot, revision: &str) -> Value {
    let configuration = &snapshot.configuration;
    let mut shown = json!({
        "FunctionName": snapshot.function,
        "FunctionArn": match snapshot.number {
            Some(number) => format!("{}:{number}", snapshot.function_arn),
            None => snapshot.function_arn.clone(),
        },
        "Runtime": configuration.runtime,
        "Role": configuration.role,
        "Handler": configuration.handler,
        "CodeSize": snapshot.code.size,
        "CodeSha256": snapshot.code.sha256,
        "Description": configuration.description,
        "Timeout": configuration.timeout,
        "MemorySize": configuration.memory_size,
        "LastModified": snapshot.last_modified,
        "Version": snapshot.label(),
        "TracingConfig": { "Mode": configuration.tracing_mode },
        "RevisionId": revision,
        "PackageType": "Zip",
        "Architectures": [configuration.architecture],
        "EphemeralStorage": { "Size": configuration.ephemeral_storage },
        "SnapStart": { "ApplyOn": configuration.snap_start, "OptimizationStatus": "Off" },
        "LoggingConfig": configuration.logging,
    });
    if let Some(variables) = &configuration.environment {
        shown["Environment"] = json!({ "Variables": variables });
    }
    if let Some(target) = &configuration.dead_letter_target {
        shown["DeadLetterConfig"] = json!({ "TargetArn": target });
    }
    shown
}

fn describe_phase(shown: &mut Value, phase: Phase) {
    match phase {
        Phase::Pending => {
            shown["State"] = json!("Pending");
            shown["StateReason"] = json!("The function is being created.");
            shown["StateReasonCode"] = json!("Creating");
        }
        Phase::InProgress => {
            shown["State"] = json!("Active");
            shown["LastUpdateStatus"] = json!("InProgress");
            shown["LastUpdateStatusReason"] = json!("The function is being created.");
            shown["LastUpdateStatusReasonCode"] = json!("Creating");
        }
        Phase::Settled => {
            shown["State"] = json!("Active");
            shown["LastUpdateStatus"] = json!("Successful");
        }
    }
}
