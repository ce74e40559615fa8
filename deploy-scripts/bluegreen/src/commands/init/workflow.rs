//! The workflow that releases the function from GitHub Actions.

use anyhow::Result;

use super::{
    Wanted,
    change::{Change, read},
    left::Left,
    project::{Program, Written, relative},
};

const TEMPLATE: &str = include_str!("workflow.yml");

/// # Errors
/// If there is one that cannot be read.
pub(super) fn propose(program: &Program, wanted: &Wanted) -> Result<Result<Change, Left>> {
    let name = format!("release-{}.yml", wanted.function);
    let path = program.repository.join(".github/workflows").join(name);
    let after = filled(program, wanted);
    match read(&path)? {
        None => {
            let before = None;
            Ok(Ok(Change {
                path,
                before,
                after,
            }))
        }
        Some(before) if before == after => Ok(Err(Left::complete(path))),
        Some(_) => {
            let advice = "move it away and run `init` again to see what it would write".to_owned();
            Ok(Err(Left::new(path, "is there".to_owned(), advice)))
        }
    }
}

fn filled(program: &Program, wanted: &Wanted) -> String {
    let folder = relative(&program.repository, &program.folder);
    let bootstrap = folder.join(&program.bootstrap);
    let values = [
        ("@FUNCTION@", wanted.function.clone()),
        ("@ALIAS@", wanted.alias.clone()),
        ("@BIN@", program.name.clone()),
        ("@FOLDER@", quoted(&Written(&folder).to_string())),
        ("@BOOTSTRAP@", quoted(&bootstrap.display().to_string())),
        ("@VERSION@", env!("CARGO_PKG_VERSION").to_owned()),
    ];
    values
        .iter()
        .fold(TEMPLATE.to_owned(), |text, (name, value)| {
            text.replace(name, value)
        })
}

/// As YAML has it, which takes what JSON does; plain where nothing in it could be taken for more.
fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "./_-".contains(c);
    match text.chars().all(is_plain) {
        true => text.to_owned(),
        false => serde_json::Value::from(text).to_string(),
    }
}
