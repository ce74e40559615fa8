//! Region, credentials, endpoint and retries, in AWS's own order of precedence.

use std::{collections::BTreeSet, env, sync::Arc, time::Duration};

use anyhow::{Result, anyhow, bail};
use aws_config::{BehaviorVersion, Region, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::http::SharedHttpClient;

use reqwest::Url;

use super::{
    contact::{Attentive, Contact, TRIES},
    explain::{Explain, Explaining},
    no_answer::is_loopback,
};
use crate::{
    cli::{GlobalArgs, endpoint_url},
    terminal::note,
};

/// Lambda's management calls share a low rate limit: retries with jitter, and slower ones where
/// AWS throttles.
const ATTEMPTS: u32 = 6;
const FIRST_BACKOFF: Duration = Duration::from_millis(200);
const LONGEST_BACKOFF: Duration = Duration::from_secs(5);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Finds region and credentials, and makes sure that there are some before the first call.
///
/// # Errors
/// If there is no region, there are no credentials, or the endpoint is no address.
pub(crate) async fn connect(
    global: &GlobalArgs,
    explain: Option<Explain>,
) -> Result<(SdkConfig, Arc<Contact>)> {
    check_environment()?;
    let client = Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .build_https();
    let contact = Arc::new(Contact::default());
    let client = SharedHttpClient::new(Attentive {
        client,
        contact: contact.clone(),
    });
    let client = match explain {
        Some(explain) => SharedHttpClient::new(Explaining {
            client,
            explain: Arc::new(explain),
        }),
        None => client,
    };
    // A call that nobody answers is tried again: all tries together take the time of a call.
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(Duration::from_secs(global.call_timeout.0) / TRIES)
        .build();
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(client)
        .retry_config(retries())
        .timeout_config(timeouts);
    if let Some(region) = &global.region {
        loader = loader.region(Region::new(region.clone()));
    }
    if let Some(profile) = &global.profile {
        loader = loader.profile_name(profile);
    }
    if let Some(url) = &global.endpoint_url {
        loader = loader.endpoint_url(url);
    }
    let config = loader.load().await;
    if config.region().is_none() {
        bail!("{}", no_region(global.profile.as_deref()));
    }
    check_credentials(&config).await?;
    for url in in_the_clear(config.endpoint_url()) {
        note(format!(
            "calls go to {url} in the clear: whoever is in between can read what they say, the \
             credentials' session token among it"
        ));
    }
    Ok((config, contact))
}

/// A profile that is not there looks like one in which nothing is set.
fn no_region(profile: Option<&str>) -> String {
    let named = profile.map(str::to_owned);
    let named = named.or_else(|| env::var("AWS_PROFILE").ok().filter(|name| !name.is_empty()));
    let profile = named.map_or_else(
        || "the profile".to_owned(),
        |name| {
            format!("profile '{name}' (`aws configure list-profiles` shows whether it is there)")
        },
    );
    format!("no AWS region is set; give --region, or set AWS_REGION or a region in {profile}")
}

/// The endpoints beyond this machine that are called without TLS.
fn in_the_clear(chosen: Option<&str>) -> BTreeSet<String> {
    let set = env::vars().filter(|(name, _)| name.starts_with("AWS_ENDPOINT_URL"));
    let all = set.map(|(_, url)| url).chain(chosen.map(str::to_owned));
    let plain = |url: &String| {
        let url = Url::parse(url).ok();
        url.is_some_and(|url| url.scheme() == "http" && !is_loopback(&url))
    };
    all.filter(plain).collect()
}

/// The SDK would send its calls to whatever stands there.
fn check_environment() -> Result<()> {
    let set = env::vars().filter(|(_, value)| !value.is_empty());
    for (name, url) in set.filter(|(name, _)| name.starts_with("AWS_ENDPOINT_URL")) {
        endpoint_url(&url).map_err(|advice| anyhow!("{name} is '{url}': {advice}"))?;
    }
    Ok(())
}

fn retries() -> RetryConfig {
    RetryConfig::adaptive()
        .with_max_attempts(ATTEMPTS)
        .with_initial_backoff(FIRST_BACKOFF)
        .with_max_backoff(LONGEST_BACKOFF)
}

async fn check_credentials(config: &SdkConfig) -> Result<()> {
    use aws_credential_types::provider::ProvideCredentials;
    let advice = "set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or sign in with \
                  `aws sso login`; for lambda-local any values do, it prints the lines to paste";
    let Some(provider) = config.credentials_provider() else {
        bail!("no AWS credentials were found\n{advice}");
    };
    match provider.provide_credentials().await {
        Ok(_) => Ok(()),
        Err(error) => Err(anyhow!("{advice}").context(format!("no AWS credentials: {error}"))),
    }
}
