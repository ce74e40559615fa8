//! The server that is tried, and what must hold of it.

use std::{
    fs, io,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use tempfile::NamedTempFile;
use zip::{ZipWriter, write::SimpleFileOptions};

const FUNCTIONS: &str = "/2015-03-31/functions";
const MAX_MIB: u64 = 256;
const MAX_DESCRIPTORS: usize = 400;

pub(crate) struct Server {
    process: Child,
    /// What it says on standard error: where it panics, that is said there.
    said: NamedTempFile,
    /// Host and port.
    pub(crate) host: String,
    /// Where the function's API is.
    pub(crate) api: String,
}

impl Server {
    /// With function `f`, which is the bootstrap, its alias `live`, and an API in front of it.
    pub(crate) fn start(program: &str, bootstrap: &Path) -> io::Result<Self> {
        let said = NamedTempFile::new()?;
        let mut process = Command::new(program)
            .args(["--port", "0", "--ephemeral", "--retry-delay", "0"])
            .stdout(Stdio::piped())
            .stderr(said.reopen()?)
            .spawn()?;
        let output = process.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
        let mut output = BufReader::new(output);
        let mut first = String::new();
        output.read_line(&mut first)?;
        // A reader who keeps up, as a terminal does.
        thread::spawn(move || io::copy(&mut output, &mut io::sink()));
        let host = first.trim().rsplit('/').next().unwrap_or_default();
        let mut server = Self {
            process,
            said,
            host: host.to_owned(),
            api: String::new(),
        };
        server.make(bootstrap)?;
        Ok(server)
    }

    fn make(&mut self, bootstrap: &Path) -> io::Result<()> {
        self.call(
            "POST",
            FUNCTIONS,
            &json!({
                "FunctionName": "f",
                "Runtime": "provided.al2023",
                "Role": "arn:aws:iam::000000000000:role/fuzz",
                "Handler": "bootstrap",
                "Timeout": 1,
                "Code": { "ZipFile": zipped(bootstrap)? },
            }),
        )?;
        let configuration = format!("{FUNCTIONS}/f/configuration");
        while self.call("GET", &configuration, &Value::Null)?["State"] != "Active" {
            thread::sleep(Duration::from_millis(2));
        }
        self.call("POST", &format!("{FUNCTIONS}/f/versions"), &json!({}))?;
        let alias = json!({ "Name": "live", "FunctionVersion": "1" });
        self.call("POST", &format!("{FUNCTIONS}/f/aliases"), &alias)?;
        let arn = "arn:aws:lambda:us-east-1:000000000000:function:f:live";
        let api = json!({ "name": "f", "protocolType": "HTTP", "target": arn });
        let api = self.call("POST", "/v2/apis", &api)?;
        self.api = api["apiId"].as_str().unwrap_or_default().to_owned();
        let permission = json!({ "StatementId": "api", "Action": "lambda:InvokeFunction",
            "Principal": "apigateway.amazonaws.com" });
        let policy = format!("{FUNCTIONS}/f/policy?Qualifier=live");
        self.call("POST", &policy, &permission).map(|_| ())
    }

    /// A sound call, which must be answered.
    pub(crate) fn call(&self, method: &str, path: &str, body: &Value) -> io::Result<Value> {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(20)))
            .build();
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("http://{}{path}", self.host))
            .body(body)
            .map_err(io::Error::other)?;
        let answer = ureq::Agent::new_with_config(config).run(request);
        let answer = answer.map_err(|error| io::Error::other(format!("{method} {path}: {error}")));
        let text = answer?.body_mut().read_to_string();
        let text = text.map_err(io::Error::other)?;
        Ok(serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    /// What it takes, if that is not too much and no part of it has panicked.
    pub(crate) fn check(&self) -> io::Result<String> {
        self.call("GET", FUNCTIONS, &Value::Null)?;
        let said = fs::read(self.said.path())?;
        let said = String::from_utf8_lossy(&said);
        if let Some(panic) = said.find("panicked at") {
            let panic: String = said[panic..].chars().take(500).collect();
            return Err(io::Error::other(panic));
        }
        let process = format!("/proc/{}", self.process.id());
        let status = fs::read_to_string(format!("{process}/status"))?;
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = resident.and_then(|text| text.trim().trim_end_matches(" kB").parse::<u64>().ok());
        let mib = kib.unwrap_or(u64::MAX) / 1024;
        let descriptors = fs::read_dir(format!("{process}/fd"))?.count();
        let found = format!("{mib} MiB and {descriptors} file descriptors afterwards");
        match mib > MAX_MIB || descriptors > MAX_DESCRIPTORS {
            true => Err(io::Error::other(found)),
            false => Ok(found),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn zipped(bootstrap: &Path) -> io::Result<String> {
    let mut zip = ZipWriter::new(io::Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().unix_permissions(0o755);
    zip.start_file("bootstrap", options)
        .map_err(io::Error::other)?;
    io::Write::write_all(&mut zip, &fs::read(bootstrap)?)?;
    let bytes = zip.finish().map_err(io::Error::other)?.into_inner();
    Ok(BASE64_STANDARD.encode(bytes))
}
