//! Running one invocation: in an environment of its version, counted and measured.

use std::{sync::Arc, time::Duration};

use super::{
    call::{Call, Invoked},
    detach_on_drop::DetachOnDrop,
    running::Running,
    target::Target,
};
use crate::{
    lambda::{
        runtime::Invocation,
        state::{Lambda, new_request_id},
    },
    protocol::{ApiResult, Exception},
};

impl Lambda {
    /// Runs an invocation to its end, also if whoever asked for it has gone away meanwhile.
    pub(crate) async fn invoke(self: &Arc<Self>, target: Target, call: Call) -> ApiResult<Invoked> {
        let request_id = call.request_id.unwrap_or_else(|| new_request_id().into());
        let version = target.version();
        let running = Running::begin(self.cloudwatch.clone(), &target);
        let invocation = Invocation {
            request_id: request_id.clone(),
            payload: call.payload,
            invoked_arn: target.arn,
            client_context: call.client_context,
            timeout: Duration::from_secs(target.snapshot.configuration.timeout.into()),
            pieces: call.pieces,
        };
        let pool = self.pool(&target.snapshot);
        if target.reserved.is_some_and(|limit| running.exceeds(limit)) {
            running.throttle();
            return Err(Exception::throttled());
        }
        let lambda = self.clone();
        let caller = Arc::new(());
        let waits = Arc::downgrade(&caller);
        let run = async move {
            let done = pool.invoke(invocation, call.tail).await;
            running.end(done.duration, done.outcome.is_error());
            let invoked = Invoked {
                done,
                request_id,
                function: target.invoked,
                version,
            };
            lambda.lately.ran(&invoked.function.name, invoked.ran());
            invoked.show(&lambda.terminal, call.way, waits.strong_count() > 0);
            invoked
        };
        let invoked = DetachOnDrop::new(run).await;
        drop(caller);
        Ok(invoked)
    }
}
