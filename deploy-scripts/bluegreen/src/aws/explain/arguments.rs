//! A request's content as the options of a command.

use std::collections::BTreeMap;

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::{DateTime, date_time::Format};
use ciborium::Value as Cbor;
use serde_json::{Map, Value, json};

use super::operation::{find, kebab};
use crate::shell::quoted;

/// What the CLI does by itself, and where a later page begins.
const PAGING: [&str; 6] = [
    "limit",
    "position",
    "Marker",
    "MaxItems",
    "nextToken",
    "List",
];
/// The services whose calls name their operation in a header: a part of that, and the command.
const TARGETS: [(&str, &str); 2] = [("CloudTrail_", "cloudtrail"), ("Logs_", "logs")];
/// What the CLI calls otherwise than the service.
const RENAMED: [(&str, &str, &str); 1] = [(
    "apigateway put-integration",
    "httpMethod",
    "integration-http-method",
)];

/// A command with its options, in order.
#[derive(Debug)]
pub(super) struct Arguments {
    command: String,
    words: Vec<String>,
    /// Whether it uploads code.
    uploads: bool,
    /// What the command reads on standard input.
    input: Option<String>,
}

impl Arguments {
    /// `None` where no command is known for it.
    pub(super) fn of(request: &HttpRequest) -> Option<Self> {
        let uri = request.uri();
        let path_and_query = uri.split_once("://").map_or(uri, |(_, rest)| {
            rest.find('/').map_or("/", |slash| &rest[slash..])
        });
        let (path, query) = path_and_query
            .split_once('?')
            .unwrap_or((path_and_query, ""));
        let body = request.body().bytes().unwrap_or_default();
        if let Some((_, operation)) = path.split_once("/operation/") {
            let members = of_cbor(ciborium::from_reader(body).ok()?);
            return Some(Self::new("cloudwatch", operation).with(&members));
        }
        if let Some(target) = request.headers().get("x-amz-target") {
            return Self::of_json(target, body);
        }
        if path == "/" {
            return Self::of_form(body);
        }
        let (command, options) = find(request.method(), path)?;
        let mut arguments = Self::of_command(command);
        for (name, value) in options {
            arguments.push(&format!("--{name}"), &value);
        }
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if !PAGING.contains(&name.as_ref()) {
                arguments.push(&format!("--{}", kebab(&name)), &value);
            }
        }
        Some(arguments.with_body(body))
    }

    fn new(service: &str, operation: &str) -> Self {
        Self::of_command(&format!("{service} {}", kebab(operation)))
    }

    fn of_command(command: &str) -> Self {
        Self {
            command: command.to_owned(),
            words: Vec::new(),
            uploads: false,
            input: None,
        }
    }

    /// A call of the protocol that names its operation in a header: `Logs_20140328.CreateLogGroup`.
    fn of_json(target: &str, body: &[u8]) -> Option<Self> {
        let (service, operation) = target.rsplit_once('.')?;
        let mut services = TARGETS.iter();
        let (_, service) = services.find(|(part, _)| service.contains(part))?;
        let members = serde_json::from_slice(body).ok()?;
        Some(Self::new(service, operation).with(&members))
    }

    /// A call of the query protocol: lists and structures are spread over names with dots.
    fn of_form(body: &[u8]) -> Option<Self> {
        let form: BTreeMap<String, String> = form_urlencoded::parse(body).into_owned().collect();
        let mut members = Value::Null;
        for (name, value) in &form {
            let pointer: Vec<&str> = name.split('.').filter(|part| *part != "member").collect();
            let mut place = &mut members;
            for part in pointer {
                place = match part.parse::<usize>() {
                    Ok(number) => element(place, number.checked_sub(1)?),
                    Err(_) => &mut place[part],
                };
            }
            *place = json!(value);
        }
        let mut members = members.as_object()?.clone();
        let service = match members.remove("Version")?.as_str() {
            Some("2011-06-15") => "sts",
            _ => "iam",
        };
        let operation = members.remove("Action")?;
        Some(Self::new(service, operation.as_str()?).with(&Value::Object(members)))
    }

    fn with_body(mut self, body: &[u8]) -> Self {
        if self.command == "lambda invoke" {
            self.input = Some(String::from_utf8_lossy(body).into_owned());
            self.push("--payload", "fileb:///dev/stdin");
            self.words.push("/dev/stdout".to_owned());
            return self;
        }
        let mut members: Value = serde_json::from_slice(body).unwrap_or_default();
        if let Some(members) = members.as_object_mut() {
            self.uploads = members.remove("ZipFile").is_some() || members.remove("Code").is_some();
            hide_values(members);
        }
        self.with(&members)
    }

    fn with(mut self, members: &Value) -> Self {
        for (name, value) in members.as_object().into_iter().flatten() {
            let mut renamed = RENAMED.iter();
            let renamed =
                renamed.find(|(command, member, _)| self.command == *command && member == name);
            let option = renamed.map_or_else(|| kebab(name), |(.., option)| (*option).to_owned());
            match value {
                Value::Null => {}
                Value::Bool(true) => self.words.push(format!("--{option}")),
                Value::Bool(false) => self.words.push(format!("--no-{option}")),
                Value::String(text) => self.push(&format!("--{option}"), text),
                other => self.push(&format!("--{option}"), &other.to_string()),
            }
        }
        self
    }

    pub(super) fn push(&mut self, option: &str, value: &str) {
        self.words.push(option.to_owned());
        self.words.push(quoted(value));
    }

    /// Names the zip, where it uploads one, and says whether it does.
    pub(super) fn take_package(&mut self, zip: &str) -> bool {
        if self.uploads {
            self.push("--zip-file", &format!("fileb://{zip}"));
        }
        self.uploads
    }

    /// Ready to be pasted into a shell.
    pub(super) fn command(&self) -> String {
        let words = self.words.iter().map(|word| format!(" {word}"));
        let command = format!("aws {}{}", self.command, words.collect::<String>());
        match &self.input {
            Some(input) => format!("printf %s {} | {command}", quoted(input)),
            None => command,
        }
    }
}

/// Environment variables are named, and what they hold is nobody's business.
fn hide_values(members: &mut Map<String, Value>) {
    let variables = members.get_mut("Environment");
    let variables = variables.and_then(|environment| environment["Variables"].as_object_mut());
    for value in variables.into_iter().flat_map(Map::values_mut) {
        *value = json!("…");
    }
}

/// An element of a list, which grows as far as is needed.
fn element(list: &mut Value, index: usize) -> &mut Value {
    if !list.is_array() {
        *list = json!([]);
    }
    if let Some(list) = list.as_array_mut()
        && list.len() <= index
    {
        list.resize(index + 1, Value::Null);
    }
    &mut list[index]
}

fn of_cbor(value: Cbor) -> Value {
    match value {
        Cbor::Map(entries) => entries
            .into_iter()
            .filter_map(|(name, value)| Some((name.into_text().ok()?, of_cbor(value))))
            .collect(),
        Cbor::Array(entries) => entries.into_iter().map(of_cbor).collect(),
        Cbor::Text(text) => json!(text),
        Cbor::Bool(flag) => json!(flag),
        Cbor::Integer(number) => i64::try_from(number).map_or(Value::Null, |number| json!(number)),
        Cbor::Float(number) => json!(number),
        // A moment, in seconds since 1970.
        Cbor::Tag(1, seconds) => {
            let seconds = match *seconds {
                Cbor::Float(seconds) => seconds,
                Cbor::Integer(seconds) => i64::try_from(seconds).unwrap_or_default() as f64,
                _ => return Value::Null,
            };
            let moment = DateTime::from_secs_f64(seconds).fmt(Format::DateTime);
            moment.map_or(Value::Null, |text| json!(text))
        }
        _ => Value::Null,
    }
}
