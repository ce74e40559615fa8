//! What an invocation runs.

use std::sync::Arc;

use crate::{
    clock::Moment,
    lambda::{
        access_denied::access_denied,
        model::{Caller, FunctionRef, Model, Qualifier, Snapshot},
        state::{Lambda, lock},
    },
    protocol::{ApiResult, Exception},
    terminal::{Executed, Printed},
};

/// What one invocation runs: a version, chosen by the alias's weights where it is an alias.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) snapshot: Arc<Snapshot>,
    /// The ARN that was invoked.
    pub(crate) arn: String,
    pub(crate) invoked: Arc<FunctionRef>,
    /// The most invocations of the function that may run at once, beside those in environments that
    /// are provisioned.
    pub(crate) reserved: Option<u32>,
    /// Environments that are provisioned for the version.
    pub(crate) provisioned: u32,
}

impl Target {
    /// The version, as the function sees it.
    pub(crate) fn version(&self) -> String {
        self.snapshot.label()
    }

    /// What the terminal says where the answer begins before the end is known.
    pub(crate) fn executed(&self) -> Executed {
        Executed {
            function: self.invoked.clone(),
            version: self.version(),
            succeeded: true,
            status: "success",
            printed: Printed::default(),
        }
    }
}

impl Lambda {
    /// Finds what to run, throwing the alias's coin.
    pub(crate) fn resolve(&self, reference: &Arc<FunctionRef>) -> ApiResult<Target> {
        let model = self.model();
        self.choose(&model, reference, &mut lock(&self.random))
    }

    /// Whether there is something to run, without throwing the coin: whoever runs it does that.
    pub(crate) fn check(&self, reference: &Arc<FunctionRef>) -> ApiResult<()> {
        let mut unthrown = lock(&self.random).clone();
        let model = self.model();
        self.choose(&model, reference, &mut unthrown).map(|_| ())
    }

    /// The same for somebody else, whom the policy of what is invoked must allow.
    pub(crate) fn resolve_for(
        &self,
        caller: Caller<'_>,
        reference: &Arc<FunctionRef>,
    ) -> ApiResult<Target> {
        let model = self.model();
        let policy = model
            .function(reference)?
            .policy(reference.qualifier.as_ref());
        if !policy.is_some_and(|policy| policy.allows(caller)) {
            return Err(access_denied(caller, reference));
        }
        self.choose(&model, reference, &mut lock(&self.random))
    }

    fn choose(
        &self,
        model: &Model,
        reference: &Arc<FunctionRef>,
        random: &mut fastrand::Rng,
    ) -> ApiResult<Target> {
        let function = model.function(reference);
        let function = function.map_err(|_| model.no_function(&reference.or_latest()))?;
        let missing = || model.no_function(reference);
        let now = Moment::now();
        let snapshot = match &reference.qualifier {
            None | Some(Qualifier::Latest) => &function.latest,
            Some(Qualifier::Version(number)) => function.version(*number).ok_or_else(missing)?,
            Some(Qualifier::Alias(name)) => {
                let alias = function.alias(name).ok_or_else(missing)?;
                match alias.pick(random, now) {
                    None => &function.latest,
                    Some(number) => function.version(number).ok_or_else(missing)?,
                }
            }
        };
        function.check_invocable(snapshot.number, now)?;
        check_runs_here(snapshot)?;
        let arn = match &reference.qualifier {
            Some(Qualifier::Alias(name)) => [&function.arn, ":", name].concat(),
            Some(qualifier) => format!("{}:{qualifier}", function.arn),
            None => function.arn.clone(),
        };
        Ok(Target {
            snapshot: snapshot.clone(),
            arn,
            invoked: reference.clone(),
            reserved: function.reserved_on_demand(),
            provisioned: function.provisioned_for(snapshot.number, now),
        })
    }
}

pub(crate) fn check_runs_here(snapshot: &Snapshot) -> ApiResult<()> {
    let runtime = &snapshot.configuration.runtime;
    if runtime.starts_with("provided") {
        return Ok(());
    }
    Err(Exception::not_implemented(&format!(
        "invoking functions of runtime '{runtime}': only provided.al2023 and provided.al2 run here"
    )))
}
