//! `bluegreen traffic`: sends requests to the API and shows which version answered.

use std::{
    fmt::Write,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow, bail};
use bluegreen_rollout::{Routing, Version};
use serde::Serialize;

use crate::{
    alias::AliasHandle,
    cli::TrafficArgs,
    report::Report,
    terminal::{BOLD, Progress, RED, bar, part, percent, styled},
    traffic::{Load, Tally, VersionTally, send, wilson},
};

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Traffic {
    url: String,
    requests: u64,
    seconds: f64,
    errors: u64,
    unanswered: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_failure: Option<String>,
    versions: Vec<VersionTraffic>,
    latency_ms: Latency,
    #[serde(skip)]
    routing: Option<Routing>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct VersionTraffic {
    /// `None` for answers that named none, or something that is no number.
    version: Option<u64>,
    /// What the answers said.
    name: Option<String>,
    answers: u64,
    errors: u64,
    /// Of the answers that said which version gave them, with its 95 % interval.
    share: f64,
    interval: (f64, f64),
    /// What the alias asked for, if that did not change meanwhile.
    weight: Option<f64>,
}

#[derive(Debug, Serialize)]
struct Latency {
    p50: f64,
    p95: f64,
    p99: f64,
}

pub(crate) async fn traffic(handle: &AliasHandle, args: &TrafficArgs) -> Result<Traffic> {
    let url = match &args.url {
        Some(url) => url.clone(),
        None => api_url(handle).await?,
    };
    // Only to say what was asked for: with --url there need not be an alias.
    let before = routing(handle).await;
    let started = Instant::now();
    let tally = send_with_progress(&url, args).await?;
    let took = started.elapsed();
    if tally.answers() == 0 {
        let reason = tally.last_failure.unwrap_or_default();
        bail!(
            "none of {} requests to {url} was answered: {reason}",
            tally.unanswered
        );
    }
    let unmoved = match before {
        Some(before) => routing(handle).await.filter(|after| *after == before),
        None => None,
    };
    Ok(Traffic::new(url, tally, took, unmoved))
}

async fn routing(handle: &AliasHandle) -> Option<Routing> {
    let alias = handle.lambda.alias(&handle.alias).await.ok()??;
    Some(alias.routing)
}

/// The API of `create`'s name, or the alias's URL.
async fn api_url(handle: &AliasHandle) -> Result<String> {
    let (name, lambda) = (handle.api_name(), &handle.lambda);
    let found = handle.gateway.find(&name).await;
    match found.context("failed to list the APIs")?.as_slice() {
        [api] => Ok(api.endpoint.clone()),
        [] => {
            let url = lambda.url(Some(&handle.alias)).await;
            let url = url.context("failed to read the alias's URL")?;
            url.map(|url| url.address).ok_or_else(|| {
                anyhow!(
                    "there is no API '{name}' and no URL of the alias: `bluegreen create` makes \
                     them, or say with --url where the alias is reached"
                )
            })
        }
        several => Err(anyhow!(
            "there are {} APIs '{name}': say which with --url",
            several.len()
        )),
    }
}

async fn send_with_progress(url: &str, args: &TrafficArgs) -> Result<Tally> {
    let load = Load {
        url: url.to_owned(),
        requests: args.requests,
        concurrency: args.concurrency,
        rate: args.rate,
        version_header: args.version_header.clone(),
    };
    let progress = Progress::counter(args.requests);
    send(load, move |tally| {
        progress.advance(tally.sent(), || live(tally))
    })
    .await
}

/// `version 1: 90, version 2: 10, 1 error`
fn live(tally: &Tally) -> String {
    let mut parts: Vec<String> = Vec::new();
    for (version, VersionTally { answers, .. }) in &tally.versions {
        match version {
            Some(version) => parts.push(format!("version {version}: {answers}")),
            None => parts.push(format!("unknown: {answers}")),
        }
    }
    if tally.errors() > 0 {
        parts.push(styled(RED, format!("errors: {}", tally.errors())));
    }
    parts.join("  ")
}

impl Traffic {
    fn new(url: String, tally: Tally, took: Duration, routing: Option<Routing>) -> Self {
        let attributed = tally.attributed();
        let versions = tally
            .versions
            .iter()
            .map(|(version, counted)| VersionTraffic {
                version: version.as_deref().and_then(|name| name.parse().ok()),
                name: version.clone(),
                answers: counted.answers,
                errors: counted.errors,
                share: counted.answers as f64 / attributed.max(1) as f64,
                interval: wilson(counted.answers, attributed),
                weight: weight(version.as_deref(), routing),
            });
        Self {
            url,
            requests: tally.sent(),
            seconds: took.as_secs_f64(),
            errors: tally.errors(),
            unanswered: tally.unanswered,
            last_failure: tally.last_failure.clone(),
            versions: versions.collect(),
            latency_ms: Latency {
                p50: tally.latency_ms(0.5),
                p95: tally.latency_ms(0.95),
                p99: tally.latency_ms(0.99),
            },
            routing,
        }
    }
}

fn weight(version: Option<&str>, routing: Option<Routing>) -> Option<f64> {
    let version: Version = version?.parse().ok()?;
    routing.map(|routing| routing.share_of(version))
}

impl VersionTraffic {
    fn line(&self, routing: Option<Routing>) -> String {
        let Some(version) = &self.name else {
            let errors = self.errors_text();
            return format!("  {} answers named no version{errors}", self.answers);
        };
        let part = version
            .parse()
            .ok()
            .zip(routing)
            .map(|(version, at)| part(at, version));
        let style = part.map(|(style, _)| style).unwrap_or_default();
        let (low, high) = self.interval;
        let weight = self.weight.map_or_else(String::new, |weight| {
            format!(", asked for {}", percent(weight))
        });
        format!(
            "  {}  {}  {}{}  {} (95% interval {} to {}{weight})",
            styled(BOLD, format!("version {version}")),
            bar(self.share, style),
            self.answers,
            self.errors_text(),
            tenths(self.share),
            tenths(low),
            tenths(high),
        )
    }

    fn errors_text(&self) -> String {
        match self.errors {
            0 => String::new(),
            errors => format!(", {}", styled(RED, format!("{errors} failed"))),
        }
    }
}

/// A measured share, to a tenth of a percent.
fn tenths(share: f64) -> String {
    format!("{:.1}%", share * 100.0)
}

impl Report for Traffic {
    fn text(&self) -> String {
        let rate = self.requests as f64 / self.seconds.max(1e-9);
        let mut text = format!(
            "{} requests to {} in {:.1} s ({rate:.0} a second)\n\n",
            self.requests, self.url, self.seconds
        );
        for version in &self.versions {
            let _ = writeln!(text, "{}", version.line(self.routing));
        }
        if let Some(reason) = &self.last_failure {
            let line = format!(
                "  {} without an answer, the last: {reason}",
                self.unanswered
            );
            let _ = writeln!(text, "{}", styled(RED, line));
        }
        let errors = match self.errors {
            0 => "no errors".to_owned(),
            errors => styled(RED, format!("{errors} of {} failed", self.requests)),
        };
        let Latency { p50, p95, p99 } = self.latency_ms;
        let _ = writeln!(
            text,
            "\n  {errors}; latency in ms: median {p50:.1}, 95% {p95:.1}, 99% {p99:.1}"
        );
        text
    }
}
