//! One way down, and one writer: no modules in a circle, one caller of `update_alias`.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use crate::{
    architecture::sources,
    imports::{Module, Modules},
};

/// By module; what each imports from.
type Imports = BTreeMap<Module, BTreeSet<Module>>;

/// What stands beside each other in a module and imports each other in a circle.
fn circle_in(within: &[String], imports: &Imports) -> Vec<String> {
    let child = |of: &Module| of.strip_prefix(within)?.first().cloned();
    let mut beside: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (module, from) in imports {
        if let Some(module) = child(module) {
            let from = from.iter().filter_map(child);
            beside.entry(module).or_default().extend(from);
        }
    }
    in_a_circle(beside)
}

/// Every circle of a crate, with the module that it is in.
fn circles(modules: &Modules) -> Vec<(String, Vec<String>)> {
    let imports = modules.imports();
    let all = imports
        .keys()
        .map(|within| (within, circle_in(within, &imports)));
    let circles = all.filter(|(_, circle)| !circle.is_empty());
    circles
        .map(|(within, circle)| (within.join("::"), circle))
        .collect()
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
    let modules = Modules::of("deploy-scripts/bluegreen/src");
    assert_eq!(circles(&modules), []);
}

#[test]
fn no_modules_of_what_decides_import_each_other_in_a_circle() {
    let modules = Modules::of("deploy-scripts/rollout/src");
    assert_eq!(circles(&modules), []);
}

#[test]
fn no_modules_of_lambda_local_import_each_other_in_a_circle() {
    assert_eq!(circles(&Modules::of("lambda-local/src")), []);
}

/// A crate of these files.
fn made_of(files: &[(&str, &str)]) -> Modules {
    let files = files.iter().map(|(path, source)| {
        let names = path.split('/').filter(|name| !name.is_empty());
        (names.map(str::to_owned).collect(), (*source).to_owned())
    });
    Modules::new(files)
}

#[test]
fn a_circle_would_be_seen() {
    let crate_ = made_of(&[
        ("", "mod a;\npub(crate) use e::E;"),
        ("a", "use crate::{b::{B, c::D}, f};"),
        ("b", "fn f() { crate::E::g() }"),
        ("e", "use std::fmt;\nuse crate::a::A;"),
        // What imports a circle is not told apart from what is in it.
        ("c", "use crate::a;"),
        (
            "d",
            "use std::a;\n// use crate::a;\n#[cfg(test)]\nmod tests { use crate::a; }",
        ),
        ("f", ""),
    ]);
    let circle = ["a", "b", "c", "e"].map(str::to_owned).to_vec();
    assert_eq!(circles(&crate_), [(String::new(), circle)]);
}

#[test]
fn a_circle_within_a_module_would_be_seen() {
    let crate_ = made_of(&[
        ("", "mod a;"),
        ("a", "mod b;\nmod c;\npub(crate) use self::c::{C, d::D};"),
        ("a/b", "use crate::a::D;"),
        ("a/c", "mod d;"),
        ("a/c/d", "fn f() -> super::super::b::B {}"),
    ]);
    let circle = ["b", "c"].map(str::to_owned).to_vec();
    assert_eq!(circles(&crate_), [("a".to_owned(), circle)]);
}

#[test]
fn the_alias_is_written_in_one_place() {
    let files = sources("deploy-scripts/bluegreen/src").into_iter();
    let files = files.filter(|path| !path.components().any(|part| part.as_os_str() == "aws"));
    let code = files.map(|path| fs::read_to_string(path).unwrap());
    let calls = code.map(|source| source.matches(".update_alias(").count());
    assert_eq!(calls.sum::<usize>(), 1);
}
