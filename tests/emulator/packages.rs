//! Packages on disk: what is damaged there is told, and what nobody has goes.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Value, json};

use crate::harness::{Server, base64_of, program, script, until, zip_of};

fn on(folder: &Path) -> Server {
    Server::with(&["--data", folder.to_str().unwrap()])
}

/// What is kept of packages in a data folder.
fn kept(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder.join("code")).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

fn left(folder: &Path, count: usize) {
    until("the packages that nobody has are gone", || {
        (kept(folder).len() == count).then_some(())
    });
}

/// A bootstrap like any other, and of a hash of its own.
fn another(text: &str) -> Vec<u8> {
    let mut code = fs::read(program("misbehaving")).unwrap();
    code.extend_from_slice(text.as_bytes());
    zip_of("bootstrap", 0o755, &code)
}

/// A folder with function `whole` and function `harmed`, whose package was harmed.
fn harmed(harm: impl Fn(&Path)) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut server = on(folder.path());
    server.create_function("harmed", &another("harmed"), &Value::Null);
    for path in kept(folder.path()) {
        harm(&path);
    }
    server.create_misbehaving("whole", &Value::Null);
    server.kill();
    folder
}

fn is_zip(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "zip")
}

/// A server on a folder, which prints its warnings into a file.
fn telling(errors: &Path, folder: &Path) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", r#"errors=$1; shift; exec "$@" 2>"$errors""#, "sh"]);
    command.arg(errors).arg(program("lambda-local"));
    command.args(["--port", "0", "--data"]).arg(folder);
    command
}

/// The server says so at its start, and to whoever invokes the function.
fn is_told_of(harm: impl Fn(&Path), said: &str) {
    let folder = harmed(harm);
    let errors = folder.path().join("errors");
    let server = Server::of(telling(&errors, folder.path()));
    let expected = format!("lambda-local: harmed:$LATEST cannot run: {said}");
    until("it is told of", || {
        let told = fs::read_to_string(&errors).ok()?;
        told.starts_with(&expected).then_some(())
    });
    let refused = server.invoke("harmed", &json!("hello"));
    assert!(refused.text().contains(said), "{}", refused.text());
    assert_eq!(server.invoke("whole", &json!("hello")).json(), "hello");
    server.update_code("harmed", &another("harmed"));
    assert_eq!(server.invoke("harmed", &json!("hello")).json(), "hello");
}

#[test]
fn a_package_that_is_damaged_is_told_of_and_mended_by_an_upload() {
    let harm = |path: &Path| {
        if is_zip(path) {
            fs::write(path, "").unwrap();
        }
    };
    is_told_of(harm, "its package is damaged");
}

#[test]
fn a_package_that_is_gone_is_told_of_and_mended_by_an_upload() {
    let harm = |path: &Path| match is_zip(path) {
        true => fs::remove_file(path).unwrap(),
        false => fs::remove_dir_all(path).unwrap(),
    };
    is_told_of(harm, "its package is not there any more");
}

/// As a power failure leaves it, before the kernel has written what was unpacked.
#[test]
fn what_was_unpacked_and_did_not_reach_the_disk_is_unpacked_again() {
    let folder = harmed(|path| {
        if !is_zip(path) {
            fs::write(path.join("bootstrap"), "").unwrap();
        }
    });
    let server = on(folder.path());
    assert_eq!(server.invoke("harmed", &json!("hello")).json(), "hello");
}

#[test]
fn a_package_goes_with_the_last_version_that_has_it() {
    let folder = tempfile::tempdir().unwrap();
    let server = on(folder.path());
    let folder = folder.path();
    server.create_function("f", &script("one"), &Value::Null);
    server.update_code("f", &script("two"));
    left(folder, 2);
    server.lambda("POST", "/f/versions", &Value::Null);
    server.update_code("f", &script("three"));
    assert_eq!(kept(folder).len(), 4);
    let dry = json!({ "ZipFile": base64_of(&script("four")), "DryRun": true });
    server.lambda("PUT", "/f/code", &dry);
    left(folder, 4);
    server.lambda("DELETE", "/f?Qualifier=1", &Value::Null);
    left(folder, 2);
    server.lambda("DELETE", "/f", &Value::Null);
    left(folder, 0);
}

#[test]
fn a_server_that_keeps_nothing_keeps_no_packages_either() {
    let parent = tempfile::tempdir().unwrap();
    let mut command = Command::new(program("lambda-local"));
    command.args(["--port", "0", "--ephemeral"]);
    command.env("TMPDIR", parent.path());
    let server = Server::of(command);
    let mut homes = fs::read_dir(parent.path()).unwrap();
    let home = homes.next().unwrap().unwrap().path();
    server.create_function("f", &another("0"), &Value::Null);
    for number in 1..5 {
        server.invoke("f", &json!("hello"));
        server.update_code("f", &another(&number.to_string()));
    }
    left(&home, 2);
    assert_eq!(server.invoke("f", &json!("hello")).json(), "hello");
}
