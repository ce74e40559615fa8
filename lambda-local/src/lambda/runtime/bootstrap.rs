//! Starts a bootstrap, and what is known against it before.

use std::{
    fs,
    io::{self, Read},
    os::unix::fs::PermissionsExt,
    path::Path,
    time::{Duration, Instant},
};

use tokio::process::{Child, Command};

/// How long an executable may be busy.
const BUSY_LIMIT: Duration = Duration::from_secs(1);

/// A file that was just unpacked is busy while another process of this one's, which was started
/// meanwhile, has not come to its own executable yet: <https://github.com/golang/go/issues/22315>.
pub(super) async fn start(mut command: Command) -> io::Result<Child> {
    let deadline = Instant::now() + BUSY_LIMIT;
    loop {
        match command.spawn() {
            Err(error) if is_busy(&error) && Instant::now() < deadline => {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            started => return started,
        }
    }
}

fn is_busy(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::ExecutableFileBusy
}

/// Why the bootstrap in this folder cannot start, in Lambda's words; `None` if nothing is known
/// against it.
pub(super) fn cannot_start(task_root: &Path) -> Option<String> {
    let bootstrap = task_root.join("bootstrap");
    let Ok(metadata) = fs::metadata(&bootstrap) else {
        return Some(
            "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]".to_owned(),
        );
    };
    if metadata.permissions().mode() & 0o111 == 0 {
        return Some("fork/exec /var/task/bootstrap: permission denied".to_owned());
    }
    match elf_machine(&bootstrap) {
        Some(machine) if !runs_here(machine) => Some(format!(
            "fork/exec /var/task/bootstrap: exec format error (it was built for {}, and this \
             machine is {}: lambda-local runs only what was built for it)",
            machine_name(machine),
            std::env::consts::ARCH
        )),
        _ => None,
    }
}

/// `e_machine` of an ELF file's header; `None` for a script or anything else.
fn elf_machine(path: &Path) -> Option<u16> {
    let mut header = [0; 20];
    fs::File::open(path).ok()?.read_exact(&mut header).ok()?;
    header
        .starts_with(b"\x7fELF")
        .then(|| u16::from_le_bytes([header[18], header[19]]))
}

const EM_X86_64: u16 = 62;
const EM_AARCH64: u16 = 183;

fn runs_here(machine: u16) -> bool {
    match std::env::consts::ARCH {
        "x86_64" => machine == EM_X86_64,
        "aarch64" => machine == EM_AARCH64,
        _ => true,
    }
}

fn machine_name(machine: u16) -> String {
    match machine {
        EM_X86_64 => "x86_64".to_owned(),
        EM_AARCH64 => "arm64".to_owned(),
        other => format!("ELF machine {other}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_executable_that_is_open_for_writing_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bootstrap");
        fs::copy("/bin/true", &path).unwrap();
        let writer = fs::OpenOptions::new().append(true).open(&path).unwrap();
        let closed = async {
            tokio::task::yield_now().await;
            drop(writer);
        };
        let (started, ()) = tokio::join!(start(Command::new(&path)), closed);
        assert!(started.unwrap().wait().await.unwrap().success());
    }
}
