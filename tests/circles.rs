//! One way down, and one writer: no modules in a circle, one caller of `update_alias`.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use crate::{architecture::sources, harness::repository};

/// Rust files below a folder, and what they hold without their tests.
fn code(folder: &str) -> Vec<(PathBuf, String)> {
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        (path, code.to_owned())
    };
    sources(folder).into_iter().map(read).collect()
}

/// The module at the top of the crate that a file belongs to; none for the root itself.
fn module(source: &Path, folder: &str) -> Option<String> {
    let path = source.strip_prefix(repository().join(folder)).unwrap();
    let first = path.components().next()?.as_os_str().to_str()?;
    let name = first.trim_end_matches(".rs");
    (!["main", "lib"].contains(&name)).then(|| name.to_owned())
}

/// What stands behind each `crate::` of a source, also in a list in braces: modules, and names that
/// the root gives on.
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
            let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            names.insert(name[..end.unwrap_or(name.len())].to_owned());
        }
    }
    names
}

/// The module of each name that a crate's root gives on.
fn given_on(root: &str) -> BTreeMap<String, String> {
    let mut given = BTreeMap::new();
    for line in root.split("pub use ").skip(1) {
        let path = line.split(';').next().unwrap_or_default();
        if let Some((module, names)) = path.split_once("::") {
            let names = names.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            given.extend(names.map(|name| (name.to_owned(), module.to_owned())));
        }
    }
    given
}

/// Modules of a crate that import each other in a circle.
fn circle(folder: &str) -> Vec<String> {
    let sources = code(folder);
    let root = sources.iter().find(|(path, _)| path.ends_with("lib.rs"));
    let given = given_on(root.map_or("", |(_, root)| root));
    let mut imports: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (path, source) in &sources {
        if let Some(module) = module(path, folder) {
            let names = imported(source).into_iter();
            let modules = names.map(|name| given.get(&name).cloned().unwrap_or(name));
            imports.entry(module).or_default().extend(modules);
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
fn no_modules_of_what_decides_import_each_other_in_a_circle() {
    assert_eq!(circle("deploy-scripts/rollout/src"), [""; 0]);
    let root = code("deploy-scripts/rollout/src").into_iter();
    let root = root.filter(|(path, _)| path.ends_with("lib.rs"));
    let given = given_on(&root.map(|(_, source)| source).collect::<String>());
    assert_eq!(
        given["Version"], "version",
        "as long as the root gives it on"
    );
}

#[test]
fn no_modules_of_lambda_local_import_each_other_in_a_circle() {
    assert_eq!(circle("lambda-local/src"), [""; 0]);
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
    let calls = code("deploy-scripts/bluegreen/src").into_iter();
    let calls = calls.filter(|(path, _)| !path.components().any(|part| part.as_os_str() == "aws"));
    let calls = calls.map(|(_, source)| source.matches(".update_alias(").count());
    assert_eq!(calls.sum::<usize>(), 1);
}
