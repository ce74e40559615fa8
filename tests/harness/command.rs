//! A program that ran to its end, and what it said.

#[cfg(feature = "real-clients")]
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Finished {
    pub(crate) fn run(mut command: Command) -> Self {
        let shown = format!("{:?} starts", command.get_program());
        Self::from(command.output().expect(&shown))
    }

    #[track_caller]
    pub(crate) fn succeeds(self) -> Self {
        self.exits(0)
    }

    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}\n{}", self.stdout, self.stderr);
        self
    }

    /// It failed, and says each of these texts on standard error; on standard output nothing, or
    /// the same as JSON.
    #[track_caller]
    pub(crate) fn fails_with(self, code: i32, texts: &[&str]) {
        let finished = self.exits(code);
        for text in texts {
            assert!(
                finished.stderr.contains(text),
                "no {text:?} in:\n{}",
                finished.stderr
            );
        }
        let is_error = finished.stdout.contains(r#""event":"error""#);
        assert!(
            finished.stdout.is_empty() || is_error,
            "{}",
            finished.stdout
        );
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        let parsed = serde_json::from_str(&self.stdout);
        parsed.unwrap_or_else(|error| panic!("{error} in:\n{}", self.stdout))
    }
}

impl From<Output> for Finished {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// A program that runs while the test does something else, and ends by itself.
#[derive(Debug)]
pub(crate) struct Running(Child);

impl Running {
    pub(crate) fn start(mut command: Command) -> Self {
        let shown = format!("{:?} starts", command.get_program());
        let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        Self(command.spawn().expect(&shown))
    }

    pub(crate) fn pid(&self) -> u32 {
        self.0.id()
    }

    pub(crate) fn signal(&self, signal: &str) {
        signal_to(self.0.id(), signal);
    }

    /// Waits for its end.
    pub(crate) fn finish(self) -> Finished {
        Finished::from(self.0.wait_with_output().expect("the program ends"))
    }
}

/// Sends a signal to a process that may have ended.
pub(crate) fn signal_to(pid: u32, signal: &str) {
    let kill = Command::new("kill")
        .args([signal, &pid.to_string()])
        .stderr(Stdio::null())
        .status();
    kill.expect("kill runs");
}

/// A program that runs beside the test, in a process group of its own: dropping it ends the
/// program and whatever that has started.
#[cfg(feature = "real-clients")]
#[derive(Debug)]
pub(crate) struct Background(Child);

#[cfg(feature = "real-clients")]
impl Background {
    pub(crate) fn start(mut command: Command) -> Self {
        let shown = format!("{:?} starts", command.get_program());
        let command = command.process_group(0);
        let quiet = command.stdout(Stdio::null()).stderr(Stdio::null());
        Self(quiet.spawn().expect(&shown))
    }
}

#[cfg(feature = "real-clients")]
impl Drop for Background {
    fn drop(&mut self) {
        let group = format!("-{}", self.0.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
        let _ = self.0.wait();
    }
}
