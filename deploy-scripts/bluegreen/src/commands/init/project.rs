//! The user's project, as cargo describes it: which program is the function.

use std::{
    env,
    ffi::OsString,
    fmt,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

/// The crate with which a program takes its events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Runtime {
    Http,
    Events,
}

impl Runtime {
    pub(super) const ALL: [Self; 2] = [Self::Http, Self::Events];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Http => "lambda_http",
            Self::Events => "lambda_runtime",
        }
    }
}

/// A program that Lambda can run.
#[derive(Debug)]
pub(super) struct Program {
    pub(super) name: String,
    pub(super) runtime: Runtime,
    /// Which version of the runtime's crate the manifest asks for, such as `^1.3`.
    pub(super) requirement: String,
    /// The folder of its package.
    pub(super) folder: PathBuf,
    pub(super) source: PathBuf,
    /// Where cargo-lambda puts what it builds, from the package's folder on.
    pub(super) bootstrap: PathBuf,
    /// The root of the repository, otherwise of the workspace.
    pub(super) repository: PathBuf,
}

impl Program {
    /// # Errors
    /// If cargo knows no project here, or there is not exactly one program that it could be.
    pub(super) fn find(here: &Path, name: Option<&str>) -> Result<Self> {
        let project = Project::of(here)?;
        let mut programs = project.programs();
        if programs.is_empty() {
            bail!(
                "no program here depends on lambda_http or lambda_runtime; \
                 `cargo lambda new --http NAME` makes one"
            );
        }
        match name {
            Some(name) => programs.retain(|program| program.name == name),
            None => programs = nearest(programs, here),
        }
        let names: Vec<&str> = programs.iter().map(|found| found.name.as_str()).collect();
        match (names.len(), name) {
            (0, Some(name)) => {
                bail!("no program '{name}' here depends on lambda_http or lambda_runtime")
            }
            (0 | 1, _) => {}
            _ => bail!(
                "there are several programs: choose one with --bin {}",
                names.join(", --bin ")
            ),
        }
        programs.pop().context("there is no program")
    }
}

/// Those of the package in whose folder this is, or all.
fn nearest(programs: Vec<Program>, here: &Path) -> Vec<Program> {
    let around = |program: &&Program| here.starts_with(&program.folder);
    let depth = |program: &Program| program.folder.components().count();
    match programs.iter().filter(around).map(depth).max() {
        Some(deepest) => {
            let nearest = |program: &Program| around(&program) && depth(program) == deepest;
            programs.into_iter().filter(nearest).collect()
        }
        None => programs,
    }
}

/// What `cargo metadata` prints.
/// <https://doc.rust-lang.org/cargo/commands/cargo-metadata.html>
#[derive(Debug, Deserialize)]
struct Project {
    packages: Vec<Package>,
    target_directory: PathBuf,
    workspace_root: PathBuf,
}

#[derive(Debug, Deserialize)]
struct Package {
    manifest_path: PathBuf,
    dependencies: Vec<Dependency>,
    targets: Vec<Target>,
}

#[derive(Debug, Deserialize)]
struct Dependency {
    name: String,
    req: String,
    /// `dev` or `build`; nothing where the program itself needs it.
    kind: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
    src_path: PathBuf,
}

impl Project {
    fn of(here: &Path) -> Result<Self> {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
        let output = Command::new(cargo)
            .args(["metadata", "--no-deps", "--format-version", "1"])
            .current_dir(here)
            // Where this user builds is not for a file that is committed.
            .env_remove("CARGO_TARGET_DIR")
            .output()
            .context("failed to run `cargo metadata`, which tells what there is to set up")?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            bail!(
                "cargo knows no project here: {}",
                said.trim().trim_start_matches("error: ")
            );
        }
        serde_json::from_slice(&output.stdout).context("`cargo metadata` says something unknown")
    }

    fn programs(&self) -> Vec<Program> {
        let packages = self.packages.iter();
        packages
            .flat_map(|package| self.programs_of(package))
            .collect()
    }

    fn programs_of(&self, package: &Package) -> Vec<Program> {
        let (Some((runtime, requirement)), Some(folder)) =
            (package.runtime(), package.manifest_path.parent())
        else {
            return Vec::new();
        };
        let programs = package.targets.iter().filter(|target| target.is_program());
        let program = |target: &Target| Program {
            name: target.name.clone(),
            runtime,
            requirement: requirement.clone(),
            folder: folder.to_owned(),
            source: target.src_path.clone(),
            bootstrap: relative(folder, &self.target_directory)
                .join("lambda")
                .join(&target.name)
                .join("bootstrap"),
            repository: repository(folder)
                .unwrap_or(&self.workspace_root)
                .to_owned(),
        };
        programs.map(program).collect()
    }
}

impl Package {
    fn runtime(&self) -> Option<(Runtime, String)> {
        Runtime::ALL.into_iter().find_map(|runtime| {
            let found = self.dependencies.iter().find(|dependency| {
                dependency.kind.is_none() && dependency.name == runtime.name()
            })?;
            Some((runtime, found.req.clone()))
        })
    }
}

impl Target {
    fn is_program(&self) -> bool {
        self.kind.iter().any(|kind| kind == "bin")
    }
}

fn repository(folder: &Path) -> Option<&Path> {
    folder
        .ancestors()
        .find(|folder| folder.join(".git").exists())
}

/// The way from a folder to a path; both are absolute.
pub(super) fn relative(from: &Path, to: &Path) -> PathBuf {
    let common = from.ancestors().find(|folder| to.starts_with(folder));
    let common = common.unwrap_or_else(|| Path::new("/"));
    let up = from
        .strip_prefix(common)
        .map_or(0, |rest| rest.components().count());
    let down = to.strip_prefix(common).unwrap_or(to);
    let mut way: PathBuf = std::iter::repeat_n("..", up).collect();
    way.push(down);
    way
}

/// A path as it stands in a file.
pub(super) struct Written<'a>(pub(super) &'a Path);

impl fmt::Display for Written<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_os_str().is_empty() {
            true => f.write_str("."),
            false => self.0.display().fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_between_two_folders_goes_up_and_down() {
        let way = |from, to| relative(Path::new(from), Path::new(to));
        assert_eq!(way("/a/b", "/a/b/target"), Path::new("target"));
        assert_eq!(way("/a/b/c", "/a/target"), Path::new("../../target"));
        assert_eq!(way("/a", "/b/c"), Path::new("../b/c"));
        assert_eq!(Written(&way("/a", "/a")).to_string(), ".");
    }
}
