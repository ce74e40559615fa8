//! The line of a request: what a person wants to know of it at a glance.

use std::{
    fmt::{self, Write},
    sync::Arc,
    time::{Duration, SystemTime},
};

use anstyle::{AnsiColor, Style};
use http::{Method, StatusCode};
use time::{OffsetDateTime, macros::format_description};

use crate::message::Message;

/// What was called, as its users write it: `hello:live`.
pub(crate) trait Called: fmt::Display + fmt::Debug + Send + Sync {
    /// Whether it names this version itself.
    fn names(&self, version: &str) -> bool;
}

const DIM: Style = Style::new().dimmed();
const GREEN: Style = AnsiColor::Green.on_default();
const YELLOW: Style = AnsiColor::Yellow.on_default();
const RED: Style = AnsiColor::Red.on_default();

/// Bytes of lines that are gathered of one invocation.
const MAX_PRINTED: usize = 256 << 10;

/// A request that has been answered.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) at: SystemTime,
    pub(crate) took: Duration,
    pub(crate) how: How,
    /// `None` where it reached no function.
    pub(crate) executed: Option<Executed>,
}

/// How it came.
#[derive(Debug)]
pub(crate) enum How {
    /// Through an API or a function URL.
    Http {
        method: Method,
        path: String,
        status: StatusCode,
    },
    /// By a call to Lambda itself.
    Lambda(&'static str),
}

/// What ran for a request.
#[derive(Debug, Clone)]
pub(crate) struct Executed {
    pub(crate) function: Arc<dyn Called>,
    pub(crate) version: String,
    pub(crate) succeeded: bool,
    /// Lambda's word for how it ended.
    pub(crate) status: &'static str,
    pub(crate) printed: Printed,
}

/// Lines of one invocation.
#[derive(Debug, Clone, Default)]
pub(crate) struct Printed {
    lines: Vec<Message>,
    bytes: usize,
    left_out: usize,
}

impl Printed {
    pub(crate) fn add(&mut self, line: &Message) {
        self.bytes += line.bytes();
        if self.bytes > MAX_PRINTED {
            self.left_out += 1;
        } else {
            self.lines.push(line.clone());
        }
    }
}

impl Request {
    /// What it takes in memory, about.
    pub(super) fn bytes(&self) -> usize {
        let printed = self.executed.as_ref().map_or(0, |ran| ran.printed.bytes);
        let path = match &self.how {
            How::Http { path, .. } => path.len(),
            How::Lambda(_) => 0,
        };
        size_of::<Self>() + path + printed.min(MAX_PRINTED)
    }

    pub(super) const fn lines(&self) -> usize {
        match &self.executed {
            Some(executed) => 1 + executed.printed.lines.len(),
            None => 1,
        }
    }

    pub(super) fn write(&self, output: &mut String, coloured: bool) {
        let (dim, outcome) = match coloured {
            true => (DIM, self.style()),
            false => (Style::new(), Style::new()),
        };
        let time = format_description!("[hour]:[minute]:[second]");
        let time = OffsetDateTime::from(self.at).time().format(time);
        let (time, status) = (time.unwrap_or_default(), self.status());
        let _ = write!(
            output,
            "{dim}{time}{dim:#}  {outcome}{status:<7}{outcome:#}"
        );
        let _ = write!(output, "  {:>8}", Took(self.took).to_string());
        if let Some(executed) = &self.executed {
            let _ = write!(output, "  {executed}");
        }
        let _ = write!(output, "  {}", self.how);
        // A handler that answers 500 has succeeded, as far as Lambda knows: this one has not.
        if let (How::Http { .. }, Some(failed)) = (&self.how, self.failed()) {
            let _ = write!(output, "  {outcome}{}{outcome:#}", failed.status);
        }
        output.push('\n');
        if let Some(executed) = &self.executed {
            executed.printed.write(output);
        }
    }

    fn failed(&self) -> Option<&Executed> {
        self.executed.as_ref().filter(|ran| !ran.succeeded)
    }

    fn status(&self) -> String {
        match (&self.how, &self.executed) {
            (How::Http { status, .. }, _) => status.as_u16().to_string(),
            (How::Lambda(_), executed) => executed.as_ref().map_or("", |ran| ran.status).to_owned(),
        }
    }

    fn style(&self) -> Style {
        match &self.how {
            _ if self.failed().is_some() => RED,
            How::Http { status, .. } if status.is_server_error() => RED,
            How::Http { status, .. } if status.is_client_error() => YELLOW,
            _ => GREEN,
        }
    }
}

impl fmt::Display for How {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // What a client sent must not steer the terminal.
            Self::Http { method, path, .. } => write!(f, "{method} {}", path.escape_debug()),
            Self::Lambda(call) => f.write_str(call),
        }
    }
}

/// What was called, and which version that came to.
impl fmt::Display for Executed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.function)?;
        match self.function.names(&self.version) {
            true => Ok(()),
            false => write!(f, " → {}", self.version),
        }
    }
}

impl Printed {
    fn write(&self, output: &mut String) {
        for message in &self.lines {
            for line in message.to_string().lines() {
                let _ = writeln!(output, "    {line}");
            }
        }
        if self.left_out > 0 {
            let _ = writeln!(output, "    … {} lines not shown", self.left_out);
        }
    }
}

struct Took(Duration);

impl fmt::Display for Took {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs_f64();
        match seconds < 1.0 {
            true => write!(f, "{:.1} ms", seconds * 1e3),
            false => write!(f, "{seconds:.2} s"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Called for &str {
        fn names(&self, _: &str) -> bool {
            false
        }
    }

    fn request(status: u16, succeeded: bool) -> Request {
        Request {
            at: SystemTime::UNIX_EPOCH + Duration::from_secs(3_661),
            took: Duration::from_micros(5_140),
            how: How::Http {
                method: Method::GET,
                path: "/orders/7\u{9b}31m".to_owned(),
                status: StatusCode::from_u16(status).unwrap(),
            },
            executed: Some(Executed {
                function: Arc::new("hello:live"),
                version: "2".to_owned(),
                succeeded,
                status: "success",
                printed: Printed::default(),
            }),
        }
    }

    #[test]
    fn a_line_has_time_status_duration_version_and_path_and_cannot_steer_the_terminal() {
        let mut line = String::new();
        request(200, true).write(&mut line, false);
        let expected = "01:01:01  200        5.1 ms  hello:live → 2  GET /orders/7\\u{9b}31m\n";
        assert_eq!(line, expected);
    }

    #[test]
    fn the_colour_is_the_outcome() {
        let style = |status, succeeded| request(status, succeeded).style();
        assert_eq!(style(200, true), GREEN);
        assert_eq!(style(404, true), YELLOW);
        assert_eq!(style(500, true), RED);
        assert_eq!(style(200, false), RED);
    }

    #[test]
    fn of_a_function_that_prints_much_only_so_much_is_gathered() {
        let mut printed = Printed::default();
        let line = Message::Printed("x".repeat(MAX_PRINTED / 4).into());
        (0..10).for_each(|_| printed.add(&line));
        assert_eq!((printed.lines.len(), printed.left_out), (3, 7));
    }
}
