//! `bluegreen init` in projects of several shapes: what it writes, and what it leaves alone.

use std::{fs, path::Path, process::Command};

use serde_json::json;
use tempfile::TempDir;

use super::output::check;
use crate::harness::{
    Finished, Server, repository, says,
    terminal::{Terminal, plain},
};

const HTTP: &str = r#"lambda_http = "1.3""#;
const EVENTS: &str = r#"lambda_runtime = "1.5""#;
const WORKFLOW: &str = ".github/workflows/release-checkout.yml";
const MAIN: &str =
    "use lambda_http::{run, service_fn};\n\nfn main() {\n    run(service_fn(handler));\n}\n";

fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn package(folder: &Path, name: &str, dependency: &str, main: &str) {
    let head = format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n");
    write(
        folder,
        "Cargo.toml",
        &format!("{head}\n[dependencies]\n{dependency}\n"),
    );
    write(folder, "src/main.rs", main);
}

/// A package of its own, in a repository.
fn project(dependency: &str, main: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join(".git")).unwrap();
    package(folder.path(), "checkout", dependency, main);
    folder
}

/// One with several packages.
fn workspace() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join(".git")).unwrap();
    let members = "[workspace]\nresolver = \"3\"\nmembers = [\"functions/*\", \"shared\"]\n";
    write(folder.path(), "Cargo.toml", members);
    package(
        &folder.path().join("functions/orders"),
        "orders",
        HTTP,
        MAIN,
    );
    let events = MAIN.replace("lambda_http", "lambda_runtime");
    package(
        &folder.path().join("functions/mails"),
        "mails",
        EVENTS,
        &events,
    );
    package(
        &folder.path().join("shared"),
        "shared",
        "",
        "fn main() {}\n",
    );
    folder
}

fn bluegreen(folder: &Path, args: &[&str]) -> Finished {
    let mut command =
        Server::at("http://127.0.0.1:1").command(crate::harness::program("bluegreen"));
    command.args(args).current_dir(folder);
    Finished::run(command)
}

fn init(folder: &Path, args: &[&str]) -> Finished {
    bluegreen(folder, &[&["init"], args].concat())
}

fn outcome_path() -> String {
    let path = repository().join("deploy-scripts/outcome");
    path.to_str().unwrap().to_owned()
}

fn text(folder: &Path, path: &str) -> String {
    let text = fs::read_to_string(folder.join(path));
    text.unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The workflow that it writes into a project.
#[cfg(feature = "real-clients")]
pub(crate) fn written_workflow() -> String {
    let folder = project(HTTP, MAIN);
    init(folder.path(), &["--yes"]).succeeds();
    text(folder.path(), WORKFLOW)
}

#[test]
fn what_is_shown_is_what_is_written_and_a_second_time_nothing_is() {
    let (shown, written) = (project(HTTP, MAIN), project(HTTP, MAIN));
    let path = outcome_path();
    let outcome = ["--outcome-path", &path];
    let rehearsed = init(shown.path(), &[&outcome[..], &["--dry-run"]].concat()).succeeds();
    let (diff, _) = rehearsed.stdout.split_once("✓").unwrap();
    assert!(!shown.path().join("bluegreen.toml").exists());
    write(shown.path(), "it.patch", diff);
    let mut apply = Command::new("git");
    apply.args(["apply", "it.patch"]).current_dir(&shown);
    // As in a folder that is no repository: this one is only named like one.
    apply.env("GIT_CEILING_DIRECTORIES", std::env::temp_dir());
    Finished::run(apply).succeeds();
    let done = init(written.path(), &[&outcome[..], &["--yes"]].concat()).succeeds();
    says(&done, &["outside this repository, where a build in CI"]);
    for file in ["Cargo.toml", "src/main.rs", "bluegreen.toml", WORKFLOW] {
        assert_eq!(
            text(shown.path(), file),
            text(written.path(), file),
            "{file}"
        );
    }
    let main = text(written.path(), "src/main.rs");
    assert!(main.contains("run(lambda_outcome::Outcomes::http().layer(service_fn(handler)));"));
    assert!(text(written.path(), "Cargo.toml").contains("/deploy-scripts/outcome\" }\n"));
    let again = init(written.path(), &["--output", "json"])
        .succeeds()
        .json();
    check("init", &again);
    assert_eq!(
        (&again["written"], &again["diff"]),
        (&json!([]), &json!(""))
    );
}

#[test]
fn a_file_that_is_there_is_left_and_what_it_lacks_is_said() {
    let folder = project(HTTP, MAIN);
    write(
        folder.path(),
        "bluegreen.toml",
        "function = 'shop'\n\n[deploy]\nbinary = 'x'\n",
    );
    write(folder.path(), WORKFLOW, "name: mine\n");
    let done = init(folder.path(), &["--yes", "--api", "url"]).succeeds();
    says(
        &done,
        &["alias = \"live\"", "api = \"url\"", "move it away"],
    );
    let (_, advice) = done.stdout.split_once("add to it:").unwrap();
    assert!(!advice.contains("function ="), "{advice}");
    assert!(text(folder.path(), "bluegreen.toml").starts_with("function = 'shop'\n\n[deploy]"));
    let workflow = text(folder.path(), WORKFLOW);
    assert_eq!(workflow, "name: mine\n");
    says(&done, &["on no registry yet", "--outcome-path"]);
    assert_eq!(text(folder.path(), "src/main.rs"), MAIN);
}

#[test]
fn in_a_workspace_the_program_is_the_one_of_the_folder_or_the_one_that_is_named() {
    let folder = workspace();
    let mails = folder.path().join("functions/mails");
    init(folder.path(), &["--yes"]).fails_with(1, &["--bin orders", "--bin mails"]);
    init(folder.path(), &["--yes", "--bin", "none"]).fails_with(1, &["no program 'none'"]);
    init(&mails.join("src"), &["--yes"]).succeeds();
    let settings = text(&mails, "bluegreen.toml");
    assert!(settings.contains("function = \"mails\"") && settings.contains("api = \"none\""));
    assert!(settings.contains("binary = \"../../target/lambda/mails/bootstrap\""));
    init(
        folder.path(),
        &["--yes", "--bin", "orders", "--alias", "next"],
    )
    .succeeds();
    let workflow = text(folder.path(), ".github/workflows/release-orders.yml");
    for line in [
        "working-directory: functions/orders\n",
        "path: functions/orders/../../target/lambda/orders/bootstrap\n",
        "alias: next\n",
        "--bin orders\n",
    ] {
        assert!(workflow.contains(line), "no {line} in {workflow}");
    }
}

#[test]
fn a_line_that_cannot_be_put_into_main_is_said_instead() {
    let odd = "fn main() {\n    serve(lambda_http::run);\n}\n";
    let folder = project(HTTP, odd);
    let done = init(folder.path(), &["--yes", "--outcome-path", &outcome_path()]).succeeds();
    says(
        &done,
        &["run(lambda_outcome::Outcomes::http().layer(SERVICE)).await"],
    );
    assert_eq!(text(folder.path(), "src/main.rs"), odd);
    assert!(text(folder.path(), "Cargo.toml").contains("lambda-outcome"));
    let folder = project(r#"lambda_http = "0.13""#, MAIN);
    let done = init(folder.path(), &["--yes", "--outcome-path", &outcome_path()]).succeeds();
    says(&done, &["asks for ^0.13"]);
    assert_eq!(text(folder.path(), "src/main.rs"), MAIN);
}

#[test]
fn at_a_terminal_the_names_are_asked_for_and_nothing_is_written_without_a_yes() {
    let folder = project(HTTP, MAIN);
    let start = || {
        let program = plain(crate::harness::program("bluegreen"));
        let command = program.arg("init").current_dir(folder.path());
        Terminal::start(command, 100, 120)
    };
    for (answer, code) in [("n", 1), ("y", 0)] {
        let mut terminal = start();
        for (question, typed) in [
            ("Name of the function [checkout]:", "shop"),
            ("Alias that clients call [live]:", ""),
            ("rest, url or none [http]:", "rest"),
            ("Write this? [y/N]", answer),
        ] {
            terminal.shows(question);
            terminal.types(&format!("{typed}\n"));
        }
        assert_eq!(
            terminal.ends_within(std::time::Duration::from_secs(20)),
            Some(code)
        );
        assert_eq!(folder.path().join("bluegreen.toml").exists(), code == 0);
    }
    let settings = text(folder.path(), "bluegreen.toml");
    assert!(settings.contains("function = \"shop\"\nalias = \"live\"\n\n[create]\napi = \"rest\""));
}

#[test]
fn where_there_is_nothing_to_set_up_it_says_what_is_missing() {
    let empty = tempfile::tempdir().unwrap();
    init(empty.path(), &["--yes"]).fails_with(1, &["cargo knows no project here"]);
    let other = project("", "fn main() {}\n");
    init(other.path(), &["--yes"]).fails_with(1, &["cargo lambda new --http"]);
    let folder = project(HTTP, MAIN);
    init(folder.path(), &[]).fails_with(1, &["give --yes"]);
    for (options, said) in [
        (
            ["--function", "a b"],
            "'a b' cannot be a name of a function",
        ),
        (["--alias", "a/b"], "'a/b' cannot be a name of an alias"),
        (
            ["--outcome-path", "/nonexistent"],
            "which --outcome-path names",
        ),
        (["--outcome-path", "src"], "does not hold lambda-outcome"),
    ] {
        let refused = init(folder.path(), &[&options[..], &["--yes"]].concat());
        refused.fails_with(1, &[said]);
    }
    assert!(!folder.path().join("bluegreen.toml").exists());
}

#[test]
fn what_the_settings_upload_gives_way_to_what_the_command_line_does() {
    let server = Server::with_blue();
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        "bluegreen.toml",
        "[publish]\nbinary = 'nowhere'\n",
    );
    let code = fs::read(crate::harness::program("green")).unwrap();
    let zip = crate::harness::zip_of("bootstrap", 0o755, &code);
    fs::write(folder.path().join("green.zip"), zip).unwrap();
    let publish = |args: &[&str]| {
        let mut command = server.command(crate::harness::program("bluegreen"));
        command.arg("publish").args(args).current_dir(&folder);
        Finished::run(command)
    };
    publish(&["--zip", "green.zip"]).succeeds();
    publish(&[]).fails_with(1, &["failed to read nowhere"]);
}
