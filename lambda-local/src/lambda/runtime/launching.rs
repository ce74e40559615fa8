//! How a pool starts environments.

use uuid::Uuid;

use super::{
    environment::Environment,
    init_report::InitReport,
    outcome::Outcome,
    pool::Pool,
    runtime_api::FunctionMetadata,
    starting::{Launch, NotStarted},
    variables::{Initialization, lambda_variables},
};
use crate::logs::LogStream;

impl Pool {
    pub(super) async fn start(&self, kind: Initialization) -> Result<Environment, NotStarted> {
        let started = match self.unpacked().await {
            Ok(()) => Environment::start(self.launch(kind)).await,
            Err(reason) => Err(Outcome::NotStarted(reason).into()),
        };
        if started.is_err() {
            self.lost();
        }
        started
    }

    async fn unpacked(&self) -> Result<(), String> {
        let (code, snapshot) = (self.code.clone(), self.snapshot.clone());
        let whole = tokio::task::spawn_blocking(move || code.make_whole(&snapshot.code));
        whole.await.map_err(|error| error.to_string())?
    }

    pub(super) fn log_stream(&self) -> LogStream {
        let date = time::OffsetDateTime::now_utc().date();
        let format = time::macros::format_description!("[year]/[month]/[day]");
        let date = date.format(format).unwrap_or_default();
        let (version, id) = (self.snapshot.label(), Uuid::new_v4().simple());
        let group = &self.snapshot.configuration.logging.log_group;
        self.logs.stream(group, format!("{date}/[{version}]{id}"))
    }

    fn launch(&self, kind: Initialization) -> Launch {
        let log = self.log_stream();
        let mut variables = lambda_variables(&self.snapshot, &self.place, &log.name, kind);
        let own = self.snapshot.configuration.environment.iter().flatten();
        variables.extend(own.map(|(name, value)| (name.clone(), value.clone())));
        Launch {
            task_root: self.snapshot.code.folder.clone(),
            variables,
            log,
            report: InitReport {
                snapshot: self.snapshot.clone(),
                kind,
            },
            function: FunctionMetadata {
                function_name: self.snapshot.function.clone(),
                function_version: self.snapshot.label(),
                handler: self.snapshot.configuration.handler.clone(),
                account_id: Some(self.place.account.clone()),
            },
            guard: self.guard.clone(),
        }
    }
}
