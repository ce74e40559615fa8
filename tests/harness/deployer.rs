//! The deployer, run against a test's server.

use serde_json::{Value, json};

use super::{Finished, Running, Server, package, program, until};

pub(crate) const ROLE: &str = "arn:aws:iam::000000000000:role/test";

impl Server {
    /// Starts the deployer, which goes on while the test does something else.
    pub(crate) fn start_bluegreen(&self, args: &[&str]) -> Running {
        let mut command = self.command(program("bluegreen"));
        command.args(args);
        Running::start(command)
    }

    /// Runs the deployer to its end.
    pub(crate) fn bluegreen(&self, args: &[&str]) -> Finished {
        let mut command = self.command(program("bluegreen"));
        command.args(args);
        Finished::run(command)
    }

    pub(crate) fn create(&self, color: &str) -> Finished {
        self.bluegreen(&["create", "--zip", &package(color), "--role", ROLE])
    }

    /// Publishes a build and gives the version's number. Red fails with errors, which Lambda counts,
    /// and half of its requests, unless the function's variables say otherwise: by itself it fails a
    /// fifth, and where that much is tolerated one rollout of hundreds rightly promotes it.
    pub(crate) fn publish(&self, color: &str) -> u64 {
        if color == "red" {
            self.set_variable("FAIL_HOW", "error", false);
            self.set_variable("FAIL_SHARE", "0.5", false);
        }
        let published = self.bluegreen(&["publish", "--zip", &package(color), "--output", "json"]);
        published.succeeds().json()["version"]
            .as_u64()
            .expect("a version is a number")
    }

    /// Sets one of the function's variables, in place of what it was if that is asked for.
    pub(crate) fn set_variable(&self, name: &str, value: &str, instead: bool) {
        let configuration = self.lambda("GET", "/hello/configuration", &Value::Null);
        let mut variables = configuration.json()["Environment"]["Variables"].clone();
        if variables.is_null() {
            variables = json!({});
        }
        if instead || variables[name].is_null() {
            variables[name] = json!(value);
        }
        let change = json!({ "Environment": { "Variables": variables } });
        self.lambda("PUT", "/hello/configuration", &change);
        until("the change is done", || {
            let configuration = self.lambda("GET", "/hello/configuration", &Value::Null);
            let status = configuration.json()["LastUpdateStatus"].clone();
            (status == "Successful").then_some(())
        });
    }
}
