//! Where a rollout's events go: a live picture on a terminal, a line a tick in a pipe, one JSON
//! object a line with `--output json`.

use std::{cell::OnceCell, fmt::Write, io::IsTerminal};

use anstream::println;
use anyhow::Result;
use rollout::signal::Signal;
use serde::Serialize;

use super::{
    Event,
    event::{Look, Tally},
    live::Live,
};
use crate::{
    cli::{Format, GlobalArgs},
    clock::now,
    exit::Exit,
    summary::Summary,
    terminal::{DIM, styled},
};

#[derive(Debug)]
pub(crate) struct Reporter {
    format: Format,
    /// Drawn from the first look on.
    live: Option<OnceCell<Live>>,
    summary: Option<Summary>,
}

#[derive(Serialize)]
struct Line<'a> {
    at: String,
    #[serde(flatten)]
    event: &'a Event,
}

impl Reporter {
    /// # Errors
    /// If the summary cannot be written.
    pub(crate) fn new(global: &GlobalArgs) -> Result<Self> {
        let format = global.output;
        let terminal = std::io::stdout().is_terminal() && std::io::stderr().is_terminal();
        // A picture that is drawn anew and lines of `--explain` do not go together.
        let live = (format == Format::Text && terminal && !global.explain).then(OnceCell::new);
        Ok(Self {
            format,
            live,
            summary: global.summary.as_deref().map(Summary::open).transpose()?,
        })
    }

    /// Writes the summary, where one was asked for.
    pub(crate) fn end(mut self, ended: Result<Exit>) -> Result<Exit> {
        if let Some(summary) = &mut self.summary {
            let written = summary.end(&ended);
            // What happened is what counts: a summary that failed does not hide it.
            return ended.and_then(|exit| written.map(|()| exit));
        }
        ended
    }

    /// Tells something that has no form of its own.
    pub(crate) fn notice(&self, text: impl Into<String>) {
        self.say(&Event::Notice { text: text.into() });
    }

    pub(crate) fn say(&self, event: &Event) {
        match (&self.summary, event) {
            (Some(summary), Event::Looked(looked)) => summary.count(counts(looked)),
            (Some(summary), event) => summary.note(&time(), &event.to_string()),
            (None, _) => {}
        }
        match (self.format, &self.live, event) {
            (Format::Json, _, _) => print_json(event),
            (Format::Text, Some(live), Event::Looked(looked)) => {
                live.get_or_init(Live::new).show(looked)
            }
            (Format::Text, live, event) => match live.as_ref().and_then(OnceCell::get) {
                Some(live) => live.beside(|| print_line(event)),
                None => print_line(event),
            },
        }
    }
}

fn print_line(event: &Event) {
    println!("{}  {event}", styled(DIM, time()));
}

/// `15:03:08`
fn time() -> String {
    now().to_string().get(11..19).unwrap_or_default().to_owned()
}

/// A table of what both versions answered.
fn counts(looked: &Look) -> String {
    let rollout = &looked.rollout;
    let signals: Vec<Signal> = rollout.plan.signals().collect();
    let words: Vec<&str> = signals.iter().map(|signal| signal.kind().word).collect();
    let (words, lines) = (words.join(" | "), "---|".repeat(2 + signals.len()));
    let mut text = format!("| version | requests | {words} |\n|{lines}\n");
    for (version, Tally(answers)) in [(rollout.blue, looked.blue), (rollout.green, looked.green)] {
        let _ = write!(text, "| {version} | {} |", answers.requests);
        for signal in &signals {
            let _ = write!(text, " {} |", answers.counts(*signal).bad);
        }
        text.push('\n');
    }
    let _ = writeln!(text, "\n{}\n", looked.difference());
    text
}

fn print_json(event: &Event) {
    let line = Line {
        at: now().to_string(),
        event,
    };
    // Numbers and texts: nothing in it that JSON has not.
    println!("{}", serde_json::to_string(&line).unwrap_or_default());
}
