//! Published versions, and what they are made of.

use std::time::Duration;

use aws_sdk_lambda::types::{FunctionConfiguration, State};
use bluegreen_rollout::{Timestamp, Version};

use super::{AwsError, Lambda, parse_version, required};
use crate::{aws::error::gone, patience::Patience};

/// A function in a VPC is updated for minutes.
const PUBLISH_LIMIT: Duration = Duration::from_secs(300);

/// A published version.
#[derive(Debug, Clone)]
pub(crate) struct PublishedVersion {
    pub(crate) version: Version,
    pub(crate) content: Content,
    pub(crate) description: String,
    /// As Lambda writes it: `2026-11-23T06:52:59.123+0000`.
    pub(crate) published: String,
}

impl PublishedVersion {
    /// When it was published; `None` if that cannot be read.
    pub(crate) fn published_at(&self) -> Option<Timestamp> {
        let seconds = self.published.get(..19)?;
        format!("{seconds}Z").parse().ok()
    }
}

/// Whether a version can serve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum VersionState {
    Active,
    Pending,
    /// It was not invoked for weeks.
    Inactive,
    Failed(String),
}

impl VersionState {
    /// Emulators that know no states have versions that are ready.
    fn of(state: Option<&State>, reason: Option<String>) -> Self {
        match state {
            Some(State::Pending) => Self::Pending,
            Some(State::Inactive) => Self::Inactive,
            Some(State::Failed) => Self::Failed(reason.unwrap_or_default()),
            _ => Self::Active,
        }
    }
}

/// What a function has, published or not.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    /// Of the function itself: `$LATEST`.
    latest: Option<Content>,
    versions: Vec<PublishedVersion>,
}

/// What a version is made of: its code, and all that is configured.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Content(Box<FunctionConfiguration>);

impl Content {
    /// Without what tells two versions apart that are made of the same.
    fn of(mut found: FunctionConfiguration) -> Self {
        found.function_arn = None;
        found.version = None;
        found.description = None;
        found.last_modified = None;
        found.revision_id = None;
        found.config_sha256 = None;
        found.code_size = 0;
        // Only versions have it switched on.
        found.snap_start = None;
        Self(Box::new(found))
    }

    fn with_code(&self, sha256: &str) -> Self {
        let mut content = self.clone();
        content.0.code_sha256 = Some(sha256.to_owned());
        content
    }
}

impl Listing {
    pub(crate) fn newest(&self) -> Option<Version> {
        self.versions.iter().map(|found| found.version).max()
    }

    /// The newest version that is made of this code and of what the function is configured with.
    pub(crate) fn made_of(&self, sha256: &str) -> Option<Version> {
        let wanted = self.latest.as_ref()?.with_code(sha256);
        let same = |found: &&PublishedVersion| found.content == wanted;
        self.versions
            .iter()
            .filter(same)
            .map(|found| found.version)
            .max()
    }

    /// Whether two versions are made of the same.
    pub(crate) fn are_equal(&self, one: Version, other: Version) -> bool {
        let content = |version| {
            let found = self.versions.iter().find(|found| found.version == version);
            found.map(|found| &found.content)
        };
        content(one).is_some() && content(one) == content(other)
    }
}

impl Lambda {
    /// Publishes the code with this hash, and no other: if somebody uploaded other code since,
    /// Lambda refuses. Unchanged code and configuration give the version that exists. An update that
    /// somebody else began is waited out.
    pub(crate) async fn publish(
        &self,
        code_sha256: &str,
        description: Option<&str>,
    ) -> Result<(Version, VersionState), AwsError> {
        let call = self.client.publish_version().function_name(&self.function);
        let call = call.code_sha256(code_sha256);
        let call = call.set_description(description.map(str::to_owned));
        let mut patience = Patience::of(PUBLISH_LIMIT);
        let published = loop {
            match call.clone().send().await.map_err(AwsError::from) {
                Err(error) if error.is_in_progress() && patience.pause().await => {}
                answered => break answered?,
            }
        };
        let version = required(published.version, "Version")?;
        // Where the newest version was deleted, an older one may come back as "unchanged".
        if published.code_sha256.as_deref() != Some(code_sha256) {
            return Err(AwsError::unexpected(format!(
                "Lambda published nothing and named version {version}, which has other code; change \
                 anything of the function's configuration, such as its description, and publish again"
            )));
        }
        let state = VersionState::of(published.state.as_ref(), published.state_reason);
        Ok((parse_version(&version)?, state))
    }

    pub(crate) async fn state(&self, version: Version) -> Result<VersionState, AwsError> {
        let call = self.client.get_function_configuration();
        let call = call.function_name(&self.function);
        let found = call.qualifier(version.to_string()).send().await?;
        Ok(VersionState::of(found.state.as_ref(), found.state_reason))
    }

    /// The published versions, oldest first.
    pub(crate) async fn versions(&self) -> Result<Vec<PublishedVersion>, AwsError> {
        Ok(self.listing().await?.versions)
    }

    /// The function and its published versions, oldest first.
    pub(crate) async fn listing(&self) -> Result<Listing, AwsError> {
        let mut listing = Listing::default();
        let pages = self
            .client
            .list_versions_by_function()
            .function_name(&self.function);
        let mut pages = pages.into_paginator().items().send();
        while let Some(found) = pages.next().await {
            let found = found?;
            let number = found.version().unwrap_or_default().parse();
            let description = found.description.clone().unwrap_or_default();
            let published = found.last_modified.clone().unwrap_or_default();
            let content = Content::of(found);
            match number {
                Ok(version) => listing.versions.push(PublishedVersion {
                    version,
                    content,
                    description,
                    published,
                }),
                // `$LATEST` is listed too, and is no published version.
                Err(_) => listing.latest = Some(content),
            }
        }
        listing.versions.sort_by_key(|found| found.version);
        Ok(listing)
    }

    /// Deletes a published version. One that is gone already is no error.
    pub(crate) async fn delete_version(&self, version: Version) -> Result<(), AwsError> {
        let call = self
            .client
            .delete_function()
            .function_name(&self.function)
            .qualifier(version.to_string());
        gone(call.send().await)
    }
}
