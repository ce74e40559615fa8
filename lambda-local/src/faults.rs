//! Faults that a user asks for, to see their own pipeline survive what AWS does on bad days.

use std::{str::FromStr, sync::Mutex, time::Duration};

use axum::{body::Body, extract::Request, response::Response};
use http::header;

use crate::{
    operations,
    protocol::{Exception, Form, Protocol, aws_json, body, operation::find},
};

/// One `--fault OPERATION:KIND:SHARE`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fault {
    /// `None` is every operation.
    operation: Option<String>,
    kind: Kind,
    /// Of the calls.
    share: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Refused, as when too many calls come at once; not done.
    Throttle,
    /// Failed inside the service; not done.
    Error,
    /// Done, and the answer never comes.
    Lost,
    /// Done later.
    Delay(Duration),
}

impl FromStr for Fault {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let form = "OPERATION:KIND:SHARE, such as UpdateAlias:throttle:0.1";
        let parts: Vec<&str> = text.split(':').collect();
        let [operation, kind, share] = parts.as_slice() else {
            return Err(format!("it has the form {form}"));
        };
        if *operation != "*" && !operations::is_known(operation) {
            return Err(format!(
                "there is no operation '{operation}' here; * is every operation"
            ));
        }
        let share = share
            .parse()
            .ok()
            .filter(|share| (0.0..=1.0).contains(share));
        Ok(Self {
            operation: (*operation != "*").then(|| (*operation).to_owned()),
            kind: kind.parse()?,
            share: share.ok_or("the share is a number from 0 to 1")?,
        })
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Ok(match text {
            "throttle" => Self::Throttle,
            "error" => Self::Error,
            "lost" => Self::Lost,
            other => {
                let milliseconds = other.strip_prefix("delay=").and_then(|ms| ms.parse().ok());
                let milliseconds = milliseconds.ok_or(
                    "the kind is throttle, error, lost, or delay=MS with a number of milliseconds",
                )?;
                Self::Delay(Duration::from_millis(milliseconds))
            }
        })
    }
}

/// What becomes of one call.
#[derive(Debug, Default)]
pub(crate) struct Fate {
    pub(crate) delay: Duration,
    pub(crate) refused: Option<Response>,
    /// Whether the answer is lost.
    pub(crate) lost: bool,
}

#[derive(Debug)]
pub(crate) struct Faults {
    faults: Vec<Fault>,
    random: Mutex<fastrand::Rng>,
}

impl Faults {
    pub(crate) fn new(faults: Vec<Fault>, seed: Option<u64>) -> Self {
        let random = seed.map_or_else(fastrand::Rng::new, fastrand::Rng::with_seed);
        Self {
            faults,
            random: Mutex::new(random),
        }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.faults.is_empty()
    }

    /// Throws a coin for each fault that fits. A call has one end: of those that hit it, that of the
    /// fault named first.
    ///
    /// # Errors
    /// If it cannot be read which operation that is.
    pub(crate) async fn fate_of(&self, request: Request) -> Result<(Request, Fate), Response> {
        let (request, call) = Call::of(request).await?;
        let mut fate = Fate::default();
        let operation = call.operation.as_deref();
        let fits =
            |fault: &&Fault| fault.operation.is_none() || fault.operation.as_deref() == operation;
        for fault in self.faults.iter().filter(fits) {
            if self.throw() >= fault.share {
                continue;
            }
            match fault.kind {
                Kind::Delay(delay) => fate.delay += delay,
                _ if fate.lost || fate.refused.is_some() => {}
                Kind::Throttle => fate.refused = Some(throttled(call.protocol)),
                Kind::Error => fate.refused = Some(failed(call.protocol)),
                Kind::Lost => fate.lost = true,
            }
        }
        Ok((request, fate))
    }

    fn throw(&self) -> f64 {
        let random = self.random.lock();
        random
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .f64()
    }
}

/// Which operation a request is, and how its service tells errors.
struct Call {
    operation: Option<String>,
    protocol: Protocol,
}

impl Call {
    /// # Errors
    /// If that stands in a body that cannot be read.
    async fn of(request: Request) -> Result<(Request, Self), Response> {
        let uri = request.uri();
        let (path, query) = (uri.path(), uri.query().unwrap_or_default());
        let rest = find(&operations::ALL, request.method(), path, query);
        let protocol = match rest {
            Some(_) => Protocol::RestJson,
            None => Protocol::of(&request),
        };
        let target = request.headers().get(aws_json::TARGET);
        let target = target.and_then(|target| target.to_str().ok());
        let operation = match protocol {
            Protocol::RestJson | Protocol::RestXml => {
                rest.map(|operation| operation.name.to_owned())
            }
            Protocol::AwsJson => target
                .and_then(|target| target.rsplit('.').next())
                .map(str::to_owned),
            Protocol::Cbor => path.rsplit('/').next().map(str::to_owned),
            Protocol::Query => return of_form(request).await,
        };
        let call = Self {
            operation,
            protocol,
        };
        Ok((request, call))
    }
}

/// The operation of a form stands in its body, which is handed on as it was read: unpacked.
async fn of_form(request: Request) -> Result<(Request, Call), Response> {
    let (mut parts, body) = request.into_parts();
    let whole = Request::from_parts(parts.clone(), body);
    let protocol = Protocol::Query;
    let body = body::read(whole).await;
    let body = body.map_err(|unreadable| protocol.refuse(unreadable))?;
    parts.headers.remove(header::CONTENT_ENCODING);
    parts.headers.remove(header::CONTENT_LENGTH);
    let call = Call {
        operation: Form::read(&body).get("Action").map(str::to_owned),
        protocol,
    };
    Ok((Request::from_parts(parts, Body::from(body)), call))
}

fn throttled(protocol: Protocol) -> Response {
    protocol.refuse(match protocol {
        Protocol::RestJson => Exception::too_many_calls(),
        _ => Exception::new("Throttling", 400, "Rate exceeded"),
    })
}

fn failed(protocol: Protocol) -> Response {
    let text = "a fault that --fault asked for";
    protocol.refuse(match protocol {
        Protocol::RestJson => Exception::service(text),
        _ => Exception::new("InternalFailure", 500, text),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn of_several_faults_that_hit_one_call_the_first_is_its_end() {
        for (kinds, refused, lost) in [
            (["lost:1", "throttle:1"], None, true),
            (["throttle:1", "lost:1"], Some(429), false),
            (["error:1", "throttle:1"], Some(500), false),
            (["throttle:0", "lost:1"], None, true),
        ] {
            let named = kinds.map(|kind| format!("UpdateAlias:{kind}").parse().unwrap());
            let faults = Faults::new(named.into(), Some(1));
            let call = Request::put("/2015-03-31/functions/f/aliases/live");
            let call = call.body(Body::empty()).unwrap();
            let (_, fate) = faults.fate_of(call).await.unwrap();
            let status = fate.refused.map(|response| response.status().as_u16());
            assert_eq!((status, fate.lost), (refused, lost), "{kinds:?}");
        }
    }

    #[test]
    fn a_fault_names_an_operation_a_kind_and_a_share() {
        let fault: Fault = "UpdateAlias:delay=20:0.5".parse().unwrap();
        assert_eq!(fault.operation.as_deref(), Some("UpdateAlias"));
        assert_eq!(fault.kind, Kind::Delay(Duration::from_millis(20)));
        assert_eq!("*:lost:1".parse::<Fault>().unwrap().operation, None);
        for text in [
            "",
            "UpdateAlias",
            "UpdateAlias:throttle",
            "UpdateAlias:throttle:2",
            "UpdateAlias:explode:1",
            "UpdateAlias:delay=:1",
            "UpdateAliases:throttle:1",
        ] {
            assert!(text.parse::<Fault>().is_err(), "{text}");
        }
    }
}
