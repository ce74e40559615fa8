//! What AWS was recorded to answer, call by call: boto3 replays each file, whose form
//! [`replay.py`](replay.py) describes.

use crate::harness::{Server, repository};

fn replay(file: &str, options: &[&str]) {
    let server = Server::with(options);
    let folder = repository().join("tests/emulator/recorded");
    let (script, file) = (folder.join("replay.py"), folder.join(file));
    let args = [script.to_str().unwrap(), file.to_str().unwrap()];
    let finished = server.run("python3", &args);
    assert_eq!(finished.stdout.trim(), "as recorded");
}

#[test]
fn a_functions_configuration_is_shown_as_recorded() {
    replay("04-configuration.txt", &[]);
}

#[test]
fn states_and_revision_ids_are_as_recorded() {
    // Long enough for the call behind the one that changes something.
    replay("05-states-and-revision-ids.txt", &["--transition", "300"]);
}

#[test]
fn versions_are_published_as_recorded() {
    replay("06-versions.txt", &[]);
}

#[test]
fn aliases_are_as_recorded() {
    replay("07-aliases.txt", &[]);
}

#[test]
fn event_invoke_configurations_are_as_recorded() {
    replay("08-event-invoke.txt", &[]);
}

#[test]
fn concurrency_is_reserved_and_provisioned_as_recorded() {
    replay("09-concurrency.txt", &["--transition", "300"]);
}

#[test]
fn policies_are_as_recorded() {
    replay("10-policies.txt", &[]);
}

#[test]
fn function_urls_are_as_recorded() {
    replay("11-function-urls.txt", &[]);
}

#[test]
fn tags_are_as_recorded() {
    replay("12-tags.txt", &[]);
}
