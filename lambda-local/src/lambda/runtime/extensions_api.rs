//! The [Extensions API](https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html)
//! beside the Runtime API: extensions that the function's own process starts register themselves,
//! ask for events, and say that they fail. There are no layers, so there are no others.

use std::io;

use bytes::Bytes;
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::{
    answer::{Body, read},
    head::Request,
    http1::Wire,
    registration::Refusal,
    runtime_api::{Init, RuntimeApi},
};

#[derive(Deserialize)]
struct Registration {
    events: Vec<String>,
}

impl RuntimeApi {
    /// Answers a call whose path goes on like this behind `/2020-01-01/extension/`.
    pub(super) async fn answer_extension(
        &self,
        wire: &mut Wire,
        request: &mut Request,
        call: &str,
    ) -> io::Result<()> {
        let Body::Complete(body) = read(wire, request).await? else {
            let (kind, text) = ("RequestEntityTooLarge", "the request is too large");
            return wire.refuse(StatusCode::PAYLOAD_TOO_LARGE, kind, text).await;
        };
        let sender = request.extension.identifier.as_deref();
        let sender = || self.extensions.find(sender);
        let done = match (request.is_post, call) {
            (true, "register") => match self.register(request, &body) {
                Ok(id) => return self.registered(wire, request, id).await,
                Err(refused) => Err(refused),
            },
            (false, "event/next") => match sender() {
                Ok(id) => return self.next_event(wire, id).await,
                Err(refused) => Err(refused),
            },
            (true, "init/error") => sender().and_then(|_| self.extension_failed(request, true)),
            (true, "exit/error") => sender().and_then(|_| self.extension_failed(request, false)),
            _ => {
                let text = "no such path in the Extensions API";
                return wire
                    .refuse(StatusCode::NOT_FOUND, "InvalidPath", text)
                    .await;
            }
        };
        match done {
            Ok(()) => wire.accept().await,
            Err(Refusal { kind, text }) => wire.refuse(StatusCode::FORBIDDEN, kind, &text).await,
        }
    }

    fn register(&self, request: &Request, body: &[u8]) -> Result<Uuid, Refusal> {
        let name = request.extension.name.as_deref().unwrap_or_default();
        let registration: Registration = serde_json::from_slice(body).map_err(|error| Refusal {
            kind: "InvalidRequestFormat",
            text: error.to_string(),
        })?;
        self.extensions.register(name, &registration.events)
    }

    async fn registered(&self, wire: &mut Wire, request: &Request, id: Uuid) -> io::Result<()> {
        let mut function = self.function.clone();
        if !request.extension.accepts_account {
            function.account_id = None;
        }
        let function = serde_json::to_vec(&function)?;
        let header = format!("lambda-extension-identifier: {id}\r\n");
        wire.answer(StatusCode::OK, &header, &function).await
    }

    async fn next_event(&self, wire: &mut Wire, id: Uuid) -> io::Result<()> {
        self.extensions.has_asked(id);
        self.look_whether_ready();
        let event = tokio::select! {
            biased;
            error = wire.gone() => return Err(error),
            event = self.extensions.next(id) => event,
        };
        let header = format!("lambda-extension-event-identifier: {}\r\n", Uuid::new_v4());
        let answered = wire.answer(StatusCode::OK, &header, &event).await;
        if answered.is_err() {
            self.extensions.give_back(id, event);
        }
        answered
    }

    /// The start fails where it is not over, and otherwise the environment takes no invocation
    /// more. The type of the error of a start is from memory of the emulator's.
    fn extension_failed(&self, request: &Request, starting: bool) -> Result<(), Refusal> {
        let Some(kind) = &request.extension.error_type else {
            return Err(Refusal {
                kind: "Extension.MissingHeader",
                text: "Lambda-Extension-Function-Error-Type not found".to_owned(),
            });
        };
        self.extensions.fail();
        if starting {
            let error = json!({ "errorType": "Extension.InitError", "errorMessage": kind });
            let reason = Bytes::from(error.to_string());
            self.init.send_if_modified(|init| {
                let running = matches!(init, Init::Running);
                if running {
                    *init = Init::Failed(reason);
                }
                running
            });
        }
        Ok(())
    }
}
