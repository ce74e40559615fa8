//! The action: its inputs are the options of `deploy`, and its steps do what they say.

use super::{
    release::{VERSION, served},
    runner::{Job, action, keys},
};
use crate::{
    deployer::every_option::options,
    harness::{Server, begins, path, repository, serves},
};

/// What the action itself says, to be told how it ended.
const ITS_OWN: [&str; 5] = ["--help", "--version", "--output", "--outputs", "--summary"];

#[test]
fn the_inputs_are_the_options_of_deploy_and_each_is_passed_on() {
    let action = action();
    let mut inputs = keys(&action["inputs"]);
    inputs.retain(|name| !["version", "base-url"].contains(&name.as_str()));
    let mut options: Vec<String> = [options("bluegreen", &[]), options("bluegreen", &["deploy"])]
        .concat()
        .into_iter()
        .filter(|option| !ITS_OWN.contains(&option.as_str()))
        .map(|option| option.trim_start_matches("--").to_owned())
        .collect();
    let steps = action["runs"]["steps"].as_vec().unwrap();
    let deploy = steps
        .iter()
        .find(|step| step["id"].as_str() == Some("deploy"));
    let mut passed = Vec::new();
    for (name, value) in deploy.unwrap()["env"].as_hash().unwrap() {
        if let Some(name) = name.as_str().unwrap().strip_prefix("OPTION_") {
            let name = name.to_lowercase().replace('_', "-");
            assert_eq!(
                value.as_str(),
                Some(format!("${{{{ inputs.{name} }}}}").as_str())
            );
            passed.push(name);
        }
    }
    options.sort();
    options.dedup();
    inputs.sort();
    passed.sort();
    assert_eq!(inputs, options);
    assert_eq!(passed, options);
    assert_eq!(
        action["inputs"]["version"]["default"].as_str(),
        Some(VERSION)
    );
}

/// A job that releases green, and what else is said.
fn job<'a>(server: &'a Server, inputs: &[(&str, &str)]) -> Job<'a> {
    let (base, green) = (served(None), path("green"));
    let usual = [("base-url", base.as_str()), ("binary", green.as_str())];
    Job::new(server, &[&usual[..], inputs].concat())
}

#[test]
fn a_job_releases_green_and_tells_how_it_ended() {
    let server = Server::with_blue();
    let events = ["http-api", "rest-api"];
    let event = |name| repository().join(format!("functions/events/{name}.json"));
    let events: String = events
        .map(|name| format!("{}\n", event(name).display()))
        .concat();
    let job = job(
        &server,
        &[
            ("strategy", "all-at-once"),
            ("description", "a `description` of \"two\" words; $(exit 1)"),
            ("event", &events),
            ("skip-checks", "true"),
            ("verbose", "false"),
            ("before-traffic", "true &&\ntest 1 = 1"),
        ],
    );
    let job = job.run(None);
    assert!(job.failed.is_empty(), "{:?}", job.failed);
    serves(&server, "2");
    for (output, value) in [
        ("outcome", "promoted"),
        ("exit-code", "0"),
        ("blue-version", "1"),
        ("green-version", "2"),
    ] {
        assert_eq!(job.output(output), value, "{output}");
    }
    assert!(
        job.summary.contains("### bluegreen: ✅ done"),
        "{}",
        job.summary
    );
    assert_eq!(job.output("summary").trim(), job.summary.trim());
    let version = server
        .lambda("GET", "/hello/versions", &serde_json::Value::Null)
        .json();
    let described = version["Versions"].as_array().unwrap().last().unwrap()["Description"].clone();
    assert_eq!(described, "a `description` of \"two\" words; $(exit 1)");
}

#[test]
fn a_job_fails_where_green_was_not_promoted_and_says_how() {
    let server = Server::with_blue();
    for (inputs, code, outcome) in [
        (&[("before-traffic", "false")][..], 3, "rolled-back"),
        (&[("function", "none")], 1, "error"),
        (&[("strategy", "none")], 2, ""),
        (&[("again", "yes")], 2, ""),
    ] {
        let job = job(&server, inputs).run(None);
        assert_eq!(job.failed.len(), 1, "{:?}", job.failed);
        assert_eq!(job.failed[0].code, Some(code), "{:?}", job.failed);
        assert_eq!(job.output("outcome"), outcome, "{inputs:?}");
        serves(&server, "1");
    }
}

#[test]
fn a_job_that_is_cancelled_rolls_back_before_it_ends() {
    let server = Server::with_blue();
    let job = job(&server, &[("strategy", "canary:10%/5m")]);
    let job = job.run(Some(&|| begins(&server)));
    serves(&server, "1");
    assert_eq!(job.failed[0].code, Some(3), "{:?}", job.failed);
    assert_eq!(job.output("outcome"), "rolled-back");
    assert!(
        job.summary.contains("interrupted by SIGINT"),
        "{}",
        job.summary
    );
}

#[test]
fn what_is_not_what_the_sums_say_is_not_run() {
    let server = Server::with_blue();
    let zeros = "0000000000000000000000000000000000000000000000000000000000000000";
    for (base, version, said) in [
        (served(Some(zeros)), VERSION, "is not what SHA256SUMS says"),
        (served(None), "9.9.9", "failed to get"),
    ] {
        let inputs = [("base-url", base.as_str()), ("version", version)];
        let job = Job::new(&server, &inputs).run(None);
        let failed = &job.failed[0];
        assert!(failed.stdout.contains(said), "{failed:?}");
        assert_eq!(job.output("outcome"), "");
    }
    serves(&server, "1");
}
