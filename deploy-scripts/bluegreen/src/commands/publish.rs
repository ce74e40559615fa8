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
    pub(super) version: u64,
    code_sha256: String,
    zip_bytes: usize,
    /// False where the code and the configuration had been published before.
    new: bool,
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
    let code_sha256 = upload(deployment, &function, package).await?;
    let version = deployment
        .lambda
        .publish(&code_sha256, args.description.as_deref())
        .await
        .with_context(|| format!("failed to publish a version of function '{name}'"))?;
    let new = newest.is_none_or(|newest| version > newest);
    Ok(Published {
        function: name.clone(),
        version: version.number(),
        code_sha256,
        zip_bytes,
        new,
    })
}

async fn newest(deployment: &Deployment) -> Result<Option<Version>> {
    let versions = deployment
        .lambda
        .versions()
        .await
        .context("failed to list the versions")?;
    Ok(versions.last().map(|newest| newest.version))
}

/// Uploads the package unless the function has it already, and gives its hash.
async fn upload(deployment: &Deployment, function: &Function, package: Package) -> Result<String> {
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
    let uploaded = deployment
        .lambda
        .upload(package.zip, architecture, &function.revision_id);
    uploaded
        .await
        .with_context(|| format!("failed to upload the code of function '{name}'"))
}

impl Report for Published {
    fn text(&self) -> String {
        let Self {
            function, version, ..
        } = self;
        let version = styled(BOLD, format!("version {version}"));
        match self.new {
            true => format!("published {version} of {function}; no traffic goes to it yet"),
            false => {
                format!("{version} of {function} has this code already; nothing was published")
            }
        }
    }
}
