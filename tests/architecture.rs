//! What the plan of the house promises, held against the sources.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use crate::harness::repository;

/// Rust files below a folder, and what they hold without their tests.
fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![repository().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let code = text.split("#[cfg(test)]").next().unwrap_or_default();
                found.push((path, code.to_owned()));
            }
        }
    }
    found
}

/// The module at the top of the crate that a file belongs to; none for the root itself.
fn module(source: &Path, folder: &str) -> Option<String> {
    let path = source.strip_prefix(repository().join(folder)).unwrap();
    let first = path.components().next()?.as_os_str().to_str()?;
    let name = first.trim_end_matches(".rs");
    (!["main", "lib"].contains(&name)).then(|| name.to_owned())
}

/// The modules behind each `crate::` of a source, also those of a list in braces.
fn imported(source: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for rest in source.split("crate::").skip(1) {
        let list = rest.strip_prefix('{').unwrap_or_default();
        let mut depth = 0_i32;
        let end = list.find(|c: char| {
            depth += i32::from(c == '{') - i32::from(c == '}');
            depth < 0
        });
        let list = &list[..end.unwrap_or_default()];
        let mut depth = 0_i32;
        let outer = list.split(|c: char| {
            depth += i32::from(c == '{') - i32::from(c == '}');
            c == ',' && depth == 0
        });
        for name in outer.chain([rest]) {
            let name = name.trim_start();
            let end = name.find(|c: char| !c.is_ascii_lowercase() && c != '_');
            names.insert(name[..end.unwrap_or(name.len())].to_owned());
        }
    }
    names
}

/// Modules of a crate that import each other in a circle.
fn circle(folder: &str) -> Vec<String> {
    let mut imports: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (path, source) in sources(folder) {
        if let Some(module) = module(&path, folder) {
            imports.entry(module).or_default().extend(imported(&source));
        }
    }
    in_a_circle(imports)
}

/// Whoever imports nothing that is left is in no circle.
fn in_a_circle(mut imports: BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    loop {
        let left: BTreeSet<String> = imports.keys().cloned().collect();
        let before = imports.len();
        imports.retain(|name, of| of.iter().any(|other| other != name && left.contains(other)));
        if imports.len() == before {
            return imports.into_keys().collect();
        }
    }
}

#[test]
fn no_modules_of_the_deployer_import_each_other_in_a_circle() {
    assert_eq!(circle("deploy-scripts/bluegreen/src"), [""; 0]);
}

#[test]
fn a_circle_would_be_seen() {
    let sources = [
        ("a", "use crate::{b::{B, c::D}, e};"),
        ("b", "fn f() { crate::e::g() }"),
        ("e", "use crate::a::A;"),
        ("c", "use crate::a;"),
        ("d", "use std::fmt;"),
    ];
    let imports = |(name, source): (&str, &str)| (name.to_owned(), imported(source));
    let circle = in_a_circle(sources.into_iter().map(imports).collect());
    // What imports a circle is not told apart from what is in it.
    assert_eq!(circle, ["a", "b", "c", "e"]);
}

#[test]
fn the_alias_is_written_in_one_place() {
    let calls = sources("deploy-scripts/bluegreen/src").into_iter();
    let calls = calls.filter(|(path, _)| !path.components().any(|part| part.as_os_str() == "aws"));
    let calls = calls.map(|(_, source)| source.matches(".update_alias(").count());
    assert_eq!(calls.sum::<usize>(), 1);
}

#[test]
fn each_service_of_aws_is_named_in_one_file_or_folder() {
    let mut named: BTreeMap<String, BTreeSet<PathBuf>> = BTreeMap::new();
    for (path, source) in sources("deploy-scripts/bluegreen/src") {
        for rest in source.split("aws_sdk_").skip(1) {
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric());
            let sdk = rest[..end.unwrap_or(rest.len())].to_owned();
            let folder = path.parent().unwrap();
            let room = match folder.ends_with("aws") {
                true => path.clone(),
                false => folder.to_owned(),
            };
            named.entry(sdk).or_default().insert(room);
        }
    }
    assert!(named.len() >= 4, "{named:?}");
    // Both kinds of APIs are one service to everybody else.
    assert!(named.values().all(|rooms| rooms.len() == 1), "{named:#?}");
}

#[test]
fn what_decides_depends_on_nothing() {
    let manifest = repository().join("deploy-scripts/rollout/Cargo.toml");
    let manifest = fs::read_to_string(manifest).unwrap();
    let section = manifest
        .split("\n[")
        .find(|part| part.starts_with("dependencies]"));
    let lines = section.unwrap_or_default().lines().skip(1);
    let lines = lines.filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    assert_eq!(lines.count(), 0);
}
