//! `bluegreen local`: becomes lambda-local.

use std::{env, io, os::unix::process::CommandExt, path::PathBuf, process::Command};

use anyhow::{Error, anyhow};

const PROGRAM: &str = "lambda-local";

/// Returns only if lambda-local cannot be started.
pub(crate) fn start(options: &[String]) -> Error {
    let program = beside_this_program().unwrap_or_else(|| PROGRAM.into());
    let error = Command::new(&program).args(options).exec();
    if error.kind() == io::ErrorKind::NotFound {
        return anyhow!(
            "unpack its archive beside this program; in the repository `cargo build --workspace` \
             builds both"
        )
        .context(format!(
            "failed to find {PROGRAM}, neither beside this program nor in PATH"
        ));
    }
    Error::new(error).context(format!("failed to start {}", program.display()))
}

/// Cargo puts both programs into the same folder.
fn beside_this_program() -> Option<PathBuf> {
    let path = env::current_exe().ok()?.with_file_name(PROGRAM);
    path.is_file().then_some(path)
}
