//! Which calls of extensions are refused, and how that is said: as by AWS's own runtime interface
//! emulator.
//! <https://github.com/aws/aws-lambda-runtime-interface-emulator/tree/main/lambda/rapi/handler>

use uuid::Uuid;

const MOST_EXTENSIONS: usize = 10;

/// Why a call is refused: the type of the error, and its message.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) kind: &'static str,
    pub(super) text: String,
}

/// Whether an extension may register under a name for events, beside the others that have.
pub(super) fn check<'a>(
    name: &str,
    events: &[String],
    mut others: impl ExactSizeIterator<Item = &'a str>,
    is_closed: bool,
) -> Result<(), Refusal> {
    events.iter().try_for_each(|event| check_event(event))?;
    if name.is_empty() {
        return refusal("Extension.InvalidExtensionName", "Empty extension name");
    }
    if is_closed {
        let text = "Extension registration closed already";
        return refusal("Extension.RegistrationClosed", text);
    }
    if others.len() >= MOST_EXTENSIONS {
        let text = format!("Extension limit ({MOST_EXTENSIONS}) reached");
        return refusal("Extension.TooManyExtensions", &text);
    }
    if others.any(|other| other == name) {
        let text = "Extension with this name already registered";
        return refusal("Extension.InvalidExtensionState", text);
    }
    Ok(())
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

/// An identifier as it is sent.
pub(super) fn read(identifier: Option<&str>) -> Result<Uuid, Refusal> {
    let identifier = identifier.unwrap_or_default();
    if identifier.is_empty() {
        let text = "Missing Lambda-Extension-Identifier header";
        return refusal("Extension.MissingExtensionIdentifier", text);
    }
    identifier.parse().or_else(|_| {
        let text = "Invalid Lambda-Extension-Identifier";
        refusal("Extension.InvalidExtensionIdentifier", text)
    })
}

pub(super) fn refusal<T>(kind: &'static str, text: &str) -> Result<T, Refusal> {
    let text = text.to_owned();
    Err(Refusal { kind, text })
}
