//! `bluegreen logs`: what a version printed, or which errors it had.

use std::{collections::HashSet, fmt::Write as _, time::Duration};

use anstream::println;
use anyhow::{Context, Result};
use bluegreen_rollout::{Routing, Timestamp, Version};
use serde::Serialize;
use serde_json::json;

use crate::{
    alias::AliasHandle,
    aws::LogLine,
    cli::{Format, GlobalArgs, LogsArgs},
    clock::now,
    exit::Exit,
    faults::{Fault, PATTERN, most_frequent},
    report::{Report, print_report},
    terminal::{DIM, harmless, styled},
};

/// Between two looks.
const REST: Duration = Duration::from_secs(2);
/// A line may come so much later than one that was printed after it.
const OVERLAP: u64 = 30;

pub(super) async fn logs(
    handle: &AliasHandle,
    args: &LogsArgs,
    global: &GlobalArgs,
) -> Result<Exit> {
    let version = match args.version {
        Some(version) => version,
        None => newest_of(handle.read().await?.routing),
    };
    let since = now().before(args.since.0);
    if args.errors {
        let lines = read(handle, version, since, Some(PATTERN)).await?;
        let faults = most_frequent(&lines);
        print_report(
            &Errors {
                version: version.number(),
                faults,
            },
            global,
        )?;
        return Ok(Exit::Done);
    }
    let mut follower = Follower {
        printed: HashSet::new(),
        format: global.output,
    };
    let mut from = since;
    loop {
        follower.print(read(handle, version, from, None).await?);
        if !args.follow {
            return Ok(Exit::Done);
        }
        from = since.max(now().before(OVERLAP));
        tokio::time::sleep(REST).await;
    }
}

/// Green of a split: who looks wants to know what the new one does.
const fn newest_of(routing: Routing) -> Version {
    match routing {
        Routing::All(version) => version,
        Routing::Split { green, .. } => green,
        Routing::Settling { to, .. } => to,
    }
}

async fn read(
    handle: &AliasHandle,
    version: Version,
    since: Timestamp,
    pattern: Option<&str>,
) -> Result<Vec<LogLine>> {
    let lines = handle.logs.lines(version, (since, now()), pattern).await;
    lines.with_context(|| format!("failed to read the log group {}", handle.logs.group))
}

/// Prints each line once.
struct Follower {
    printed: HashSet<String>,
    format: Format,
}

impl Follower {
    fn print(&mut self, lines: Vec<LogLine>) {
        for line in &lines {
            if !self.printed.contains(&line.id) {
                println!("{}", self.shown(line));
            }
        }
        // What is older than these is not read again.
        self.printed = lines.into_iter().map(|line| line.id).collect();
    }

    fn shown(&self, line: &LogLine) -> String {
        let text = line.text.trim_end();
        let at = Timestamp::from_unix(line.at / 1000).to_string();
        match self.format {
            Format::Json => json!({ "at": at, "text": text }).to_string(),
            Format::Text => {
                let time = at.get(11..19).unwrap_or_default();
                format!("{}  {}", styled(DIM, time), harmless(text))
            }
        }
    }
}

#[derive(Debug, Serialize)]
struct Errors {
    version: u64,
    faults: Vec<Fault>,
}

impl Report for Errors {
    fn text(&self) -> String {
        if self.faults.is_empty() {
            return format!("no error of version {} is in the logs", self.version);
        }
        let mut text = format!("errors of version {}\n", self.version);
        for fault in &self.faults {
            let _ = writeln!(text, "  {fault}");
        }
        text
    }
}
