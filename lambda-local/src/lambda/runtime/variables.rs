//! The variables that Lambda sets in an execution environment.

use crate::{
    lambda::model::{LogFormat, Snapshot},
    place::Place,
};

/// Why an environment is started.
#[derive(Debug, Clone, Copy)]
pub(super) enum Initialization {
    /// Somebody waits for it.
    OnDemand,
    /// Before anybody does.
    Provisioned,
}

impl Initialization {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::OnDemand => "on-demand",
            Self::Provisioned => "provisioned-concurrency",
        }
    }
}

/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html>: the process sees
/// these and the function's own, and nothing of the server's.
pub(super) fn lambda_variables(
    snapshot: &Snapshot,
    place: &Place,
    stream: &str,
    kind: Initialization,
) -> Vec<(String, String)> {
    let configuration = &snapshot.configuration;
    let root = snapshot.code.folder.display().to_string();
    let logging = &configuration.logging;
    let mut variables = vec![
        ("_HANDLER", configuration.handler.clone()),
        ("AWS_REGION", place.region.clone()),
        ("AWS_DEFAULT_REGION", place.region.clone()),
        (
            "AWS_EXECUTION_ENV",
            format!("AWS_Lambda_{}", configuration.runtime),
        ),
        ("AWS_LAMBDA_FUNCTION_NAME", snapshot.function.clone()),
        ("AWS_LAMBDA_FUNCTION_VERSION", snapshot.label()),
        (
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
            configuration.memory_size.to_string(),
        ),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", kind.name().to_owned()),
        ("AWS_LAMBDA_LOG_GROUP_NAME", logging.log_group.clone()),
        ("AWS_LAMBDA_LOG_STREAM_NAME", stream.to_owned()),
        ("AWS_ACCESS_KEY_ID", "local".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "local".to_owned()),
        ("AWS_SESSION_TOKEN", "local".to_owned()),
        ("LAMBDA_TASK_ROOT", root.clone()),
        ("LAMBDA_RUNTIME_DIR", root),
        ("LANG", "en_US.UTF-8".to_owned()),
        ("PATH", "/usr/local/bin:/usr/bin:/bin".to_owned()),
        ("TZ", ":UTC".to_owned()),
    ];
    if logging.log_format == LogFormat::Json {
        variables.push(("AWS_LAMBDA_LOG_FORMAT", "JSON".to_owned()));
        let level = logging.application_log_level.clone();
        variables.extend(level.map(|level| ("AWS_LAMBDA_LOG_LEVEL", level)));
    }
    variables
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}
