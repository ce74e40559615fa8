//! What is set for asynchronous invocations of functions, versions and aliases.

use serde_json::Value;

use super::{
    event_invoke::{EventInvoke, EventInvokeChange},
    function::Function,
    functions::Model,
    reference::{FunctionRef, Qualifier},
};
use crate::{
    clock::Moment,
    protocol::{ApiResult, Exception},
};

/// What is set for the function as a whole is set for `$LATEST`.
fn qualifier(reference: &FunctionRef) -> Qualifier {
    reference.qualifier.clone().unwrap_or(Qualifier::Latest)
}

impl Function {
    pub(crate) fn event_invokes(&self) -> impl Iterator<Item = Value> {
        let all = self.event_invokes.iter();
        all.map(|(qualifier, settings)| settings.describe(&format!("{}:{qualifier}", self.arn)))
    }

    fn check_there(&self, model: &Model, reference: &FunctionRef) -> ApiResult<()> {
        let there = match &reference.qualifier {
            None | Some(Qualifier::Latest) => true,
            Some(Qualifier::Version(number)) => self.version(*number).is_some(),
            Some(Qualifier::Alias(name)) => self.alias(name).is_some(),
        };
        there
            .then_some(())
            .ok_or_else(|| model.no_function(reference))
    }
}

impl Model {
    /// What holds for asynchronous invocations of this: what was set, or the defaults.
    pub(crate) fn event_invoke(&self, reference: &FunctionRef) -> ApiResult<EventInvoke> {
        let set = &self.function(reference)?.event_invokes;
        Ok(set.get(&qualifier(reference)).cloned().unwrap_or_default())
    }

    pub(crate) fn put_event_invoke(
        &mut self,
        reference: &FunctionRef,
        change: &EventInvokeChange,
        now: Moment,
    ) -> ApiResult<Value> {
        if change.is_empty() {
            return Err(Exception::invalid_parameter(
                "You must specify at least one of error handling or destination setting.",
            ));
        }
        change.check_destinations(&reference.name, &self.place)?;
        self.set_event_invoke(reference, EventInvoke::default().changed(change, now)?)
    }

    pub(crate) fn update_event_invoke(
        &mut self,
        reference: &FunctionRef,
        change: &EventInvokeChange,
        now: Moment,
    ) -> ApiResult<Value> {
        change.check_destinations(&reference.name, &self.place)?;
        let settings = self.settings(reference)?.changed(change, now)?;
        self.set_event_invoke(reference, settings)
    }

    fn set_event_invoke(
        &mut self,
        reference: &FunctionRef,
        settings: EventInvoke,
    ) -> ApiResult<Value> {
        self.function(reference)?.check_there(self, reference)?;
        let qualifier = qualifier(reference);
        let function = self.function_mut(reference)?;
        let shown = settings.describe(&format!("{}:{qualifier}", function.arn));
        function.event_invokes.insert(qualifier, settings);
        Ok(shown)
    }

    pub(crate) fn describe_event_invoke(&self, reference: &FunctionRef) -> ApiResult<Value> {
        let arn = format!("{}:{}", self.function(reference)?.arn, qualifier(reference));
        Ok(self.settings(reference)?.describe(&arn))
    }

    pub(crate) fn delete_event_invoke(&mut self, reference: &FunctionRef) -> ApiResult<()> {
        self.settings(reference)?;
        let function = self.function_mut(reference)?;
        function.event_invokes.remove(&qualifier(reference));
        Ok(())
    }

    fn settings(&self, reference: &FunctionRef) -> ApiResult<&EventInvoke> {
        let function = self.function(reference)?;
        let qualifier = qualifier(reference);
        function.event_invokes.get(&qualifier).ok_or_else(|| {
            Exception::not_found(format!(
                "The function {}:{qualifier} doesn't have an EventInvokeConfig",
                function.arn
            ))
        })
    }
}
