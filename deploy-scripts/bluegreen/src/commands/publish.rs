//! `bluegreen publish`: uploads a build as a new version.

use anyhow::{Context, Result, anyhow};
use bluegreen_rollout::Version;
use serde::Serialize;

use super::triggers;
use crate::{
    alias::AliasHandle,
    aws::{AwsError, Function, VersionState},
    cli::PublishArgs,
    host::Host,
    package::Package,
    report::Report,
    terminal::{BOLD, Progress, harmless, note, styled},
};

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Published {
    function: String,
    /// In a dry run the newest one that there is.
    version: Option<u64>,
    code_sha256: String,
    zip_bytes: usize,
    /// False where the code had been published before, with the same configuration.
    new: bool,
    /// What runs the code as soon as it is uploaded, whatever the alias is at.
    latest_is_run_by: Vec<String>,
    dry_run: bool,
}

/// Who may not look publishes all the same.
fn unseen(error: AwsError) -> Vec<String> {
    note(format!(
        "whether anything runs $LATEST, and so this code at once, could not be seen: {error}"
    ));
    Vec::new()
}

pub(crate) async fn publish(handle: &AliasHandle, args: &PublishArgs) -> Result<Published> {
    let package = Package::read(&args.package)?
        .ok_or_else(|| anyhow!("name what to publish: --binary FILE or --zip FILE"))?;
    let name = &handle.function;
    let function =
        handle.lambda.function().await?.ok_or_else(|| {
            anyhow!("there is no function '{name}'; make it with `bluegreen create`")
        })?;
    let host = Host::of(handle, &function.runtime, function.architecture);
    let fits = host.check(&package.bootstrap);
    fits.with_context(|| format!("failed to publish a version of function '{name}'"))?;
    let (listing, latest) = tokio::join!(handle.lambda.listing(), triggers::of_latest(handle));
    let listing = listing.context("failed to list the versions")?;
    let published = Published {
        function: name.clone(),
        version: listing.newest().map(Version::number),
        code_sha256: package.sha256(),
        zip_bytes: package.zip.len(),
        new: true,
        latest_is_run_by: latest.unwrap_or_else(unseen),
        dry_run: args.write.dry_run,
    };
    if let Some(same) = listing.made_of(&published.code_sha256) {
        return Ok(Published {
            version: Some(same.number()),
            new: false,
            ..published
        });
    }
    let code_sha256 = upload(handle, &function, package, args.write.dry_run).await?;
    if args.write.dry_run {
        return Ok(Published {
            code_sha256,
            ..published
        });
    }
    let description = args.description.as_deref();
    let version = handle.lambda.publish(&code_sha256, description).await;
    let (version, state) =
        version.with_context(|| format!("failed to publish a version of function '{name}'"))?;
    if state != VersionState::Active {
        handle.wait_until_active(version, note).await?;
    }
    Ok(Published {
        code_sha256,
        new: Some(version) > listing.newest(),
        version: Some(version.number()),
        ..published
    })
}

impl Published {
    fn who_runs_it(&self) -> String {
        match self.latest_is_run_by.as_slice() {
            [] => "no traffic goes to it yet".to_owned(),
            triggers => format!(
                "no traffic of the alias goes to it yet, but $LATEST is the same code now, and run \
                 by {}; let them name the alias",
                harmless(&triggers.join(", "))
            ),
        }
    }

    /// The version that was published, or would be.
    pub(super) fn version(&self) -> Option<Version> {
        let number = self.version.unwrap_or_default();
        let next = u64::from(self.dry_run && self.new);
        Version::new(number + next)
    }
}

/// Uploads the package unless the function has it already, and gives its hash. In a dry run Lambda
/// only looks at it.
async fn upload(
    handle: &AliasHandle,
    function: &Function,
    package: Package,
    dry_run: bool,
) -> Result<String> {
    let name = &handle.function;
    let sha256 = package.sha256();
    if sha256 == function.code_sha256 {
        return Ok(sha256);
    }
    let size = package.zip.len() as f64 / 1e6;
    let _progress = Progress::spinner(&format!("uploading {size:.1} MB"));
    let lambda = &handle.lambda;
    let uploaded = lambda.upload(
        package.zip,
        function.architecture,
        function.revision_id.clone(),
        dry_run,
    );
    uploaded
        .await
        .with_context(|| format!("failed to upload the code of function '{name}'"))
}

impl Report for Published {
    fn text(&self) -> String {
        let Self {
            function,
            zip_bytes,
            ..
        } = self;
        let version = self.version().map_or(0, Version::number);
        let version = styled(BOLD, format!("version {version}"));
        match (self.dry_run, self.new) {
            (true, true) => format!(
                "{:.1} MB would be uploaded, and published as {version} of {function} or a later \
                 one; nothing was written",
                *zip_bytes as f64 / 1e6
            ),
            (_, false) => {
                format!("{version} of {function} has this code already; nothing was published")
            }
            (false, true) => {
                let alias = format!("published {version} of {function}; ");
                alias + &self.who_runs_it()
            }
        }
    }
}
