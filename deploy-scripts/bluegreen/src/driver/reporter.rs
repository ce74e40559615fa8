//! Where a rollout's events go: a live picture on a terminal, a line in a pipe where
//! there is news, one JSON object a line with `--output json`.

use std::{
    cell::{Cell, OnceCell, RefCell},
    fmt::Write,
    mem::{Discriminant, discriminant},
    path::Path,
    time::{Duration, Instant},
};

use anstream::{adapter::strip_str, println};
use anyhow::Result;
use bluegreen_rollout::{
    controller::Waiting,
    signal::{Signal, Source},
};
use serde::Serialize;

use super::{
    Event,
    event::{Look, Said, Tally},
    live::Live,
    quiet::{Quiet, no_traffic},
    result::result,
};
use crate::{
    cli::{Format, GlobalArgs},
    clock::now,
    exit::Exit,
    outputs::Outputs,
    summary::Summary,
    terminal::{DIM, can_redraw, styled, terminal_width, wrapped},
};

/// So long at most nothing is printed of a rollout that goes on.
const SILENCE: Duration = Duration::from_secs(30);

#[derive(Debug)]
pub(crate) struct Reporter {
    format: Format,
    verbose: bool,
    /// Drawn from the first look on.
    live: Option<OnceCell<Live>>,
    summary: Option<Summary>,
    outputs: Option<Outputs>,
    /// The last look.
    looked: RefCell<Option<Box<Look>>>,
    /// Of the looks, what was printed last, and when.
    told: Cell<Option<(News, Instant)>>,
    quiet: Quiet,
    /// Where clients reach the alias, where that was seen.
    address: RefCell<Option<String>>,
}

/// What of a look is worth a line: the step, what is waited for, and whether anything went wrong
/// with blue or with green.
type News = (usize, Option<Discriminant<Waiting>>, [bool; 2]);

#[derive(Serialize)]
struct Line<'a> {
    at: String,
    #[serde(flatten)]
    event: &'a Event,
}

impl Reporter {
    /// `outputs` is the file for those, where one was named.
    ///
    /// # Errors
    /// If the summary or the outputs cannot be written.
    pub(crate) fn new(global: &GlobalArgs, outputs: Option<&Path>) -> Result<Self> {
        let format = global.output;
        let terminal = can_redraw(&std::io::stdout()) && can_redraw(&std::io::stderr());
        // A picture that is drawn anew and lines of `--explain` do not go together.
        let live = (format == Format::Text && terminal && !global.explain).then(OnceCell::new);
        Ok(Self {
            format,
            verbose: global.verbose,
            live,
            summary: global.summary.as_deref().map(Summary::open).transpose()?,
            outputs: outputs.map(Outputs::open).transpose()?,
            looked: RefCell::default(),
            told: Cell::default(),
            quiet: Quiet::default(),
            address: RefCell::default(),
        })
    }

    /// Writes summary and outputs, where they were asked for.
    pub(crate) fn end(mut self, ended: Result<Exit>) -> Result<Exit> {
        let summary = self.summary.as_mut().map(|summary| summary.end(&ended));
        let outputs = self.outputs.as_mut().map(|outputs| outputs.end(&ended));
        // What happened is what counts: what failed to be written does not hide it.
        let exit = ended?;
        summary.transpose()?;
        outputs.transpose()?;
        Ok(exit)
    }

    /// Tells something that has no form of its own.
    pub(crate) fn notice(&self, text: impl Into<String>) {
        let text = text.into();
        let text = match self.format {
            Format::Text => text,
            Format::Json => strip_str(text.trim_end()).to_string(),
        };
        self.say(&Event::Notice { text });
    }

    pub(crate) fn say(&self, event: &Event) {
        match (&self.summary, event) {
            (Some(summary), Event::Looked(looked)) => summary.count(counts(looked)),
            (Some(summary), event) => {
                summary.note(&time(), &event.to_string());
                summary.result(&self.result(event));
            }
            (None, _) => {}
        }
        if let Some(outputs) = &self.outputs {
            event.note(outputs);
        }
        if let Event::Looked(looked) = event {
            self.looked.replace(Some(looked.clone()));
            if let Some(silence) = self.quiet.lasts(looked, Instant::now()) {
                self.notice(no_traffic(silence, self.address.borrow().as_deref()));
            }
        }
        match (self.format, &self.live, event) {
            (Format::Json, _, _) => print_json(event),
            (Format::Text, Some(live), Event::Looked(looked)) => {
                live.get_or_init(|| Live::new(self.verbose)).show(looked)
            }
            (Format::Text, None, Event::Looked(looked))
                if !self.is_news(looked, Instant::now()) => {}
            (Format::Text, live, event) => match live.as_ref().and_then(OnceCell::get) {
                Some(live) => live.beside(|| self.print(event)),
                None => self.print(event),
            },
        }
    }

    /// Whether a look says something new, or enough time has passed: a log that is read later is
    /// not filled with lines that are all the same.
    fn is_news(&self, looked: &Look, now: Instant) -> bool {
        let news = news(looked);
        let told = self.told.get();
        let is_old = |(last, at): (News, Instant)| last == news && now.duration_since(at) < SILENCE;
        let is_news = !told.is_some_and(is_old);
        if is_news {
            self.told.set(Some((news, now)));
        }
        is_news
    }

    fn print(&self, event: &Event) {
        print_wrapped(&format!("{}  {event}", styled(DIM, time())));
        if let (true, Event::Looked(looked)) = (self.verbose, event) {
            print_wrapped(&format!("  {}", looked.evidence()));
        }
        for line in self.result(event) {
            print_wrapped(&format!("  {line}"));
        }
    }

    fn result(&self, event: &Event) -> Vec<String> {
        let (looked, address) = (self.looked.borrow(), self.address.borrow());
        result(event, looked.as_deref(), (address.as_deref(), now()))
    }

    /// Where clients reach the alias.
    pub(crate) fn reached_at(&self, address: Option<String>) {
        self.address.replace(address);
    }
}

/// At a terminal no word is broken at its edge.
fn print_wrapped(text: &str) {
    for line in wrapped(text, terminal_width()) {
        println!("{line}");
    }
}

fn news(looked: &Look) -> News {
    let said = looked.outcomes.as_ref().map(|outcomes| outcomes.answered);
    let said = said.unwrap_or_default().map(|Said(answers)| answers);
    let wrong = [0, 1].map(|version| {
        let Tally(counted) = looked.answered[version];
        let mut bad = counted
            .bad(Source::Lambda)
            .chain(said[version].bad(Source::Outcomes));
        bad.any(|(_, bad)| bad > 0)
    });
    let waiting = looked.waiting.as_ref().map(discriminant);
    (looked.step, waiting, wrong)
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
    let said = looked.outcomes.as_ref().map(|outcomes| outcomes.answered);
    let both = looked.answered.into_iter().zip(said.unwrap_or_default());
    for (version, (Tally(counted), Said(said))) in [rollout.blue, rollout.green].iter().zip(both) {
        let _ = write!(text, "| {version} | {} |", counted.requests);
        for signal in &signals {
            let of = match signal.source() {
                Source::Lambda => counted,
                Source::Outcomes => said,
            };
            let _ = write!(text, " {} |", of.counts(*signal).bad);
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

#[cfg(test)]
mod tests;
