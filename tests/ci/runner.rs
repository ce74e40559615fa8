//! Runs the steps of a composite action as GitHub's runner does, as far as they need it: from its
//! documentation, and from memory how it cancels.
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/metadata-syntax>

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use tempfile::TempDir;
use yaml_rust2::{Yaml, YamlLoader};

use super::release::machine;
use crate::harness::{Finished, Running, Server, repository, within};

/// A YAML file of the repository.
pub(super) fn yaml(text: &str) -> Yaml {
    YamlLoader::load_from_str(text).unwrap().remove(0)
}

pub(super) fn action() -> Yaml {
    yaml(&fs::read_to_string(repository().join("action.yml")).unwrap())
}

/// The keys of a mapping.
pub(super) fn keys(mapping: &Yaml) -> Vec<String> {
    let keys = mapping.as_hash().into_iter().flatten();
    keys.map(|(key, _)| key.as_str().unwrap().to_owned())
        .collect()
}

/// A job with one step, which uses the action.
pub(super) struct Job<'a> {
    server: &'a Server,
    pub(super) folder: TempDir,
    /// What stands in expressions, such as `inputs.strategy`.
    values: BTreeMap<String, String>,
    /// How each step ended that did not do well.
    pub(super) failed: Vec<Finished>,
    pub(super) summary: String,
}

impl<'a> Job<'a> {
    pub(super) fn new(server: &'a Server, inputs: &[(&str, &str)]) -> Self {
        let mut values = BTreeMap::new();
        let action = action();
        for (name, input) in action["inputs"].as_hash().unwrap() {
            let usual = input["default"].as_str().unwrap_or_default();
            values.insert(
                format!("inputs.{}", name.as_str().unwrap()),
                usual.to_owned(),
            );
        }
        for (name, value) in inputs {
            let replaced = values.insert(format!("inputs.{name}"), (*value).to_owned());
            assert!(replaced.is_some(), "the action has no input {name}");
        }
        Self {
            server,
            folder: tempfile::tempdir().unwrap(),
            values,
            failed: Vec::new(),
            summary: String::new(),
        }
    }

    /// Runs the action. Where it is cancelled, this is called when a step has begun, and returns
    /// when it is time.
    pub(super) fn run(mut self, cancelled_when: Option<&dyn Fn()>) -> Self {
        for step in action()["runs"]["steps"].as_vec().unwrap() {
            assert_eq!(step["shell"].as_str(), Some("bash"));
            let always = step["if"].as_str() == Some("always()");
            if !self.failed.is_empty() && !always {
                continue;
            }
            let id = step["id"].as_str().unwrap();
            let cancel = cancelled_when.filter(|_| id == "deploy");
            self.step(id, step, cancel);
        }
        self
    }

    fn step(&mut self, id: &str, step: &Yaml, cancel: Option<&dyn Fn()>) {
        let file = |name: &str| self.folder.path().join(format!("{id}.{name}"));
        let (script, output, summary) = (file("sh"), file("output"), file("summary"));
        fs::write(&script, step["run"].as_str().unwrap()).unwrap();
        let mut command = self.server.command("bash");
        let flags = ["--noprofile", "--norc", "-e", "-o", "pipefail"];
        command.args(flags).arg(&script);
        for (name, value) in step["env"].as_hash().into_iter().flatten() {
            command.env(
                name.as_str().unwrap(),
                self.evaluated(value.as_str().unwrap()),
            );
        }
        command
            .env("GITHUB_ACTION_PATH", repository())
            .env("GITHUB_OUTPUT", &output)
            .env("GITHUB_STEP_SUMMARY", &summary)
            .env("RUNNER_TEMP", self.folder.path())
            .env("RUNNER_OS", "Linux")
            .env("RUNNER_ARCH", machine().0)
            .current_dir(&self.folder);
        let running = Running::start(command);
        if let Some(time) = cancel {
            time();
            self::cancel(&running);
        }
        let finished = running.finish();
        self.take(id, &output);
        self.summary += &read(&summary);
        if finished.code != Some(0) {
            self.failed.push(finished);
        }
    }

    /// The outputs of a step: lines `name=value`, or `name<<END` and lines up to that.
    fn take(&mut self, id: &str, file: &Path) {
        let text = read(file);
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            let (name, value) = match (line.split_once("<<"), line.split_once('=')) {
                (Some((name, end)), None) => {
                    let lines: Vec<&str> = lines.by_ref().take_while(|line| *line != end).collect();
                    (name, lines.join("\n"))
                }
                (_, Some((name, value))) => (name, value.to_owned()),
                _ => panic!("{line}"),
            };
            self.values
                .insert(format!("steps.{id}.outputs.{name}"), value);
        }
    }

    /// An output of the action.
    pub(super) fn output(&self, name: &str) -> String {
        let action = action();
        let value = action["outputs"][name]["value"].as_str();
        self.evaluated(value.unwrap_or_else(|| panic!("there is no output {name}")))
    }

    fn evaluated(&self, text: &str) -> String {
        let mut parts = text.split("${{");
        let mut evaluated = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (expression, rest) = part.split_once("}}").unwrap();
            let value = self.values.get(expression.trim());
            evaluated += value.map_or("", String::as_str);
            evaluated += rest;
        }
        evaluated
    }
}

/// SIGINT, after seven and a half seconds SIGTERM, after two and a half more the end.
fn cancel(running: &Running) {
    for (signal, patience) in [("-INT", 7500), ("-TERM", 2500)] {
        running.signal(signal);
        if within(Duration::from_millis(patience), || has_ended(running)).is_some() {
            return;
        }
    }
    running.signal("-KILL");
}

/// It is a zombie until it is waited for.
fn has_ended(running: &Running) -> Option<()> {
    let stat = PathBuf::from(format!("/proc/{}/stat", running.pid()));
    let stat = fs::read_to_string(stat).unwrap_or_default();
    let (_, state) = stat.rsplit_once(") ").unwrap_or_default();
    (state.is_empty() || state.starts_with('Z')).then_some(())
}

fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_default()
}
