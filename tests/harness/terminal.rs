//! A terminal of the test's own: what a person sees at theirs, and what they type.

use std::{
    fs::{self, File},
    io::{self, Read, Write},
    num::NonZeroU16,
    os::fd::OwnedFd,
    process::Child,
    sync::{Arc, Mutex},
    time::Duration,
};

use pty_process::{
    Size,
    blocking::{Command, open},
};
use vt100::Parser;

use super::{Printed, Server, command::signal_to, is_of_this_test, program, within};

const SCROLLBACK: usize = 10_000;
pub(crate) const CTRL_C: &str = "\x03";
pub(crate) const CTRL_S: &str = "\x13";
pub(crate) const CTRL_Q: &str = "\x11";

/// A program in a terminal. Dropping it ends whatever was started there.
#[derive(Debug)]
pub(crate) struct Terminal {
    child: Child,
    pty: Arc<File>,
    screen: Arc<Mutex<Screen>>,
    /// With all that steers the terminal.
    pub(crate) printed: Printed,
}

/// A command in whose environment nothing of the user's own decides about AWS.
pub(crate) fn plain(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program).env("TERM", "xterm-256color");
    for (name, _) in std::env::vars() {
        let of_user = [
            "NO_COLOR",
            "CLICOLOR",
            "CLICOLOR_FORCE",
            "LC_ALL",
            "LC_CTYPE",
            "LANG",
        ];
        if name.starts_with("AWS_")
            || name.starts_with("BLUEGREEN_")
            || of_user.contains(&name.as_str())
            || is_of_this_test(&name)
        {
            command = command.env_remove(name);
        }
    }
    command
}

impl Terminal {
    pub(crate) fn start(command: Command, rows: u16, columns: u16) -> Self {
        let (pty, inside) = open().expect("there are pseudo-terminals");
        pty.resize(Size::new(rows, columns))
            .expect("it has any size");
        let child = command.spawn(inside).expect("the program starts");
        let pty = Arc::new(File::from(OwnedFd::from(pty)));
        let screen = Arc::new(Mutex::new(Screen::new(rows, columns)));
        let printed = Printed::by(Watched {
            pty: pty.clone(),
            screen: screen.clone(),
        });
        Self {
            child,
            pty,
            screen,
            printed,
        }
    }

    /// As when a person pulls at the window's corner.
    pub(crate) fn resize(&self, rows: u16, columns: u16) {
        let size = rustix::termios::Winsize {
            ws_row: rows,
            ws_col: columns,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        rustix::termios::tcsetwinsize(&*self.pty, size).expect("it has any size");
        let mut screen = self.screen.lock().expect("nobody panics while it is held");
        screen.resize(rows, columns);
    }

    pub(crate) fn types(&self, text: &str) {
        let typed = (&*self.pty).write_all(text.as_bytes());
        typed.expect("the terminal takes what is typed");
    }

    /// All that stands there, from what was scrolled out above to the last line with text.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut screen = self.screen.lock().expect("nobody panics while it is held");
        screen.lines()
    }

    /// Waits until something is seen.
    #[track_caller]
    pub(crate) fn wait<T>(
        &self,
        limit: Duration,
        what: &str,
        mut seen: impl FnMut(&[String]) -> Option<T>,
    ) -> T {
        let mut last = Vec::new();
        let found = within(limit, || {
            last = self.lines();
            seen(&last)
        });
        found.unwrap_or_else(|| panic!("not within {limit:?}: {what}\n{}", last.join("\n")))
    }

    /// Waits for a line with this text, and gives it.
    #[track_caller]
    pub(crate) fn shows(&self, text: &str) -> String {
        self.wait(Duration::from_secs(10), text, |lines| {
            lines.iter().find(|line| line.contains(text)).cloned()
        })
    }

    /// Waits for the program's end, and gives its exit code.
    #[track_caller]
    pub(crate) fn ends(&mut self) -> Option<i32> {
        self.ends_within(Duration::from_secs(10))
    }

    #[track_caller]
    pub(crate) fn ends_within(&mut self, limit: Duration) -> Option<i32> {
        let ended = within(limit, || self.child.try_wait().ok()?);
        let ended = ended.unwrap_or_else(|| panic!("it goes on:\n{}", self.lines().join("\n")));
        ended.code()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        for pid in of_session(self.child.id()) {
            signal_to(pid, "-KILL");
        }
        let _ = self.child.wait();
    }
}

impl Server {
    /// The deployer in a terminal of this size.
    pub(crate) fn bluegreen_at_terminal(&self, args: &[&str], size: (u16, u16)) -> Terminal {
        self.bluegreen_at_terminal_where(&[], args, size)
    }

    /// The same where these variables of the environment are set.
    pub(crate) fn bluegreen_at_terminal_where(
        &self,
        variables: &[(&str, &str)],
        args: &[&str],
        (rows, columns): (u16, u16),
    ) -> Terminal {
        let elsewhere = self.command(program("bluegreen"));
        let command = plain(program("bluegreen")).args(args);
        let given = elsewhere.get_envs();
        let given = given.filter_map(|(name, value)| Some((name, value?)));
        let set = |command: Command, (name, value)| command.env(name, value);
        let command = given.fold(command, set);
        let variables = variables.iter();
        let command = variables.fold(command, |command, (name, value)| command.env(name, value));
        Terminal::start(command, rows, columns)
    }

    /// One in a terminal as wide as most are.
    pub(crate) fn in_terminal(options: &[&str]) -> (Terminal, Self) {
        let program = plain(program("lambda-local"));
        let command = program.args(["--port", "0", "--ephemeral"]).args(options);
        Self::at_terminal(command)
    }

    /// One that this command becomes.
    pub(crate) fn at_terminal(command: Command) -> (Terminal, Self) {
        let terminal = Terminal::start(command, 30, 80);
        terminal.shows("what runs");
        let export = terminal.shows("export AWS_ENDPOINT_URL=");
        let (_, url) = export.split_once('=').expect("it is an assignment");
        let server = Self::at(url);
        (terminal, server)
    }
}

/// The processes that were started in a terminal: a shell's background jobs are groups of their own.
fn of_session(session: u32) -> Vec<u32> {
    let processes = fs::read_dir("/proc").expect("there is /proc");
    let processes = processes.filter_map(|entry| {
        let pid: u32 = entry.ok()?.file_name().to_str()?.parse().ok()?;
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The name may hold anything; what follows it is state, parent, group, session, ….
        let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
        (fields.nth(3)? == session.to_string()).then_some(pid)
    });
    processes.collect()
}

/// What is read from the terminal, drawn on its screen on the way.
struct Watched {
    pty: Arc<File>,
    screen: Arc<Mutex<Screen>>,
}

impl Read for Watched {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = (&*self.pty).read(buffer)?;
        let mut screen = self.screen.lock().expect("nobody panics while it is held");
        screen.parser.process(&buffer[..count]);
        Ok(count)
    }
}

struct Screen {
    parser: Parser,
    columns: u16,
}

impl std::fmt::Debug for Screen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.parser.screen().contents())
    }
}

impl Screen {
    fn new(rows: u16, columns: u16) -> Self {
        let size = |size| NonZeroU16::new(size).expect("it has a size");
        let parser = Parser::new(size(rows), size(columns), SCROLLBACK);
        Self { parser, columns }
    }

    fn resize(&mut self, rows: u16, columns: u16) {
        let size = |size| NonZeroU16::new(size).expect("it has a size");
        self.parser.screen_mut().set_size(size(rows), size(columns));
        self.columns = columns;
    }

    fn lines(&mut self) -> Vec<String> {
        let screen = self.parser.screen_mut();
        let mut lines = Vec::new();
        for back in (1..=screen.scrollback_len()).rev() {
            screen.set_scrollback(back);
            lines.extend(screen.rows(0, self.columns).next());
        }
        screen.set_scrollback(0);
        lines.extend(screen.rows(0, self.columns));
        // A space that was written and one that never was look the same.
        lines
            .iter_mut()
            .for_each(|line| line.truncate(line.trim_end().len()));
        while lines.pop_if(|line| line.is_empty()).is_some() {}
        lines
    }
}
