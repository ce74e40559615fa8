//! The options of `init`.

use std::path::PathBuf;

use clap::Args;

use super::{EndpointKind, WriteArgs};

#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// The program that is the function; needed where the workspace has several
    #[arg(long, value_name = "NAME")]
    pub(crate) bin: Option<String>,

    /// What `create` is to put in front of the alias; otherwise an HTTP API where the program uses
    /// lambda_http, and nothing where it does not
    #[arg(long, value_enum)]
    pub(crate) api: Option<EndpointKind>,

    /// Add lambda-outcome from this folder, deploy-scripts/outcome of a clone, and its line in
    /// main.rs; otherwise neither, as it is on no registry yet
    #[arg(long, value_name = "DIR")]
    pub(crate) outcome_path: Option<PathBuf>,

    /// Do not ask
    #[arg(long)]
    pub(crate) yes: bool,

    #[command(flatten)]
    pub(crate) write: WriteArgs,
}
