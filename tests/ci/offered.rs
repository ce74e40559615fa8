//! What a release offers is called alike wherever it is named.

use std::{fs, process::Command};

use super::release::{VERSION, archive};
use crate::harness::{Finished, program, repository};

fn package(name: &str) -> serde_json::Value {
    let mut metadata = Command::new("cargo");
    metadata
        .args([
            "metadata",
            "--no-deps",
            "--format-version",
            "1",
            "--offline",
        ])
        .current_dir(repository());
    let metadata = Finished::run(metadata).succeeds().json();
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages.iter().find(|package| package["name"] == name);
    package.unwrap().clone()
}

/// The templates of cargo-binstall, as its documentation says them.
fn filled(template: &str, name: &str, target: &str, repository: &str) -> String {
    template
        .replace("{ repo }", repository)
        .replace("{ name }", name)
        .replace("{ bin }", name)
        .replace("{ version }", VERSION)
        .replace("{ target }", target)
        .replace("{ binary-ext }", "")
}

#[test]
fn cargo_binstall_finds_the_archives_that_make_dist_makes() {
    for name in ["bluegreen", "lambda-local"] {
        let package = package(name);
        let repository = package["repository"].as_str().unwrap();
        let binstall = &package["metadata"]["binstall"];
        for target in ["x86_64-unknown-linux-musl", "aarch64-unknown-linux-musl"] {
            let fill = |key: &str| {
                let template = binstall[key].as_str().unwrap();
                filled(template, name, target, repository)
            };
            assert_eq!(
                fill("pkg-url"),
                format!(
                    "{repository}/releases/download/v{VERSION}/{}",
                    archive(name, target)
                ),
            );
            assert_eq!(
                (fill("bin-dir").as_str(), fill("pkg-fmt").as_str()),
                (name, "tgz")
            );
        }
    }
}

#[test]
fn the_documents_name_this_version() {
    for (document, said) in [
        ("README.md", format!("\nversion={VERSION} ")),
        ("docs/ci.md", format!("uses: OWNER/REPOSITORY@v{VERSION}\n")),
        (
            "docs/ci.md",
            format!("BASE_URL: https://github.com/OWNER/REPOSITORY/releases/download/v{VERSION}\n"),
        ),
    ] {
        let text = fs::read_to_string(repository().join(document)).unwrap();
        assert!(text.contains(&said), "{document}: {said}");
    }
}

#[test]
fn lambda_local_prints_its_page_of_the_manual() {
    let mut page = Command::new(program("lambda-local"));
    page.arg("--man");
    let page = Finished::run(page).succeeds().stdout;
    assert!(page.contains(".TH lambda-local 1"), "{page}");
    assert!(page.contains(r"\-\-metric\-delay"), "{page}");
}
