//! What the terminal can show.

use std::{env, io::IsTerminal};

use anstream::{AutoStream, ColorChoice};

/// Whether a picture can be drawn anew where it stands: a dumb terminal, like a pipe, gets lines.
pub(crate) fn can_redraw(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && !is_dumb()
}

fn is_dumb() -> bool {
    env::var_os("TERM").is_some_and(|term| term == "dumb")
}

/// A dumb terminal gets no colours, also where `CI` is set, which would allow them, unless they are
/// asked for by `CLICOLOR_FORCE`.
pub(crate) fn settle_colours() {
    let forced = env::var_os("CLICOLOR_FORCE").is_some_and(|force| force != "0");
    if is_dumb() && !forced {
        ColorChoice::Never.write_global();
    }
}

/// Whether standard error takes colours: `NO_COLOR` and `CLICOLOR` decide.
pub(crate) fn is_coloured() -> bool {
    AutoStream::choice(&std::io::stderr()) != ColorChoice::Never
}

/// Whether the locale has more than ASCII. Where nothing is set, as in most containers, whoever
/// reads the output can show it.
pub(crate) fn is_unicode() -> bool {
    let set = |name| env::var(name).ok().filter(|value| !value.is_empty());
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set);
    locale.is_none_or(|locale| is_utf8(&locale))
}

/// `en_US.UTF-8`, `C.utf8`
fn is_utf8(locale: &str) -> bool {
    let locale = locale.to_ascii_lowercase().replace('-', "");
    locale.ends_with("utf8")
}

#[cfg(test)]
mod tests {
    use super::is_utf8;

    #[test]
    fn a_locale_says_whether_it_is_utf8() {
        for locale in ["C.UTF-8", "en_US.utf8", "de_DE.UTF-8"] {
            assert!(is_utf8(locale), "{locale}");
        }
        for locale in ["C", "POSIX", "de_DE.ISO-8859-1", "de_DE"] {
            assert!(!is_utf8(locale), "{locale}");
        }
    }
}
