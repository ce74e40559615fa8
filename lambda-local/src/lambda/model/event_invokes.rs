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

fn no_function() -> Exception {
    Exception::not_found("The function doesn't exist.")
}

/// What is set for the function as a whole is set for `$LATEST`.
fn qualifier(reference: &FunctionRef) -> Qualifier {
    reference.qualifier.clone().unwrap_or(Qualifier::Latest)
}

impl Function {
    pub(crate) fn event_invokes(&self) -> impl Iterator<Item = Value> {
        let all = self.event_invokes.iter();
        all.map(|(qualifier, settings)| settings.describe(&format!("{}:{qualifier}", self.arn)))
    }

    fn has(&self, qualifier: Option<&Qualifier>) -> bool {
        match qualifier {
            None | Some(Qualifier::Latest) => true,
            Some(Qualifier::Version(number)) => self.version(*number).is_some(),
            Some(Qualifier::Alias(name)) => self.alias(name).is_some(),
        }
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
        if !self.has(reference) {
            return Err(no_function());
        }
        change.check_destinations(|arn| self.check_destination(arn, &reference.name))?;
        self.set_event_invoke(reference, EventInvoke::default().changed(change, now)?)
    }

    pub(crate) fn update_event_invoke(
        &mut self,
        reference: &FunctionRef,
        change: &EventInvokeChange,
        now: Moment,
    ) -> ApiResult<Value> {
        self.check_function(reference)?;
        change.check_destinations(|arn| self.check_destination(arn, &reference.name))?;
        let settings = self.settings(reference)?.changed(change, now)?;
        self.set_event_invoke(reference, settings)
    }

    fn set_event_invoke(
        &mut self,
        reference: &FunctionRef,
        settings: EventInvoke,
    ) -> ApiResult<Value> {
        let qualifier = qualifier(reference);
        let function = self.function_mut(reference)?;
        let shown = settings.describe(&format!("{}:{qualifier}", function.arn));
        function.event_invokes.insert(qualifier, settings);
        Ok(shown)
    }

    pub(crate) fn describe_event_invoke(&self, reference: &FunctionRef) -> ApiResult<Value> {
        let settings = self.settings(reference)?;
        Ok(settings.describe(&self.qualified_arn(reference)))
    }

    pub(crate) fn delete_event_invoke(&mut self, reference: &FunctionRef) -> ApiResult<()> {
        self.settings(reference)?;
        let function = self.function_mut(reference)?;
        function.event_invokes.remove(&qualifier(reference));
        Ok(())
    }

    fn settings(&self, reference: &FunctionRef) -> ApiResult<&EventInvoke> {
        let function = self.named(&reference.name);
        let settings = function.and_then(|f| f.event_invokes.get(&qualifier(reference)));
        settings.ok_or_else(|| {
            let arn = self.qualified_arn(reference);
            Exception::not_found(format!(
                "The function {arn} doesn't have an EventInvokeConfig"
            ))
        })
    }

    fn qualified_arn(&self, reference: &FunctionRef) -> String {
        let arn = self.place.function_arn(&reference.name);
        format!("{arn}:{}", qualifier(reference))
    }

    /// Whether there is such a function, with that version or alias.
    pub(super) fn has(&self, reference: &FunctionRef) -> bool {
        let function = self.named(&reference.name);
        function.is_some_and(|function| function.has(reference.qualifier.as_ref()))
    }

    fn check_destination(&self, arn: &str, function: &str) -> ApiResult<()> {
        let destination = FunctionRef::parse(arn, None, &self.place)?;
        let refused = match () {
            () if destination.name == function => {
                "You can't specify the function as a destination for itself.".to_owned()
            }
            () if !self.has(&destination) => format!("The destination ARN {arn} is invalid."),
            () => return Ok(()),
        };
        Err(Exception::invalid_parameter(refused))
    }

    /// The function, which must be there.
    pub(crate) fn check_function(&self, reference: &FunctionRef) -> ApiResult<&Function> {
        self.named(&reference.name).ok_or_else(no_function)
    }
}
