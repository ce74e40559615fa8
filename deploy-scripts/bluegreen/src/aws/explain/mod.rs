//! `--explain`: each call to AWS, as it is made, as the `aws` command that does the same. It is
//! read off the request on its way out, so that nothing can be said that is not done.

mod arguments;
mod operation;

use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::client::{
    http::{
        HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
        SharedHttpConnector,
    },
    orchestrator::HttpRequest,
    runtime_components::RuntimeComponents,
};

use crate::{
    cli::{GlobalArgs, PackageArgs},
    terminal::{DIM, styled},
};
use arguments::Arguments;

/// What the command lines have in common.
#[derive(Debug)]
pub(crate) struct Explain {
    /// The options that say where AWS is.
    global: Vec<(&'static str, String)>,
    package: Package,
    /// The line that was said last: somebody who waits asks the same again and again.
    last: Mutex<String>,
}

/// Where the code comes from that a call uploads.
#[derive(Debug)]
struct Package {
    zip: String,
    /// How the zip is made, where it is made here.
    note: Option<String>,
}

impl Explain {
    pub(crate) fn new(global: &GlobalArgs, package: Option<&PackageArgs>) -> Self {
        let options = [
            ("--region", &global.region),
            ("--profile", &global.profile),
            ("--endpoint-url", &global.endpoint_url),
        ];
        let given = options
            .into_iter()
            .filter_map(|(name, value)| Some((name, value.clone()?)));
        Self {
            global: given.collect(),
            package: Package::of(package),
            last: Mutex::default(),
        }
    }

    /// Says it on standard error, once for all tries of a call.
    fn say(&self, request: &HttpRequest) {
        let first_try = request
            .headers()
            .get("amz-sdk-request")
            .is_none_or(|attempt| attempt.contains("attempt=1"));
        let Some(line) = self.line(request).filter(|_| first_try) else {
            return;
        };
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if *last != line {
            anstream::eprintln!("{}", styled(DIM, &line));
            *last = line;
        }
    }

    /// `None` for calls that are not the program's own: those that find the credentials.
    fn line(&self, request: &HttpRequest) -> Option<String> {
        let mut arguments = Arguments::of(request)?;
        for (name, value) in &self.global {
            arguments.push(name, value);
        }
        let note = arguments.take_package(&self.package.zip);
        let note = self.package.note.as_ref().filter(|_| note);
        let note = note.map_or_else(String::new, |note| format!("# {note}\n"));
        Some(note + &arguments.command())
    }
}

impl Package {
    fn of(args: Option<&PackageArgs>) -> Self {
        match args.and_then(|args| args.binary.as_ref()) {
            Some(binary) => Self {
                zip: "bootstrap.zip".to_owned(),
                note: Some(format!(
                    "bootstrap.zip holds {} as 'bootstrap'",
                    binary.display()
                )),
            },
            None => Self {
                zip: args
                    .and_then(|args| args.zip.as_ref())
                    .map_or_else(String::new, |zip| zip.display().to_string()),
                note: None,
            },
        }
    }
}

/// An HTTP client that says what it sends.
#[derive(Debug)]
pub(crate) struct Explaining {
    pub(crate) client: SharedHttpClient,
    pub(crate) explain: Arc<Explain>,
}

#[derive(Debug)]
struct Connector {
    connector: SharedHttpConnector,
    explain: Arc<Explain>,
}

impl HttpClient for Explaining {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Connector {
            connector: self.client.http_connector(settings, components),
            explain: self.explain.clone(),
        })
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        self.explain.say(&request);
        self.connector.call(request)
    }
}
