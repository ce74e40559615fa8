//! What has the function say how it answers: a dependency and a line in its `main.rs`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use toml_edit::{DocumentMut, InlineTable, Item, Table};

use super::{
    change::{Change, read},
    left::Left,
    main_rs::{Line, layer, with_layer},
    project::{Program, relative},
};

const CRATE: &str = "lambda-outcome";
/// It is a layer for this version of the runtime's crates.
const MAJOR: &str = "1";

/// # Errors
/// If a file cannot be read, or the folder does not hold the crate.
pub(super) fn propose(program: &Program, path: Option<&Path>) -> Result<(Vec<Change>, Vec<Left>)> {
    let manifest = program.folder.join("Cargo.toml");
    let text = read(&manifest)?.context("the package has no Cargo.toml")?;
    let mut document: DocumentMut = text.parse().context("failed to read Cargo.toml")?;
    let is_there = document
        .get("dependencies")
        .is_some_and(|table| table.get(CRATE).is_some());
    let path = match (is_there, path) {
        (true, _) => None,
        (false, None) => return Ok((Vec::new(), vec![not_published(program)])),
        (false, Some(path)) => Some(path),
    };
    if !takes_the_layer(&program.requirement) {
        return Ok((Vec::new(), vec![too_old(program)]));
    }
    let (mut changes, mut left) = (Vec::new(), Vec::new());
    if let Some(path) = path {
        let path = found(path)?;
        depend(&mut document, &program.folder, &path)?;
        left.extend(outside(program, path)?);
        changes.push(Change {
            path: manifest,
            before: Some(text),
            after: document.to_string(),
        });
    }
    left.extend(line(program, &mut changes)?);
    Ok((changes, left))
}

/// The line in the program's source, or what is said in its place.
fn line(program: &Program, changes: &mut Vec<Change>) -> Result<Option<Left>> {
    let path = program.source.clone();
    let source = read(&path)?.with_context(|| format!("{} is not there", path.display()))?;
    match with_layer(&source) {
        Line::There => Ok(None),
        Line::Added(after) => {
            let before = Some(source);
            changes.push(Change {
                path,
                before,
                after,
            });
            Ok(None)
        }
        Line::Unclear(why) => Ok(Some(Left::new(
            path,
            why,
            format!(
                "put the layer around the service that runs: run({}(SERVICE)).await",
                layer(program.runtime)
            ),
        ))),
    }
}

/// The folder of the crate.
fn found(path: &Path) -> Result<PathBuf> {
    let path = path.canonicalize().with_context(|| {
        format!(
            "failed to find {}, which --outcome-path names",
            path.display()
        )
    })?;
    let manifest = fs::read_to_string(path.join("Cargo.toml")).unwrap_or_default();
    if !manifest.contains(&format!("name = \"{CRATE}\"")) {
        bail!(
            "{} does not hold {CRATE}: --outcome-path names deploy-scripts/outcome of a clone of \
             bluegreen's repository",
            path.display()
        );
    }
    Ok(path)
}

/// Who builds the project elsewhere has the repository, and nothing beside it.
fn outside(program: &Program, path: PathBuf) -> Result<Option<Left>> {
    let is_inside = path.starts_with(program.repository.canonicalize()?);
    let why = "is outside this repository, where a build in CI does not find it".to_owned();
    let advice = "check bluegreen's repository out beside it there, too, before the build";
    Ok((!is_inside).then(|| Left::new(path, why, advice.to_owned())))
}

fn depend(document: &mut DocumentMut, folder: &Path, path: &Path) -> Result<()> {
    let mut source = InlineTable::new();
    let way = relative(&folder.canonicalize()?, path);
    source.insert("path", way.display().to_string().into());
    let dependencies = document
        .entry("dependencies")
        .or_insert(Item::Table(Table::new()));
    dependencies[CRATE] = toml_edit::value(source);
    Ok(())
}

fn takes_the_layer(requirement: &str) -> bool {
    let version = requirement.trim_start_matches(|c: char| !c.is_ascii_digit());
    version.is_empty() || version.split('.').next() == Some(MAJOR)
}

fn not_published(program: &Program) -> Left {
    Left::new(
        program.source.clone(),
        format!(
            "without {CRATE} the 500s that the function returns are not seen, and that crate is on \
             no registry yet"
        ),
        "clone bluegreen's repository and give --outcome-path CLONE/deploy-scripts/outcome"
            .to_owned(),
    )
}

fn too_old(program: &Program) -> Left {
    let (name, asked) = (program.runtime.name(), &program.requirement);
    Left::new(
        program.source.clone(),
        format!("{CRATE} is a layer for {name} {MAJOR}, and Cargo.toml asks for {asked}"),
        format!("move to {name} {MAJOR} and run `init` again"),
    )
}

#[cfg(test)]
mod tests {
    use super::takes_the_layer;

    #[test]
    fn the_layer_is_for_the_runtimes_first_version() {
        assert!(
            ["^1.3", "=1.0.2", ">=1", "*"]
                .into_iter()
                .all(takes_the_layer)
        );
        assert!(!["^0.13", "^2", "^10.1"].into_iter().any(takes_the_layer));
    }
}
