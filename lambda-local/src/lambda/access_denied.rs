//! The refusal of whoever the resource policy does not let in.

use super::model::{Caller, FunctionRef};
use crate::protocol::Exception;

/// The user sees it in the server's own output, the client only that it failed.
pub(super) fn access_denied(caller: Caller<'_>, resource: &FunctionRef) -> Exception {
    let name = &resource.name;
    let on = resource
        .qualifier
        .as_ref()
        .map_or_else(String::new, |q| format!(" --qualifier {q}"));
    let allow = format!("`aws lambda add-permission --function-name {name}{on} --action");
    let message = match caller {
        Caller::Service {
            name: service,
            source_arn,
        } => format!(
            "{service} is not allowed to invoke '{name}' for {source_arn}; allow it with \
                 {allow} lambda:InvokeFunction --principal {service} --source-arn …`"
        ),
        Caller::FunctionUrl => format!(
            "'{name}' may not be called through its URL; allow it with {allow} \
                 lambda:InvokeFunctionUrl --principal '*' --function-url-auth-type NONE …` and \
                 {allow} lambda:InvokeFunction --principal '*' --invoked-via-function-url …`"
        ),
    };
    Exception::new("AccessDeniedException", 403, message)
}
