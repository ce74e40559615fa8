//! No bootstrap outlives the server: which ones run, and a shell that kills them where the server is
//! killed and cannot. That needs nothing of the process that the server runs in, which may be
//! anybody's test.

use std::{
    collections::HashSet,
    io::{self, Write},
    os::unix::process::CommandExt,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::sync::watch;

/// How long processes that were killed may take to be gone.
const END_LIMIT: Duration = Duration::from_secs(1);

/// One for each server.
#[derive(Debug, Default)]
pub(crate) struct Guard {
    /// The process groups of the bootstraps that run.
    groups: watch::Sender<HashSet<Pid>>,
    /// Started behind the first bootstrap, which starts meanwhile.
    shell: Mutex<Option<Child>>,
}

/// A bootstrap that runs, and will be killed, until this is dropped.
#[derive(Debug)]
pub(super) struct Guarded {
    guard: Arc<Guard>,
    group: Pid,
}

impl Guard {
    /// # Errors
    /// If there is no shell.
    pub(super) fn watch(self: &Arc<Self>, group: Pid) -> io::Result<Guarded> {
        self.tell("begun", group)?;
        self.groups.send_modify(|groups| {
            groups.insert(group);
        });
        let guard = self.clone();
        Ok(Guarded { guard, group })
    }

    /// Kills those that are left, and waits until all have been waited for: none stays behind as a
    /// zombie.
    pub(crate) async fn end_all(&self) {
        for group in self.groups.borrow().iter() {
            // An error means that they have ended.
            let _ = kill_process_group(*group, Signal::KILL);
        }
        let mut groups = self.groups.subscribe();
        let none = groups.wait_for(HashSet::is_empty);
        let _ = tokio::time::timeout(END_LIMIT, none).await;
    }

    fn tell(&self, what: &str, group: Pid) -> io::Result<()> {
        let mut shell = self.shell.lock().unwrap_or_else(PoisonError::into_inner);
        let shell = match &mut *shell {
            Some(shell) => shell,
            none => none.insert(start_shell()?),
        };
        if let Some(shell) = &mut shell.stdin {
            // An error means that somebody has killed it: it guards against what is rarer.
            let _ = writeln!(shell, "{what} {}", group.as_raw_pid());
        }
        Ok(())
    }
}

fn start_shell() -> io::Result<Child> {
    Command::new("/bin/sh")
        .args(["-c", include_str!("guard.sh")])
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // A group of its own, so that what ends the server's does not reach it.
        .process_group(0)
        .spawn()
}

impl Drop for Guarded {
    fn drop(&mut self) {
        let _ = self.guard.tell("ended", self.group);
        self.guard.groups.send_modify(|groups| {
            groups.remove(&self.group);
        });
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let shell = self.shell.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(shell) = shell {
            // It ends when its standard input does, which this closes.
            let _ = shell.wait();
        }
    }
}
