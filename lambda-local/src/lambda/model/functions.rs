//! Lambda's resources and their rules, without I/O and without a clock: what a call does to
//! functions, versions, aliases and policies, and how it is refused.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use serde::Serialize;
use serde_json::{Value, json};

use super::{
    configuration::Configuration,
    function::Function,
    reference::{FunctionRef, Qualifier},
    reserved::ACCOUNT_CONCURRENCY,
    settling::Transition,
    snapshot::Code,
};
use crate::{
    changed::{Changed, Kind},
    clock::Moment,
    place::Place,
    protocol::{ApiResult, Exception},
};

/// All functions of the one account and region there is.
#[derive(Debug)]
pub(crate) struct Model {
    pub(crate) place: Place,
    /// How long a change takes to settle.
    transition: Duration,
    functions: BTreeMap<String, Function>,
    /// What the URL with an id belongs to.
    pub(super) urls: BTreeMap<String, FunctionRef>,
    changed: Arc<Changed>,
}

impl Model {
    pub(crate) const fn new(place: Place, transition: Duration, changed: Arc<Changed>) -> Self {
        Self {
            place,
            transition,
            functions: BTreeMap::new(),
            urls: BTreeMap::new(),
            changed,
        }
    }

    /// What a change goes through that is made now.
    pub(crate) const fn transition(&self, now: Moment) -> Transition {
        Transition {
            now,
            takes: self.transition,
        }
    }

    /// Takes in what was kept.
    pub(crate) fn restore(&mut self, function: Function) {
        let name = function.latest.function.clone();
        for (qualifier, url) in function.urls() {
            let owner = FunctionRef {
                name: name.clone(),
                qualifier: qualifier.cloned(),
            };
            self.urls.insert(url.id.clone(), owner);
        }
        self.functions.insert(name, function);
    }

    pub(crate) fn named(&self, name: &str) -> Option<&Function> {
        self.functions.get(name)
    }

    pub(crate) fn functions(&self) -> impl Iterator<Item = &Function> {
        self.functions.values()
    }

    /// Concurrent executions that functions have reserved.
    pub(crate) fn reserved(&self) -> u32 {
        self.functions().filter_map(Function::reserved).sum()
    }

    /// Concurrent executions of functions that have reserved none.
    pub(crate) fn unreserved(&self) -> u32 {
        ACCOUNT_CONCURRENCY - self.reserved()
    }

    /// What is provisioned of those.
    pub(crate) fn provisioned_unreserved(&self) -> u32 {
        let functions = self.functions();
        functions.map(Function::provisioned_unreserved).sum()
    }

    pub(crate) fn function(&self, reference: &FunctionRef) -> ApiResult<&Function> {
        self.functions
            .get(&reference.name)
            .ok_or_else(|| self.no_function(reference))
    }

    pub(crate) fn function_mut(&mut self, reference: &FunctionRef) -> ApiResult<&mut Function> {
        let missing = self.no_function(reference);
        self.changed.mark(Kind::Function, &reference.name);
        self.functions.get_mut(&reference.name).ok_or(missing)
    }

    pub(crate) fn no_function(&self, reference: &FunctionRef) -> Exception {
        let arn = self.place.function_arn(&reference.name);
        match &reference.qualifier {
            Some(qualifier) => {
                Exception::not_found(format!("Function not found: {arn}:{qualifier}"))
            }
            None => Exception::not_found(format!("Function not found: {arn}")),
        }
    }

    /// What most calls say of a version or an alias that is not there.
    pub(crate) fn no_qualified(&self, reference: &FunctionRef) -> Exception {
        match &reference.qualifier {
            Some(Qualifier::Alias(name)) => {
                let arn = self.place.function_arn(&reference.name);
                Exception::not_found(format!("Cannot find alias arn: {arn}:{name}"))
            }
            _ => self.no_function(reference),
        }
    }

    pub(crate) fn create(
        &mut self,
        name: &str,
        configuration: Configuration,
        code: Code,
        now: Moment,
    ) -> ApiResult<&mut Function> {
        if self.functions.contains_key(name) {
            return Err(Exception::conflict(format!(
                "Function already exist: {name}"
            )));
        }
        self.changed.mark(Kind::Function, name);
        let arn = self.place.function_arn(name);
        let function = Function::new(name, arn, configuration, code, self.transition(now));
        Ok(self.functions.entry(name.to_owned()).or_insert(function))
    }

    pub(crate) fn delete(&mut self, reference: &FunctionRef) -> ApiResult<()> {
        let missing = self.no_function(reference);
        self.changed.mark(Kind::Function, &reference.name);
        self.urls.retain(|_, owner| owner.name != reference.name);
        self.functions
            .remove(&reference.name)
            .map(|_| ())
            .ok_or(missing)
    }
}

/// A page of a listing.
#[derive(Debug)]
pub(crate) struct Page {
    items: Vec<Value>,
    next_marker: Option<String>,
}

impl Page {
    /// Cuts one page out of all items. A marker is the position of the page's first item.
    pub(crate) fn cut(
        items: impl Iterator<Item = impl Serialize>,
        marker: Option<&str>,
        max_items: Option<usize>,
    ) -> ApiResult<Self> {
        let start = match marker {
            None | Some("") => 0,
            Some(text) => text
                .parse::<usize>()
                .map_err(|_| Exception::invalid_parameter("Invalid marker"))?,
        };
        let size = max_items.unwrap_or(50).clamp(1, 10_000);
        let mut rest = items.skip(start).map(|item| json!(item));
        let items: Vec<Value> = rest.by_ref().take(size).collect();
        let next_marker = rest.next().map(|_| (start + size).to_string());
        Ok(Self { items, next_marker })
    }

    /// The answer that shows it, in which the list has this name.
    pub(crate) fn into_value(self, list: &str) -> Value {
        let mut shown = json!({ list: self.items });
        if let Some(marker) = self.next_marker {
            shown["NextMarker"] = json!(marker);
        }
        shown
    }
}
