//! The extensions that a function's own process has registered, and the events that wait for them.
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html>
//!
//! What is refused, and how that is said, is that of AWS's own runtime interface emulator:
//! <https://github.com/aws/aws-lambda-runtime-interface-emulator/tree/main/lambda/rapi/handler>

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use tokio::sync::Notify;
use uuid::Uuid;

const MOST_EXTENSIONS: usize = 10;
/// Events that are kept for an extension that does not ask for them.
const MOST_EVENTS: usize = 64;

/// Why a call is refused: the type of the error, and its message.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) kind: &'static str,
    pub(super) text: String,
}

#[derive(Debug, Default)]
pub(super) struct Extensions {
    state: Mutex<State>,
    came: Notify,
}

#[derive(Debug, Default)]
struct State {
    registered: Vec<Extension>,
    /// The runtime has asked for its first invocation.
    closed: bool,
    /// One of them has said that it cannot go on.
    failed: bool,
}

#[derive(Debug)]
struct Extension {
    name: String,
    id: Uuid,
    wants_invocations: bool,
    has_asked: bool,
    events: VecDeque<Bytes>,
}

impl Extensions {
    /// Registers an extension for events, and gives its identifier.
    ///
    /// # Errors
    /// If the runtime has begun already, the name is taken, there are too many, or it asks for an
    /// event that extensions of the function's own process are not sent.
    pub(super) fn register(&self, name: &str, events: &[String]) -> Result<Uuid, Refusal> {
        events.iter().try_for_each(|event| check_event(event))?;
        let mut state = self.lock();
        state.check_name(name)?;
        let id = Uuid::new_v4();
        state.registered.push(Extension {
            name: name.to_owned(),
            id,
            wants_invocations: !events.is_empty(),
            has_asked: false,
            events: VecDeque::new(),
        });
        Ok(id)
    }

    /// The one with this identifier.
    ///
    /// # Errors
    /// If there is none.
    pub(super) fn find(&self, identifier: Option<&str>) -> Result<Uuid, Refusal> {
        let identifier = identifier.unwrap_or_default();
        if identifier.is_empty() {
            let text = "Missing Lambda-Extension-Identifier header";
            return refusal("Extension.MissingExtensionIdentifier", text);
        }
        let Ok(id) = identifier.parse() else {
            let text = "Invalid Lambda-Extension-Identifier";
            return refusal("Extension.InvalidExtensionIdentifier", text);
        };
        match self.lock().find(id) {
            Some(_) => Ok(id),
            None => refusal(
                "Extension.UnknownExtensionIdentifier",
                &format!("Unknown extension {id}"),
            ),
        }
    }

    /// The runtime has begun: none can be registered any more.
    pub(super) fn close(&self) {
        self.lock().closed = true;
    }

    /// Whether the runtime and all extensions have asked for something to do: this ends the start.
    pub(super) fn are_ready(&self) -> bool {
        let state = self.lock();
        state.closed && state.registered.iter().all(|one| one.has_asked)
    }

    /// Whether there are any: only then is the process told before its environment goes.
    pub(super) fn are_there(&self) -> bool {
        !self.lock().registered.is_empty()
    }

    pub(super) fn has_asked(&self, id: Uuid) {
        if let Some(extension) = self.lock().find(id) {
            extension.has_asked = true;
        }
    }

    /// Tells those that are registered for invocations of one.
    pub(super) fn tell(&self, event: impl FnOnce() -> Bytes) {
        let mut state = self.lock();
        let mut told = state.registered.iter_mut();
        let mut told = told.by_ref().filter(|one| one.wants_invocations).peekable();
        if told.peek().is_none() {
            return;
        }
        let event = event();
        for extension in told {
            extension.events.push_back(event.clone());
            if extension.events.len() > MOST_EVENTS {
                extension.events.pop_front();
            }
        }
        self.came.notify_waiters();
    }

    /// The extension's next event: for those that are registered for none, never.
    pub(super) async fn next(&self, id: Uuid) -> Bytes {
        loop {
            let came = self.came.notified();
            if let Some(event) = self.lock().find(id).and_then(|one| one.events.pop_front()) {
                return event;
            }
            came.await;
        }
    }

    /// An event that could not be sent.
    pub(super) fn give_back(&self, id: Uuid, event: Bytes) {
        if let Some(extension) = self.lock().find(id) {
            extension.events.push_front(event);
        }
    }

    pub(super) fn fail(&self) {
        self.lock().failed = true;
    }

    pub(super) fn have_failed(&self) -> bool {
        self.lock().failed
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn find(&mut self, id: Uuid) -> Option<&mut Extension> {
        self.registered.iter_mut().find(|one| one.id == id)
    }

    fn check_name(&self, name: &str) -> Result<(), Refusal> {
        if name.is_empty() {
            return refusal("Extension.InvalidExtensionName", "Empty extension name");
        }
        if self.closed {
            let text = "Extension registration closed already";
            return refusal("Extension.RegistrationClosed", text);
        }
        if self.registered.len() >= MOST_EXTENSIONS {
            let text = format!("Extension limit ({MOST_EXTENSIONS}) reached");
            return refusal("Extension.TooManyExtensions", &text);
        }
        if self.registered.iter().any(|one| one.name == name) {
            let text = "Extension with this name already registered";
            return refusal("Extension.InvalidExtensionState", text);
        }
        Ok(())
    }
}

/// An extension of the function's own process is not sent `SHUTDOWN`: the process is signalled.
/// The words behind the event's name are from memory of the emulator's.
fn check_event(event: &str) -> Result<(), Refusal> {
    let reason = match event {
        "INVOKE" => return Ok(()),
        "SHUTDOWN" => "EventNotSupportedForInternalAgent",
        _ => "InvalidEventType",
    };
    refusal("Extension.InvalidEventType", &format!("{event}: {reason}"))
}

fn refusal<T>(kind: &'static str, text: &str) -> Result<T, Refusal> {
    let text = text.to_owned();
    Err(Refusal { kind, text })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind_of<T: std::fmt::Debug>(refused: Result<T, Refusal>) -> &'static str {
        refused.unwrap_err().kind
    }

    #[test]
    fn an_extension_registers_for_invocations_once_and_before_the_runtime_has_begun() {
        let extensions = Extensions::default();
        assert!(!extensions.are_there());
        let events = |event: &str| [event.to_owned()];
        for (name, event, kind) in [
            ("", "INVOKE", "Extension.InvalidExtensionName"),
            ("a", "SHUTDOWN", "Extension.InvalidEventType"),
            ("a", "invoke", "Extension.InvalidEventType"),
        ] {
            let refused = extensions.register(name, &events(event));
            assert_eq!(kind_of(refused), kind);
        }
        let id = extensions.register("a", &events("INVOKE")).unwrap();
        assert_eq!(extensions.find(Some(&id.to_string())), Ok(id));
        let again = extensions.register("a", &[]);
        assert_eq!(kind_of(again), "Extension.InvalidExtensionState");
        for number in 1..10 {
            extensions.register(&number.to_string(), &[]).unwrap();
        }
        let one_more = extensions.register("b", &[]);
        assert_eq!(kind_of(one_more), "Extension.TooManyExtensions");
        extensions.close();
        let late = extensions.register("c", &[]);
        assert_eq!(kind_of(late), "Extension.RegistrationClosed");
    }

    #[test]
    fn whoever_does_not_say_who_it_is_is_refused() {
        let extensions = Extensions::default();
        for (identifier, kind) in [
            (None, "Extension.MissingExtensionIdentifier"),
            (Some("a"), "Extension.InvalidExtensionIdentifier"),
            (
                Some("8f507cfc-7a2e-4697-b07a-ac58fc914c95"),
                "Extension.UnknownExtensionIdentifier",
            ),
        ] {
            assert_eq!(kind_of(extensions.find(identifier)), kind);
        }
    }

    #[test]
    fn the_start_ends_when_the_runtime_and_all_extensions_have_asked() {
        let extensions = Extensions::default();
        let id = extensions.register("a", &[]).unwrap();
        extensions.close();
        assert!(!extensions.are_ready());
        extensions.has_asked(id);
        assert!(extensions.are_ready());
    }

    #[tokio::test]
    async fn those_that_registered_for_invocations_are_told_of_each() {
        let extensions = Extensions::default();
        let told = extensions.register("a", &["INVOKE".to_owned()]).unwrap();
        let other = extensions.register("b", &[]).unwrap();
        for event in ["first", "second"] {
            extensions.tell(|| Bytes::from(event));
        }
        let first = extensions.next(told).await;
        assert_eq!(first, "first");
        extensions.give_back(told, first);
        assert_eq!(extensions.next(told).await, "first");
        assert_eq!(extensions.next(told).await, "second");
        let never = tokio::time::timeout(std::time::Duration::ZERO, extensions.next(other));
        assert!(never.await.is_err());
    }
}
