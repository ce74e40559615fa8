//! `bluegreen destroy`: deletes what `create` made, and only that.

use std::fmt::Write;

use anyhow::{Context, Result};
use serde::Serialize;

use super::{create::statement_id, resource_policy::ResourcePolicy};
use crate::{
    alias::AliasHandle,
    aws::{Api, AwsError, Role, URL_STATEMENT, role_name},
    cli::DestroyArgs,
    report::Report,
    terminal::{DIM, GREEN, Question, confirm, styled},
};

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Destroyed {
    function: String,
    alias: String,
    deleted: Vec<String>,
    kept: Vec<String>,
    dry_run: bool,
}

/// What is there of what `create` makes.
struct Inventory {
    apis: Vec<Api>,
    /// Whether the alias has a URL.
    url: bool,
    /// Whether `create` opened it.
    url_made_here: bool,
    alias: bool,
    /// Whether the function is there, and whether `create` made it.
    function: Option<bool>,
    other_aliases: Vec<String>,
    /// The role that `create` made.
    role: Option<Role>,
}

pub(crate) async fn destroy(handle: &AliasHandle, args: &DestroyArgs) -> Result<Destroyed> {
    let found = look(handle).await?;
    let (deleted, kept) = found.plan(handle, args.logs);
    if !args.write.dry_run && !deleted.is_empty() {
        confirm(&Question {
            text: &format!("delete {}?", deleted.join(", ")),
            option: "--yes",
            yes: args.yes,
            otherwise: "nothing was deleted",
        })?;
        found.delete(handle, args.logs).await?;
    }
    Ok(Destroyed {
        function: handle.function.clone(),
        alias: handle.alias.clone(),
        deleted,
        kept,
        dry_run: args.write.dry_run,
    })
}

async fn look(handle: &AliasHandle) -> Result<Inventory> {
    let AliasHandle { alias, lambda, .. } = handle;
    let tags = lambda.tags().await.context("failed to read the function")?;
    let function = tags.map(|tags| tags.get("bluegreen").is_some_and(|value| value == "create"));
    let names = match function {
        None => Vec::new(),
        Some(_) => {
            let aliases = lambda.aliases().await;
            let aliases = aliases.context("failed to list the aliases")?;
            aliases.into_iter().map(|alias| alias.name).collect()
        }
    };
    let role = handle.iam.role(&role_name(&handle.function)).await;
    let role = role.context("failed to look for the role")?;
    let apis = handle.gateway.find(&handle.api_name()).await;
    let apis = apis.context("failed to list the APIs")?;
    let has_alias = names.contains(alias);
    let (url, admitted) = match has_alias {
        true => url(handle)
            .await
            .context("failed to look for the alias's URL")?,
        false => (false, ResourcePolicy::default()),
    };
    Ok(Inventory {
        apis,
        url,
        url_made_here: admitted.statements.contains(URL_STATEMENT),
        alias: has_alias,
        function,
        other_aliases: names.into_iter().filter(|name| name != alias).collect(),
        role: role.filter(|role| role.made_here),
    })
}

/// Whether the alias has a URL, and whom its policy admits.
async fn url(handle: &AliasHandle) -> Result<(bool, ResourcePolicy), AwsError> {
    let AliasHandle { alias, lambda, .. } = handle;
    let (url, policy) = tokio::try_join!(lambda.url(Some(alias)), lambda.policy(Some(alias)))?;
    Ok((url.is_some(), ResourcePolicy::read(policy.as_deref())))
}

impl Inventory {
    /// The function goes only if `create` made it and nobody else has an alias on it.
    fn function_goes(&self) -> bool {
        self.function == Some(true) && self.other_aliases.is_empty()
    }

    /// An alias cannot be tagged: it goes with a function that `create` made.
    fn alias_goes(&self) -> bool {
        self.alias && self.function == Some(true)
    }

    /// What is left of one that was half deleted goes too.
    fn url_goes(&self) -> bool {
        self.url_made_here || (self.url && self.alias_goes())
    }

    /// Once there is no function that runs with it.
    fn role_goes(&self) -> bool {
        self.role.is_some() && self.no_function_stays()
    }

    fn no_function_stays(&self) -> bool {
        self.function_goes() || self.function.is_none()
    }

    /// What will be deleted, in this order, and what will not.
    fn plan(&self, handle: &AliasHandle, logs: bool) -> (Vec<String>, Vec<String>) {
        let AliasHandle {
            function, alias, ..
        } = handle;
        let (mut deleted, mut kept) = (Vec::new(), Vec::new());
        for api in &self.apis {
            match api.made_here {
                true => deleted.push(format!("{} {} with its permission", api.kind, api.id)),
                false => kept.push(format!("{} {}: `create` did not make it", api.kind, api.id)),
            }
        }
        match self.url_goes() {
            true => deleted.push(format!("URL of alias {alias} with its permission")),
            false if self.url => {
                kept.push(format!("URL of alias {alias}: `create` did not open it"))
            }
            false => {}
        }
        match self.function {
            Some(true) => {}
            Some(false) => kept.push(format!(
                "function {function} and its aliases: `create` did not make it"
            )),
            None => kept.push(format!("function {function}: there is none")),
        }
        if self.alias_goes() {
            deleted.push(format!("alias {alias}"));
        }
        if self.function_goes() {
            deleted.push(format!("function {function} with all its versions"));
        } else if self.function == Some(true) {
            let others = self.other_aliases.join(", ");
            kept.push(format!(
                "function {function}: it has other aliases: {others}"
            ));
        }
        if self.role_goes() {
            deleted.push(format!("role {}", role_name(function)));
        }
        let group = format!("log group {}", handle.logs.group);
        match self.no_function_stays() {
            true if logs => deleted.push(group),
            true => kept.push(format!("{group}, if there is one: --logs deletes it")),
            false => kept.push(format!("{group}: the function stays")),
        }
        (deleted, kept)
    }

    /// The way in first. Whatever is left when this is cut short is found by the next try.
    async fn delete(&self, handle: &AliasHandle, logs: bool) -> Result<()> {
        let AliasHandle {
            alias,
            lambda,
            gateway,
            ..
        } = handle;
        for api in self.apis.iter().filter(|api| api.made_here) {
            let id = &api.id;
            if self.alias {
                let withdrawn = lambda.withdraw(alias, &statement_id(api)).await;
                withdrawn.with_context(|| format!("failed to delete API {id}'s permission"))?;
            }
            let deleted = gateway.delete(api).await;
            deleted.with_context(|| format!("failed to delete {} {id}", api.kind))?;
        }
        if self.url_goes() {
            let deleted = lambda.delete_url(alias).await;
            deleted.with_context(|| format!("failed to delete the URL of alias '{alias}'"))?;
        }
        if self.alias_goes() {
            let deleted = lambda.delete_alias(alias).await;
            deleted.with_context(|| format!("failed to delete alias '{alias}'"))?;
        }
        if self.function_goes() {
            let deleted = lambda.delete_function().await;
            let function = &handle.function;
            deleted.with_context(|| format!("failed to delete function '{function}'"))?;
        }
        if let Some(role) = self.role.as_ref().filter(|_| self.role_goes()) {
            let name = role_name(&handle.function);
            let deleted = handle.iam.delete(&name, role).await;
            deleted.with_context(|| format!("failed to delete role '{name}'"))?;
        }
        if logs && self.no_function_stays() {
            let deleted = handle.logs.delete().await;
            deleted.with_context(|| format!("failed to delete log group {}", handle.logs.group))?;
        }
        Ok(())
    }
}

impl Report for Destroyed {
    fn text(&self) -> String {
        let mut text = String::new();
        for what in &self.deleted {
            let line = match self.dry_run {
                true => format!("would delete  {what}"),
                false => format!("{} deleted  {what}", styled(GREEN, "✓")),
            };
            let _ = writeln!(text, "{line}");
        }
        for what in &self.kept {
            let _ = writeln!(text, "{}", styled(DIM, format!("· left     {what}")));
        }
        if self.deleted.is_empty() {
            let _ = writeln!(text, "nothing was deleted");
        }
        text
    }
}
