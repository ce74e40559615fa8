//! What is looked after once a second.

use std::{io, sync::Arc, time::Duration};

use crate::{clock, persister::Persister, services::Services};

pub(crate) async fn keep_tidy(services: Arc<Services>, persister: Option<Arc<Persister>>) {
    let mut ticks = tokio::time::interval(Duration::from_secs(1));
    loop {
        ticks.tick().await;
        services.lambda.tidy_environments();
        services.lambda.start_provisioned();
        services.cloudwatch.forget_old();
        services.logs.forget_old(clock::milliseconds());
        if let Some(persister) = &persister {
            persister.keep_logs().await;
        }
        if services.lambda.code.has_orphans() {
            sweep_code(&services, persister.clone()).await;
        }
    }
}

async fn sweep_code(services: &Services, persister: Option<Arc<Persister>>) {
    let (lambda, terminal) = (services.lambda.clone(), &services.lambda.terminal);
    let swept = tokio::task::spawn_blocking(move || match persister {
        Some(persister) => persister.sweep_code(),
        None => lambda.sweep_code(|| true),
    });
    let swept = swept.await.map_err(io::Error::other);
    if let Err(error) = swept.flatten() {
        terminal.warn(format_args!("failed to delete packages: {error}"));
    }
}
