//! Which module of a crate imports which, read off its sources.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use crate::{architecture::sources, harness::repository};

/// Where a module stands: `[lambda, model, alias]`. The crate's root is none of these.
pub(crate) type Module = Vec<String>;

/// The modules of a crate.
pub(crate) struct Modules {
    sources: BTreeMap<Module, String>,
    /// What a module gives on of another, by the name that it has there.
    given_on: BTreeMap<Module, Module>,
}

impl Modules {
    /// Of the crate whose sources are in this folder; without their tests.
    pub(crate) fn of(folder: &str) -> Self {
        let files = sources(folder).into_iter().map(|file| {
            let source = fs::read_to_string(&file).unwrap();
            let file = file.strip_prefix(repository().join(folder)).unwrap();
            (module(file), source)
        });
        Self::new(files)
    }

    pub(crate) fn new(sources: impl Iterator<Item = (Module, String)>) -> Self {
        let mut modules = Self {
            sources: sources.map(|(name, text)| (name, code(&text))).collect(),
            given_on: BTreeMap::new(),
        };
        for (module, source) in &modules.sources {
            for (path, _) in uses(source).into_iter().filter(|(_, given_on)| *given_on) {
                if let Some(path) = modules.absolute(module, &path) {
                    let name = path.last().cloned();
                    let name = module.iter().cloned().chain(name).collect();
                    modules.given_on.insert(name, path);
                }
            }
        }
        modules
    }

    /// What each module names of the crate, as it is called from the root.
    pub(crate) fn names(&self) -> BTreeMap<Module, BTreeSet<Module>> {
        let named = |(module, source): (&Module, &String)| {
            let used = uses(source).into_iter().map(|(path, _)| path);
            let paths = used.chain(inline(source));
            let paths = paths.filter_map(|path| self.absolute(module, &path));
            (module.clone(), paths.collect())
        };
        self.sources.iter().map(named).collect()
    }

    /// Which modules each module imports from, also where others give on what it names.
    pub(crate) fn imports(&self) -> BTreeMap<Module, BTreeSet<Module>> {
        let names = self.names().into_iter();
        let module_of = |name: &Module| self.module_of(name);
        names
            .map(|(module, names)| (module, names.iter().map(module_of).collect()))
            .collect()
    }

    /// A path as it is called from the root; `None` for what is no part of the crate.
    fn absolute(&self, module: &Module, path: &str) -> Option<Module> {
        let mut names = path.split("::").map(str::to_owned).peekable();
        let mut found = module.clone();
        match names.peek()?.as_str() {
            "crate" => found.clear(),
            "self" | "super" => {}
            child => {
                let child = [module.as_slice(), &[child.to_owned()]].concat();
                self.sources.get(&child)?;
            }
        }
        for name in names {
            match name.as_str() {
                "crate" | "self" => {}
                "super" => drop(found.pop()),
                _ => found.push(name),
            }
        }
        Some(found)
    }

    /// The module that what is called so stands in.
    fn module_of(&self, name: &Module) -> Module {
        let mut module = Module::new();
        for (index, part) in name.iter().enumerate() {
            let below = [module.as_slice(), std::slice::from_ref(part)].concat();
            let rest = &name[index + 1..];
            // A function may be called as the module that it is given on from.
            let given = self.given_on.get(&below);
            let is_module = self.sources.contains_key(&below);
            match given.filter(|_| rest.is_empty() || !is_module) {
                Some(given) => return self.module_of(&[given, rest].concat()),
                None if is_module => module = below,
                None => break,
            }
        }
        module
    }
}

fn module(file: &Path) -> Module {
    let file = file.with_extension("");
    let names = file.iter().map(|name| name.to_str().unwrap().to_owned());
    names
        .filter(|name| !["main", "lib", "mod"].contains(&name.as_str()))
        .collect()
}

/// Without tests, which stand at the end, and comments.
fn code(source: &str) -> String {
    let code = source.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = code.lines().filter(|line| !line.trim().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// What is named in the `use`s of a source, and whether it is given on.
fn uses(source: &str) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    for statement in source.split(';') {
        for (at, word) in statement.match_indices("use ") {
            let before = statement[..at].rsplit('\n').next().unwrap_or_default();
            let given_on = before.trim_start().starts_with("pub");
            if given_on || before.trim().is_empty() {
                let paths = flattened(&statement[at + word.len()..]).into_iter();
                found.extend(paths.map(|path| (path, given_on)));
            }
        }
    }
    found
}

/// `a::{b, c::{d, e}}` is `a::b`, `a::c::d` and `a::c::e`.
fn flattened(tree: &str) -> Vec<String> {
    let Some((stem, list)) = tree.split_once('{') else {
        let path = tree.split(" as ").next().unwrap_or_default();
        return vec![path.trim().to_owned()];
    };
    let list = list.rsplit_once('}').map_or(list, |(list, _)| list);
    let mut depth = 0_i32;
    let items = list.split(|c: char| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        c == ',' && depth == 0
    });
    let items = items.filter(|item| !item.trim().is_empty());
    items
        .flat_map(flattened)
        .map(|path| format!("{}{path}", stem.trim()))
        .collect()
}

/// Paths that are written out where they are needed.
fn inline(source: &str) -> Vec<String> {
    let is_path = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    let words = source.split(|c: char| !is_path(c));
    let paths = words.filter(|word| word.starts_with("crate::") || word.starts_with("super::"));
    // What ends so is the beginning of a list, and no path.
    let paths = paths.filter(|path| !path.ends_with(':'));
    paths.map(str::to_owned).collect()
}
