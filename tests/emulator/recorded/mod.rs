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

#[test]
fn errors_are_worded_as_recorded() {
    replay("01-error-bodies.txt", &[]);
}

#[test]
fn functions_are_named_as_recorded() {
    replay("02-names-and-qualifiers.txt", &[]);
}

#[test]
fn what_is_missing_is_said_as_recorded() {
    replay("03-what-is-missing.txt", &[]);
}

#[test]
fn configurations_are_refused_as_recorded() {
    replay("13-refused-configurations.txt", &[]);
}

#[test]
fn listings_are_as_recorded() {
    replay("14-listings.txt", &[]);
}

#[test]
fn further_calls_are_answered_as_recorded() {
    replay("15-further-calls.txt", &[]);
}
