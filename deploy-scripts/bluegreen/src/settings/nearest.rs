//! Which file holds the settings, and whether it may: what stands in it runs commands and says
//! where credentials are sent.

use std::{
    env,
    fs::{File, Metadata},
    io::{self, Read},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use rustix::process::{getegid, geteuid};

const FILE: &str = "bluegreen.toml";

/// The nearest file with its text, from this folder up to the root of its repository or to the
/// home folder; `None` if there is none.
///
/// # Errors
/// If it cannot be read, or somebody else may write it.
pub(super) fn nearest(folder: &Path) -> Result<Option<(PathBuf, String)>> {
    let home = env::home_dir();
    for folder in folder.ancestors() {
        let file = folder.join(FILE);
        let read = read(&file).with_context(|| format!("failed to read {}", file.display()))?;
        if let Some(text) = read {
            return Ok(Some((file, text)));
        }
        if folder.join(".git").exists() || home.as_deref() == Some(folder) {
            break;
        }
    }
    Ok(None)
}

fn read(path: &Path) -> Result<Option<String>> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    // What was opened, whatever its name leads to by now.
    Access::of(&file.metadata()?).check(geteuid().as_raw(), getegid().as_raw(), path)?;
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    Ok(Some(text))
}

/// Who may write a file.
struct Access {
    owner: u32,
    group: u32,
    mode: u32,
}

impl Access {
    fn of(metadata: &Metadata) -> Self {
        Self {
            owner: metadata.uid(),
            group: metadata.gid(),
            mode: metadata.mode(),
        }
    }

    /// A user's own group is the user's alone on most systems, and their files are its to write.
    fn check(&self, user: u32, own_group: u32, path: &Path) -> Result<()> {
        let path = path.display();
        let by_group = self.mode & 0o020 != 0 && self.group != own_group;
        if self.owner != user && self.owner != 0 {
            bail!(
                "it belongs to another user ({}) and may run commands as you; read it, and where \
                 you trust it, `chown {user} '{path}'`; otherwise run this in another folder",
                self.owner
            );
        }
        if by_group || self.mode & 0o002 != 0 {
            bail!(
                "others may write it, and it may run commands as you; `chmod go-w '{path}'` where \
                 you trust what it says"
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_taken_from_the_user_and_root_and_from_nobody_else() {
        const ME: u32 = 1000;
        let taken = |owner, group, mode| {
            let access = Access { owner, group, mode };
            access.check(ME, ME, Path::new(FILE)).is_ok()
        };
        assert!(taken(ME, ME, 0o644) && taken(ME, ME, 0o664) && taken(0, 0, 0o644));
        // Of another user, or of a group in which there are others, or of all.
        assert!(!taken(1001, ME, 0o644));
        assert!(!taken(ME, 50, 0o664));
        assert!(!taken(ME, ME, 0o646) && !taken(0, 0, 0o666));
    }
}
