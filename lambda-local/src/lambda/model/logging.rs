//! Where a function's log goes, and in which form.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum LogFormat {
    Text,
    #[serde(rename = "JSON")]
    Json,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Logging {
    pub(crate) log_format: LogFormat,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) application_log_level: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) system_log_level: Option<String>,
    pub(crate) log_group: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct LoggingChange {
    log_format: Option<LogFormat>,
    application_log_level: Option<String>,
    system_log_level: Option<String>,
    log_group: Option<String>,
}

impl Logging {
    pub(super) fn new(function: &str) -> Self {
        Self {
            log_format: LogFormat::Text,
            application_log_level: None,
            system_log_level: None,
            log_group: format!("/aws/lambda/{function}"),
        }
    }

    pub(super) fn changed(self, change: LoggingChange) -> Self {
        let log_format = change.log_format.unwrap_or(self.log_format);
        // Levels belong to the JSON format; AWS's default for both is INFO.
        let level = |new: Option<String>, old: Option<String>| match log_format {
            LogFormat::Json => new.or(old).or_else(|| Some("INFO".into())),
            LogFormat::Text => None,
        };
        Self {
            log_format,
            application_log_level: level(change.application_log_level, self.application_log_level),
            system_log_level: level(change.system_log_level, self.system_log_level),
            log_group: change.log_group.unwrap_or(self.log_group),
        }
    }
}
