//! Calls to AWS's REST APIs as they are on the wire, without a client's help.

use std::{
    collections::BTreeSet,
    fs,
    io::{Cursor, Write},
    process,
    sync::{Mutex, PoisonError},
};

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use zip::{ZipWriter, write::SimpleFileOptions};

use super::{ROLE, Server, program, until};

const FUNCTIONS: &str = "/2015-03-31/functions";

/// What a service answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: ureq::http::HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// All values of a header.
    pub(crate) fn values(&self, name: &str) -> Vec<&str> {
        let values = self.headers.get_all(name).iter();
        values.filter_map(|value| value.to_str().ok()).collect()
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        let parsed = serde_json::from_slice(&self.body);
        parsed.unwrap_or_else(|error| panic!("{error} in {}", self.text()))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The service refused with this status, error type and message.
    #[track_caller]
    pub(crate) fn refuses(&self, status: u16, kind: &str, message: &str) {
        let body = self.json();
        let said = body
            .get("message")
            .or(body.get("Message"))
            .and_then(Value::as_str);
        let got = (self.status, self.header("x-amzn-errortype"), said);
        assert_eq!(got, (status, Some(kind), Some(message)));
    }
}

impl Server {
    /// A request with any body; any status is an answer.
    pub(crate) fn request(&self, method: &str, path: &str, body: &[u8]) -> Answer {
        self.request_with(method, path, &[], body)
    }

    pub(crate) fn request_with(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        let url = match path.starts_with("http") {
            true => path.to_owned(),
            false => format!("{}{path}", self.url),
        };
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .build();
        let agent = ureq::Agent::new_with_config(config);
        let mut request = ureq::http::Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request
            .body(body.to_vec())
            .expect("the request is well-formed");
        let mut response = agent.run(request).expect("the server answers");
        Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: response
                .body_mut()
                .read_to_vec()
                .expect("the answer is complete"),
        }
    }

    /// A call to Lambda below `/2015-03-31/functions`.
    pub(crate) fn lambda(&self, method: &str, path: &str, body: &Value) -> Answer {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        self.request(method, &format!("{FUNCTIONS}{path}"), body.as_bytes())
    }

    /// A call to CloudWatch, as the AWS CLI makes it.
    pub(crate) fn cloudwatch(&self, operation: &str, request: &Value) -> Answer {
        let target = format!("GraniteServiceVersion20100801.{operation}");
        let headers = [
            ("x-amz-target", target.as_str()),
            ("content-type", "application/x-amz-json-1.0"),
        ];
        let answer = self.request_with("POST", "/", &headers, request.to_string().as_bytes());
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer
    }

    /// All values of a metric of function `hello`, by periods of so many seconds.
    pub(crate) fn metric(&self, name: &str, statistic: &str, period: u32) -> Vec<f64> {
        let dimensions = json!([{ "Name": "FunctionName", "Value": "hello" }]);
        let metric = json!({
            "Namespace": "AWS/Lambda", "MetricName": name, "Dimensions": dimensions,
        });
        let stat = json!({ "Metric": metric, "Period": period, "Stat": statistic });
        let query = json!({
            "StartTime": 0, "EndTime": 4_000_000_000_u64,
            "MetricDataQueries": [{ "Id": "a", "MetricStat": stat }],
        });
        let found = self.cloudwatch("GetMetricData", &query).json();
        let values = found["MetricDataResults"][0]["Values"].as_array();
        let values = values.into_iter().flatten();
        values.filter_map(Value::as_f64).collect()
    }

    /// Invokes a function, version or alias (`name:qualifier`) with an event.
    pub(crate) fn invoke(&self, target: &str, event: &Value) -> Answer {
        let path = format!("{FUNCTIONS}/{target}/invocations");
        let tail = [("x-amz-log-type", "Tail")];
        self.request_with("POST", &path, &tail, event.to_string().as_bytes())
    }

    /// Creates a function of the misbehaving bootstrap and waits until it can be invoked.
    pub(crate) fn create_misbehaving(&self, name: &str, configuration: &Value) {
        let code = std::fs::read(program("misbehaving")).expect("the bootstrap was built");
        self.create_function(name, &zip_of("bootstrap", 0o755, &code), configuration);
    }

    /// The same as function `f`, which prints the events that it does not know.
    pub(crate) fn create_echoing(&self) {
        let variables = json!({ "Environment": { "Variables": { "ECHO": "log" } } });
        self.create_misbehaving("f", &variables);
    }

    pub(crate) fn create_function(&self, name: &str, zip: &[u8], configuration: &Value) {
        let mut request = json!({
            "FunctionName": name,
            "Runtime": "provided.al2023",
            "Role": ROLE,
            "Handler": "bootstrap",
            "Code": { "ZipFile": BASE64_STANDARD.encode(zip) },
        });
        for (member, value) in configuration.as_object().into_iter().flatten() {
            request[member] = value.clone();
        }
        let created = self.lambda("POST", "", &request);
        assert_eq!(created.status, 201, "{}", created.text());
        until("the function is active", || {
            let found = self.lambda("GET", &format!("/{name}/configuration"), &Value::Null);
            (found.json()["State"] == "Active").then_some(())
        });
    }

    /// Uploads other code and waits until the update is done.
    pub(crate) fn update_code(&self, name: &str, zip: &[u8]) {
        let request = json!({ "ZipFile": BASE64_STANDARD.encode(zip) });
        let updated = self.lambda("PUT", &format!("/{name}/code"), &request);
        assert_eq!(updated.status, 200, "{}", updated.text());
        until("the update is done", || {
            let found = self.lambda("GET", &format!("/{name}/configuration"), &Value::Null);
            (found.json()["LastUpdateStatus"] == "Successful").then_some(())
        });
    }

    /// Function `f` with this many published versions, all different, and no alias.
    pub(crate) fn with_versions(count: u64) -> Self {
        let server = Self::start();
        server.create_function(
            "f",
            &zip_of("bootstrap", 0o755, b"#!/bin/sh\n"),
            &Value::Null,
        );
        for number in 1..=count {
            server.update_code("f", &script(&number.to_string()));
            let published = server.lambda("POST", "/f/versions", &Value::Null);
            assert_eq!(published.json()["Version"], number.to_string());
        }
        server
    }
}

/// A zip with one file.
pub(crate) fn zip_of(name: &str, mode: u32, content: &[u8]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().unix_permissions(mode);
    writer
        .start_file(name, options)
        .expect("a zip can be written to memory");
    writer
        .write_all(content)
        .expect("a zip can be written to memory");
    writer
        .finish()
        .expect("a zip can be written to memory")
        .into_inner()
}

/// The path of a program's package: zipped once, byte for byte as the deployer zips it.
pub(crate) fn package(name: &str) -> String {
    static ZIPPED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let path = format!("{}/{name}.zip", env!("CARGO_TARGET_TMPDIR"));
    let mut zipped = ZIPPED.lock().unwrap_or_else(PoisonError::into_inner);
    if zipped.insert(name.to_owned()) {
        let code = fs::read(program(name)).expect("the program is built");
        // Another run of these tests may be reading it.
        let new = format!("{path}.{}", process::id());
        fs::write(&new, zip_of("bootstrap", 0o755, &code)).expect("there is room");
        fs::rename(&new, &path).expect("the folder is there");
    }
    path
}

/// A package whose bootstrap does nothing, but differs with the text.
pub(crate) fn script(text: &str) -> Vec<u8> {
    let script = format!("#!/bin/sh\n# {text}\n");
    zip_of("bootstrap", 0o755, script.as_bytes())
}

pub(crate) fn base64_of(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(bytes)
}
