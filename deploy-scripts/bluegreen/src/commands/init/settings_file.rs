//! The project's `bluegreen.toml`.

use anyhow::{Context, Result};
use toml_edit::{DocumentMut, Value};

use super::{
    Wanted,
    change::{Change, read},
    left::Left,
    project::Program,
};

const HEAD: &str = "\
# Options of `bluegreen` for this function, without their dashes; those of one command in its table.
# The command line comes before them.
";

/// A key, in the table of a command or at the top, and its value.
struct Entry {
    table: Option<&'static str>,
    key: &'static str,
    value: String,
}

/// # Errors
/// If there is one that cannot be read.
pub(super) fn propose(program: &Program, wanted: &Wanted) -> Result<Result<Change, Left>> {
    let path = program.folder.join("bluegreen.toml");
    let entries = entries(program, wanted);
    let Some(before) = read(&path)? else {
        let after = format!("{HEAD}{}", written(&entries));
        let before = None;
        return Ok(Ok(Change {
            path,
            before,
            after,
        }));
    };
    let document: DocumentMut = before
        .parse()
        .with_context(|| format!("{} is not valid", path.display()))?;
    let mut missing = entries;
    missing.retain(|entry| !entry.is_in(&document));
    if missing.is_empty() {
        return Ok(Err(Left::complete(path)));
    }
    let advice = format!("add to it:\n{}", written(&missing).trim_end());
    Ok(Err(Left::new(path, "is there".to_owned(), advice)))
}

fn entries(program: &Program, wanted: &Wanted) -> Vec<Entry> {
    let entry = |table, key, value: &str| Entry {
        table,
        key,
        value: value.to_owned(),
    };
    let binary = program.bootstrap.display().to_string();
    vec![
        entry(None, "function", &wanted.function),
        entry(None, "alias", &wanted.alias),
        entry(Some("create"), "api", &wanted.api_name()),
        entry(Some("create"), "binary", &binary),
        entry(Some("deploy"), "binary", &binary),
    ]
}

impl Entry {
    fn is_in(&self, document: &DocumentMut) -> bool {
        let table = match self.table {
            Some(table) => document.get(table),
            None => Some(document.as_item()),
        };
        table.is_some_and(|table| table.get(self.key).is_some())
    }
}

fn written(entries: &[Entry]) -> String {
    let mut text = String::new();
    let mut table = None;
    for entry in entries {
        if entry.table != table {
            table = entry.table;
            let name = entry.table.unwrap_or_default();
            text.push_str(&format!("\n[{name}]\n"));
        }
        let value = Value::from(entry.value.as_str());
        text.push_str(&format!("{} = {}\n", entry.key, value.to_string().trim()));
    }
    text
}
