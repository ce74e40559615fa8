//! `bluegreen publish`: uploads a build as a new version.

use anyhow::{Context, Result, anyhow, bail};
use rollout::Version;
use serde::Serialize;

use crate::{
    aws::Function,
    cli::PublishArgs,
    deployment::Deployment,
    output::{BOLD, Report, styled},
    package::Package,
    progress::Progress,
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
    dry_run: bool,
}

pub(crate) async fn publish(deployment: &Deployment, args: &PublishArgs) -> Result<Published> {
    let package = Package::read(&args.package)?
        .ok_or_else(|| anyhow!("name what to publish: --binary FILE or --zip FILE"))?;
    let name = &deployment.function;
    let function =
        deployment.lambda.function().await?.ok_or_else(|| {
            anyhow!("there is no function '{name}'; make it with `bluegreen create`")
        })?;
    let newest = newest(deployment).await?;
    let zip_bytes = package.zip.len();
    let dry_run = args.write.dry_run;
    let code_sha256 = upload(deployment, &function, package, dry_run).await?;
    let version = match dry_run {
        true => newest,
        false => {
            let description = args.description.as_deref();
            let published = deployment.lambda.publish(&code_sha256, description).await;
            let published = published
                .with_context(|| format!("failed to publish a version of function '{name}'"))?;
            Some(published)
        }
    };
    let new = match dry_run {
        true => code_sha256 != function.code_sha256 || newest.is_none(),
        false => version > newest,
    };
    Ok(Published {
        function: name.clone(),
        version: version.map(Version::number),
        code_sha256,
        zip_bytes,
        new,
        dry_run,
    })
}

impl Published {
    /// The version that was published, or would be.
    pub(super) fn version(&self) -> Option<Version> {
        let number = self.version.unwrap_or_default();
        let next = u64::from(self.dry_run && self.new);
        Version::new(number + next)
    }
}

async fn newest(deployment: &Deployment) -> Result<Option<Version>> {
    let versions = deployment
        .lambda
        .versions()
        .await
        .context("failed to list the versions")?;
    Ok(versions.last().map(|newest| newest.version))
}

/// Uploads the package unless the function has it already, and gives its hash. In a dry run Lambda
/// only looks at it.
async fn upload(
    deployment: &Deployment,
    function: &Function,
    package: Package,
    dry_run: bool,
) -> Result<String> {
    let name = &deployment.function;
    let architecture = package.architecture.unwrap_or(function.architecture);
    if architecture != function.architecture {
        bail!(
            "function '{name}' runs on {}, and this was built for {architecture}; build it for \
             the function's architecture (`cargo lambda build{}`)",
            function.architecture,
            if architecture == crate::aws::Architecture::X86_64 {
                " --arm64"
            } else {
                " --x86-64"
            },
        );
    }
    let sha256 = package.sha256();
    if sha256 == function.code_sha256 {
        return Ok(sha256);
    }
    let size = package.zip.len() as f64 / 1e6;
    let _progress = Progress::spinner(&format!("uploading {size:.1} MB"));
    let lambda = &deployment.lambda;
    let uploaded = lambda.upload(
        package.zip,
        architecture,
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
                format!("published {version} of {function}; no traffic goes to it yet")
            }
        }
    }
}
