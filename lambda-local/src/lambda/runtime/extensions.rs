//! The extensions that a function's own process has registered, and the events that wait for them.
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html>

use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::Notify;
use uuid::Uuid;

use super::registration::{Refusal, check, read, refusal};

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
    /// For its first event: then its start is over.
    has_asked: bool,
    /// It was given an event, and has not asked for the next.
    is_busy: bool,
    event: Option<Bytes>,
}

impl Extensions {
    /// Registers an extension for events, and gives its identifier.
    ///
    /// # Errors
    /// If the runtime has begun already, the name is taken, there are too many, or it asks for an
    /// event that extensions of the function's own process are not sent.
    pub(super) fn register(&self, name: &str, events: &[String]) -> Result<Uuid, Refusal> {
        let mut state = self.lock();
        let names = state.registered.iter().map(|one| one.name.as_str());
        check(name, events, names, state.closed)?;
        let id = Uuid::new_v4();
        state.registered.push(Extension {
            name: name.to_owned(),
            id,
            wants_invocations: !events.is_empty(),
            has_asked: false,
            is_busy: false,
            event: None,
        });
        Ok(id)
    }

    /// The one with this identifier.
    ///
    /// # Errors
    /// If there is none.
    pub(super) fn find(&self, identifier: Option<&str>) -> Result<Uuid, Refusal> {
        let id = read(identifier)?;
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
            extension.is_busy = false;
        }
    }

    /// Whether all that were told of an invocation have asked for the next, or one never will.
    pub(super) fn are_done(&self) -> bool {
        let state = self.lock();
        let is_done = |one: &Extension| one.event.is_none() && !one.is_busy;
        state.failed || state.registered.iter().all(is_done)
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
            extension.event = Some(event.clone());
        }
        self.came.notify_waiters();
    }

    /// The extension's next event: for those that are registered for none, never.
    pub(super) async fn next(&self, id: Uuid) -> Bytes {
        loop {
            let came = self.came.notified();
            if let Some(event) = self.lock().find(id).and_then(Extension::take) {
                return event;
            }
            came.await;
        }
    }

    /// An event that could not be sent.
    pub(super) fn give_back(&self, id: Uuid, event: Bytes) {
        if let Some(extension) = self.lock().find(id) {
            extension.event = Some(event);
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

impl Extension {
    fn take(&mut self) -> Option<Bytes> {
        let event = self.event.take();
        self.is_busy |= event.is_some();
        event
    }
}

impl State {
    fn find(&mut self, id: Uuid) -> Option<&mut Extension> {
        self.registered.iter_mut().find(|one| one.id == id)
    }
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
    async fn those_that_registered_for_invocations_are_told_of_each_and_end_it() {
        let extensions = Extensions::default();
        let told = extensions.register("a", &["INVOKE".to_owned()]).unwrap();
        let other = extensions.register("b", &[]).unwrap();
        for event in ["first", "second"] {
            assert!(extensions.are_done());
            extensions.tell(|| Bytes::from(event));
            assert!(!extensions.are_done());
            let given = extensions.next(told).await;
            assert_eq!(given, event);
            extensions.give_back(told, given);
            assert_eq!(extensions.next(told).await, event);
            assert!(!extensions.are_done());
            extensions.has_asked(told);
        }
        let never = tokio::time::timeout(std::time::Duration::ZERO, extensions.next(other));
        assert!(never.await.is_err());
    }
}
