//! The thread that prints. It may wait for ever for a reader who does not read; nobody waits for it.

use std::io::{self, Write};

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};

use super::queue::{Batch, Queue, Shown};

const WARNING: Style = AnsiColor::Yellow.on_default();

pub(super) fn run(queue: &Queue) {
    let screen = Screen::new();
    while let Some(batch) = queue.take() {
        screen.print(batch);
        queue.rest();
    }
}

/// Whether each stream takes colours.
#[derive(Debug)]
struct Screen {
    coloured_output: bool,
    coloured_errors: bool,
}

impl Screen {
    fn new() -> Self {
        Self {
            coloured_output: AutoStream::choice(&io::stdout()) != ColorChoice::Never,
            coloured_errors: AutoStream::choice(&io::stderr()) != ColorChoice::Never,
        }
    }

    fn print(&self, batch: Batch) {
        let mut output = String::new();
        for shown in batch.shown {
            match shown {
                Shown::Announcement(text) => output += &text,
                Shown::Request(request) => request.write(&mut output, self.coloured_output),
                Shown::Log(lines) => output.extend(lines.iter().map(|line| format!("{line}\n"))),
                Shown::Warning(text) => {
                    // In the order in which it was said.
                    print(&mut io::stdout(), &output);
                    output.clear();
                    self.warn(&text);
                }
            }
        }
        if batch.left_out > 0 {
            output += &format!("… {} lines not shown\n", batch.left_out);
        }
        print(&mut io::stdout(), &output);
    }

    fn warn(&self, text: &str) {
        match self.coloured_errors {
            true => print(&mut io::stderr(), &format!("{WARNING}{text}{WARNING:#}")),
            false => print(&mut io::stderr(), text),
        }
    }
}

/// Where nobody reads it any more, the server runs all the same.
fn print(stream: &mut impl Write, text: &str) {
    let _ = stream.write_all(text.as_bytes());
    let _ = stream.flush();
}
