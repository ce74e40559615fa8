//! CloudTrail: who moved the alias, and what its journal said each time. It keeps 90 days, in which
//! the alias itself has room for its last entry alone.

use aws_config::SdkConfig;
use aws_sdk_cloudtrail::{
    Client,
    types::{Event, LookupAttribute, LookupAttributeKey},
};
use bluegreen_rollout::Timestamp;
use serde::Deserialize;

use super::AwsError;

/// `UpdateAlias`, as CloudTrail names it.
const UPDATE_ALIAS: &str = "UpdateAlias20150331";
/// Pages of 50 events that are read at the most: CloudTrail allows two calls a second.
const MOST_PAGES: usize = 10;

#[derive(Debug)]
pub(crate) struct Trail {
    client: Client,
    function: String,
    alias: String,
}

/// One call that moved the alias.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AliasMoved {
    pub(crate) at: Timestamp,
    /// The version that was asked for, where one was.
    pub(crate) version: Option<String>,
    pub(crate) description: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    #[serde(default)]
    request_parameters: Option<Parameters>,
    /// Where the call was refused.
    error_code: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Parameters {
    #[serde(default)]
    function_name: String,
    #[serde(default)]
    name: String,
    function_version: Option<String>,
    description: Option<String>,
}

impl Trail {
    pub(crate) fn new(config: &SdkConfig, function: &str, alias: &str) -> Self {
        Self {
            client: Client::new(config),
            function: function.to_owned(),
            alias: alias.to_owned(),
        }
    }

    /// What moved the alias in the last 90 days, the newest first.
    pub(crate) async fn moves(&self) -> Result<Vec<AliasMoved>, AwsError> {
        let name = LookupAttribute::builder()
            .attribute_key(LookupAttributeKey::EventName)
            .attribute_value(UPDATE_ALIAS);
        let name = name.build();
        let name = name.map_err(|error| AwsError::unexpected(error.to_string()))?;
        let mut moves = Vec::new();
        let mut token = None;
        for _ in 0..MOST_PAGES {
            let call = self.client.lookup_events().lookup_attributes(name.clone());
            let page = call.set_next_token(token).send().await?;
            let events = page.events.unwrap_or_default();
            moves.extend(events.iter().filter_map(|event| self.moved(event)));
            token = page.next_token;
            if token.is_none() {
                break;
            }
        }
        Ok(moves)
    }

    /// Of this alias, and done.
    fn moved(&self, event: &Event) -> Option<AliasMoved> {
        let record: Record = serde_json::from_str(event.cloud_trail_event()?).ok()?;
        let asked = record.request_parameters?;
        // A name, or an ARN, as it was called.
        let function = asked.function_name.rsplit(':').next()?;
        let ours = function == self.function && asked.name == self.alias;
        let at = u64::try_from(event.event_time()?.secs()).ok()?;
        (ours && record.error_code.is_none()).then(|| AliasMoved {
            at: Timestamp::from_unix(at),
            version: asked.function_version,
            description: asked.description,
        })
    }
}
