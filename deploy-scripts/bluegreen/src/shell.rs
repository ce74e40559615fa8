//! Commands that are printed, to be pasted into a shell.

/// One word of a command.
pub(crate) fn quoted(text: &str) -> String {
    // A zero byte is the only thing that cannot be quoted, and nothing that AWS names has one.
    shlex::try_quote(text).map_or_else(|_| text.to_owned(), |quoted| quoted.into_owned())
}
