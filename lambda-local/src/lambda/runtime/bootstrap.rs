//! Starts a bootstrap so that it cannot outlive the server: lambda-local runs itself, asks the
//! kernel to be killed with its parent, and becomes the bootstrap.

use std::{
    fs,
    io::{self, Read},
    os::unix::{fs::PermissionsExt, process::CommandExt},
    path::Path,
};

/// The first argument with which lambda-local becomes a bootstrap instead of a server.
pub(crate) const EXEC_BOOTSTRAP: &str = "exec-bootstrap";

/// Becomes the bootstrap at `path`; returns only if that fails.
pub(crate) fn exec_bootstrap(path: &Path, server: &str) -> io::Error {
    #[cfg(target_os = "linux")]
    if let Err(error) = die_with_the_server(server) {
        return error;
    }
    #[cfg(not(target_os = "linux"))]
    let _ = server;
    // What whoever started the server had open is not the function's.
    close_fds::set_fds_cloexec(3, &[]);
    // The server's own is for what the server keeps.
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o022));
    std::process::Command::new(path).exec()
}

/// Needed also where the server is killed with -9 and cannot clean up.
#[cfg(target_os = "linux")]
fn die_with_the_server(server: &str) -> io::Result<()> {
    use rustix::process::{Signal, getppid, set_parent_process_death_signal};
    set_parent_process_death_signal(Some(Signal::KILL))?;
    // The server may have died before the line above took effect.
    let parent = getppid().map(|pid| pid.as_raw_nonzero().get().to_string());
    if parent.as_deref() == Some(server) {
        Ok(())
    } else {
        Err(io::Error::other("the server has gone"))
    }
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
