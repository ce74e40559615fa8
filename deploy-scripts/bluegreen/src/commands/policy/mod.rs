//! `bluegreen policy`: the IAM policy that the deployer needs, and no more.

mod home;
mod release;
mod setup;

use anyhow::Result;
use serde::Serialize;
use serde_json::{Value, json};

use crate::{alias::AliasHandle, cli::PolicyArgs, report::Report};
use home::Home;

/// An IAM policy document.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct Policy(Value);

pub(crate) async fn policy(handle: &AliasHandle, args: &PolicyArgs) -> Result<Policy> {
    let home = Home::find(handle, args).await?;
    let statements = match args.setup {
        true => home.setup(args),
        false => home.release(),
    };
    Ok(Policy(
        json!({ "Version": "2012-10-17", "Statement": statements }),
    ))
}

fn statement(sid: &str, actions: &[&str], resources: &[impl AsRef<str>]) -> Value {
    let resources: Vec<&str> = resources.iter().map(AsRef::as_ref).collect();
    json!({ "Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resources })
}

impl Report for Policy {
    fn text(&self) -> String {
        serde_json::to_string_pretty(&self.0).unwrap_or_default()
    }
}
