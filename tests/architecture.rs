//! What ARCHITECTURE.md says of who may know whom, read off the sources.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use crate::{
    harness::repository,
    imports::{Module, Modules},
};

/// The Rust files below a folder of the repository.
pub(crate) fn sources(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![repository().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found
}

/// The names in a table of a crate's `Cargo.toml`.
fn table(package: &str, name: &str) -> Vec<String> {
    let file = repository().join(package).join("Cargo.toml");
    let text = fs::read_to_string(file).unwrap();
    let behind = text.split_once(&format!("[{name}]\n"));
    let (_, table) = behind.expect("the crate has this table");
    let lines = table.lines().take_while(|line| !line.starts_with('['));
    let lines = lines.filter(|line| line.starts_with(|c: char| c.is_ascii_alphabetic()));
    lines
        .map(|line| line.split(['.', ' ', '=']).next().unwrap().to_owned())
        .collect()
}

/// The words of a file that begin so.
fn named<'a>(text: &'a str, prefix: &str) -> BTreeSet<&'a str> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words.filter(|word| word.starts_with(prefix)).collect()
}

/// `aws/iam.rs`, or the folder `aws/lambda`.
fn room(file: &Path, aws: &Path) -> PathBuf {
    let inside = file.strip_prefix(aws).unwrap_or(file);
    inside.components().take(1).collect()
}

#[test]
fn each_sdk_crate_is_named_in_one_file_or_folder_alone() {
    let aws = repository().join("deploy-scripts/bluegreen/src/aws");
    let mut rooms: BTreeMap<String, BTreeSet<PathBuf>> = BTreeMap::new();
    for file in sources("deploy-scripts/bluegreen/src") {
        for sdk in named(&fs::read_to_string(&file).unwrap(), "aws_sdk_") {
            let rooms = rooms.entry(sdk.to_owned()).or_default();
            rooms.insert(room(&file, &aws));
        }
    }
    assert_eq!(rooms.len(), 8, "{rooms:?}");
    for (sdk, rooms) in rooms {
        assert_eq!(rooms.len(), 1, "{sdk}: {rooms:?}");
        assert!(rooms.iter().all(|room| room.is_relative()), "{rooms:?}");
    }
}

#[test]
fn what_decides_depends_on_nothing() {
    let none: Vec<String> = Vec::new();
    assert_eq!(table("deploy-scripts/rollout", "dependencies"), none);
    for file in sources("deploy-scripts/rollout/src") {
        let text = fs::read_to_string(&file).unwrap();
        for io in [
            "std::fs",
            "std::net",
            "std::process",
            "std::env",
            "std::time",
            "async ",
        ] {
            assert!(!text.contains(io), "{io} in {}", file.display());
        }
    }
}

#[test]
fn the_deployer_the_emulator_and_the_functions_do_not_know_each_other() {
    let ours = [
        "bluegreen-rollout",
        "bluegreen",
        "lambda-local",
        "blue",
        "green",
        "red",
        "tests",
    ];
    for (package, may) in [
        ("deploy-scripts/bluegreen", &["bluegreen-rollout"][..]),
        ("lambda-local", &[]),
        ("functions/blue", &[]),
        ("functions/green", &[]),
        ("functions/red", &[]),
    ] {
        let names = table(package, "dependencies");
        let ours = names.iter().filter(|name| ours.contains(&name.as_str()));
        assert_eq!(ours.collect::<Vec<_>>(), may, "{package}");
    }
}

/// What lambda-local's model may know of the rest: nothing that reads, writes, waits or is asked
/// for the time.
const BELOW_THE_MODEL: [&str; 6] = ["changed", "clock", "cors", "place", "protocol", "shared"];

#[test]
fn the_model_of_lambda_has_no_io_and_no_clock() {
    for file in sources("lambda-local/src/lambda/model") {
        let text = fs::read_to_string(&file).unwrap();
        for word in [
            "std::fs",
            "std::net",
            "std::process",
            "std::env",
            "tokio",
            "axum",
            "async ",
            "SystemTime",
            "::now",
            "now()",
            "now_utc",
            "elapsed",
        ] {
            assert!(!text.contains(word), "{word} in {}", file.display());
        }
    }
}

#[test]
fn the_model_of_lambda_knows_nothing_that_has_io_or_asks_a_clock() {
    let modules = Modules::of("lambda-local/src");
    let is_model = |module: &Module| module.iter().take(2).eq(["lambda", "model"]);
    let names = modules.names();
    let models = names.iter().filter(|(module, _)| is_model(module));
    for name in models.clone().flat_map(|(_, names)| names) {
        let below = name
            .first()
            .is_some_and(|top| BELOW_THE_MODEL.contains(&top.as_str()));
        assert!(below || is_model(name), "the model names {name:?}");
        // A moment that it is given, and how one is written.
        let asks =
            name[0] == "clock" && !matches!(name.last().unwrap().as_str(), "Moment" | "written");
        assert!(!asks, "the model names {name:?}");
    }
    assert!(models.count() > 10);
}

#[test]
fn the_oldest_rust_that_is_promised_is_the_one_that_all_is_tested_with() {
    let read = |path: &str| fs::read_to_string(repository().join(path)).unwrap();
    let manifest = read("Cargo.toml");
    let (_, version) = manifest.split_once("\nrust-version = \"").unwrap();
    let (version, _) = version.split_once('"').unwrap();
    let channel = format!("channel = \"{version}.0\"");
    assert!(read("rust-toolchain.toml").contains(&channel), "{channel}");
    for package in ["rollout", "bluegreen", "outcome", "../lambda-local"] {
        let readme = read(&format!("deploy-scripts/{package}/README.md"));
        assert!(
            readme.contains(&format!("Rust {version} or later")),
            "{package}"
        );
    }
}

#[test]
fn the_map_names_tests_that_are_there() {
    let map = fs::read_to_string(repository().join("ARCHITECTURE.md")).unwrap();
    let (_, section) = map.split_once("## What always holds").unwrap();
    let (section, _) = section.split_once("## To change X").unwrap();
    let quoted = section.split('`').skip(1).step_by(2);
    let names: Vec<&str> = quoted
        .filter(|word| word.matches('_').count() > 2)
        .collect();
    assert!(names.len() > 10, "{names:?}");
    let files = ["tests", "deploy-scripts"].into_iter().flat_map(sources);
    let texts: Vec<String> = files
        .map(|file| fs::read_to_string(file).unwrap())
        .collect();
    for name in names {
        let test = format!("fn {name}(");
        assert!(texts.iter().any(|text| text.contains(&test)), "{name}");
    }
}
