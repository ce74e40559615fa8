//! What docs/your-own-function.md says is done with a project as `cargo lambda new` makes it, and
//! what `init` makes of other projects compiles.

use std::{
    env, fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

use crate::harness::{Finished, Server, program, repository};

/// Where what is built stays from run to run.
fn builds() -> PathBuf {
    let target = program("bluegreen");
    let target = target.ancestors().nth(2).unwrap().join("own-function");
    fs::create_dir_all(&target).unwrap();
    target
}

/// What a test does not need of a release build takes minutes.
const QUICK: &str = "
[package.metadata.lambda.build]
disable_optimizations = true

[profile.release]
opt-level = 0";

/// A folder with a `cargo-lambda` that takes `new` from the copy that is kept here, as the real one
/// gets its template from GitHub, and leaves everything else to the real one.
fn without_github(server: &Server) -> TempDir {
    let real = server.run("sh", &["-c", "command -v cargo-lambda"]).stdout;
    let folder = tempfile::tempdir().unwrap();
    let script = format!(
        "#!/bin/sh -e\n[ \"$2\" = new ] || exec {} \"$@\"\n[ \"$3\" = --http ]\n\
         cp -R '{}' \"$4\"\nsed -i \"s/^name = .*/name = \\\"$4\\\"/\" \"$4/Cargo.toml\"\n\
         ln -s '{}' \"$4/target\"\ncat >>\"$4/Cargo.toml\" <<END\n{QUICK}\nEND\n",
        real.trim(),
        repository().join("tests/bench/template").display(),
        builds().display()
    );
    let path = folder.path().join("cargo-lambda");
    fs::write(&path, script).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

/// The commands of the document, and in which environment they are typed.
fn typed(server: &Server, folder: &Path, stand_in: &Path) -> Command {
    let document = fs::read_to_string(repository().join("docs/your-own-function.md")).unwrap();
    let (_, block) = document.split_once("```sh\n").unwrap();
    let (commands, _) = block.split_once("```").unwrap();
    assert_eq!(commands.lines().count(), 4, "{commands}");
    let mut command = server.client("bash", &["-exc", commands]);
    let path = command.get_envs().find(|(name, _)| *name == "PATH");
    let path = path.unwrap().1.unwrap().to_str().unwrap().to_owned();
    let programs = program("bluegreen");
    let programs = programs.parent().unwrap().display();
    command
        .env("PATH", format!("{}:{programs}:{path}", stand_in.display()))
        .env("CLONE", repository())
        .env_remove("CARGO_TARGET_DIR")
        .current_dir(folder);
    command
}

#[test]
fn a_new_project_is_initialised_and_released_in_four_commands() {
    let server = Server::start();
    let stand_in = without_github(&server);
    let folder = tempfile::tempdir().unwrap();
    let done = Finished::run(typed(&server, folder.path(), stand_in.path())).succeeds();
    assert!(
        done.stdout.contains("checkout answers at"),
        "{}",
        done.stdout
    );
    let answer = server.request("GET", &server.api_url(), b"");
    assert!(
        answer.text().starts_with("Welcome world"),
        "{}",
        answer.text()
    );
    let alias = server.lambda("GET", "/checkout/aliases/live", &serde_json::Value::Null);
    assert_eq!(alias.json()["FunctionVersion"], "2");
}

const AXUM: &str = r#"use axum::{Router, routing::get};
use lambda_http::{Error, run};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let app = Router::new().route("/", get(|| async { "hello" }));
    run(app).await
}
"#;
const EVENTS: &str = r#"use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(function_handler)).await
}

async fn function_handler(event: LambdaEvent<Value>) -> Result<(), Error> {
    let _ = event.payload;
    Ok(())
}
"#;

fn member(workspace: &Path, name: &str, dependencies: &str, main: &str) {
    let folder = workspace.join(name);
    fs::create_dir_all(folder.join("src")).unwrap();
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n\
         {dependencies}\ntokio = {{ version = \"1\", features = [\"macros\"] }}\n"
    );
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    fs::write(folder.join("src/main.rs"), main).unwrap();
}

#[test]
fn what_init_makes_of_axum_and_of_a_function_of_events_in_a_workspace_compiles() {
    let folder = tempfile::tempdir().unwrap();
    let workspace = "[workspace]\nresolver = \"3\"\nmembers = [\"web\", \"mails\"]\n";
    fs::write(folder.path().join("Cargo.toml"), workspace).unwrap();
    let axum = "axum = { version = \"0.8\", default-features = false }\nlambda_http = \"1.3\"";
    member(folder.path(), "web", axum, AXUM);
    let events = "lambda_runtime = \"1.5\"\nserde_json = \"1\"";
    member(folder.path(), "mails", events, EVENTS);
    symlink(builds(), folder.path().join("target")).unwrap();
    for name in ["web", "mails"] {
        let mut init = Command::new(program("bluegreen"));
        init.args(["init", "--yes", "--bin", name, "--outcome-path"])
            .arg(repository().join("deploy-scripts/outcome"))
            .current_dir(&folder);
        Finished::run(init).succeeds();
        let main = fs::read_to_string(folder.path().join(name).join("src/main.rs")).unwrap();
        assert!(main.contains("lambda_outcome"), "{main}");
    }
    let mut check = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    check.args(["check", "--quiet"]).current_dir(&folder);
    check.env_remove("CARGO_TARGET_DIR");
    Finished::run(check).succeeds();
}
