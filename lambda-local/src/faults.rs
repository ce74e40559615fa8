//! Faults that a user asks for, to see their own pipeline survive what AWS does on bad days.

use std::{str::FromStr, sync::Mutex, time::Duration};

use axum::{
    body::Body,
    extract::Request,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use serde_json::json;

use crate::{
    operations,
    protocol::{ApiError, body as request_body},
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

    /// Throws a coin for each fault that fits.
    pub(crate) async fn fate_of(&self, request: Request) -> (Request, Fate) {
        let (request, call) = Call::of(request).await;
        let mut fate = Fate::default();
        let operation = call.operation.as_deref();
        let fits =
            |fault: &&Fault| fault.operation.is_none() || fault.operation.as_deref() == operation;
        for fault in self.faults.iter().filter(fits) {
            if self.throw() >= fault.share {
                continue;
            }
            match fault.kind {
                Kind::Throttle => fate.refused = Some(call.protocol.throttle()),
                Kind::Error => fate.refused = Some(call.protocol.failure()),
                Kind::Lost => fate.lost = true,
                Kind::Delay(delay) => fate.delay += delay,
            }
        }
        (request, fate)
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

enum Protocol {
    Rest,
    Json,
    Cbor,
    Query,
}

impl Call {
    async fn of(request: Request) -> (Request, Self) {
        let call = |operation: Option<&str>, protocol| Self {
            operation: operation.map(str::to_owned),
            protocol,
        };
        let headers = request.headers();
        let header = |name| {
            headers
                .get(name)
                .and_then(|value: &HeaderValue| value.to_str().ok())
        };
        if let Some(target) = header("x-amz-target") {
            let found = call(target.rsplit('.').next(), Protocol::Json);
            return (request, found);
        }
        let path = request.uri().path();
        if let Some((_, operation)) = path.split_once("/operation/") {
            let found = call(Some(operation), Protocol::Cbor);
            return (request, found);
        }
        if header(header::CONTENT_TYPE.as_str())
            .is_some_and(|kind| kind.contains("form-urlencoded"))
        {
            return of_form(request).await;
        }
        let query = request.uri().query().unwrap_or_default();
        let found = call(
            operations::of_rest(request.method(), path, query),
            Protocol::Rest,
        );
        (request, found)
    }
}

/// The operation of a form stands in its body.
async fn of_form(request: Request) -> (Request, Call) {
    let (parts, body) = request.into_parts();
    let whole = Request::from_parts(parts.clone(), body);
    let body = request_body::read(whole).await.unwrap_or_default();
    let mut members = form_urlencoded::parse(&body);
    let operation = members.find(|(name, _)| name == "Action");
    let call = Call {
        operation: operation.map(|(_, action)| action.into_owned()),
        protocol: Protocol::Query,
    };
    (Request::from_parts(parts, Body::from(body)), call)
}

impl Protocol {
    fn throttle(&self) -> Response {
        match self {
            Self::Rest => ApiError::too_many_calls().into_response(),
            _ => self.error(StatusCode::BAD_REQUEST, "Throttling", "Rate exceeded"),
        }
    }

    fn failure(&self) -> Response {
        let text = "a fault that --fault asked for";
        match self {
            Self::Rest => ApiError::service(text).into_response(),
            _ => self.error(StatusCode::INTERNAL_SERVER_ERROR, "InternalFailure", text),
        }
    }

    fn error(&self, status: StatusCode, code: &str, text: &str) -> Response {
        let json = json!({ "__type": code, "message": text });
        let (kind, body) = match self {
            Self::Rest | Self::Json => {
                ("application/x-amz-json-1.0", json.to_string().into_bytes())
            }
            Self::Cbor => {
                let mut bytes = Vec::new();
                // A map of two texts can always be written.
                let _ = ciborium::into_writer(&json, &mut bytes);
                ("application/cbor", bytes)
            }
            Self::Query => {
                let xml = format!(
                    "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code>\
                     <Message>{text}</Message></Error></ErrorResponse>"
                );
                ("text/xml", xml.into_bytes())
            }
        };
        let mut response = (status, [(header::CONTENT_TYPE, kind)], body).into_response();
        if matches!(self, Self::Cbor) {
            let protocol = HeaderValue::from_static("rpc-v2-cbor");
            response.headers_mut().insert("smithy-protocol", protocol);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
