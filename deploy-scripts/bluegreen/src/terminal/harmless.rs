//! Text from elsewhere, such as a version's description: it may hold what steers a terminal, or what
//! makes lines read otherwise than they are.

/// The text with a sign for each character that would do more than stand there.
pub(crate) fn harmless(text: &str) -> String {
    let replaced = |c: char| match c {
        c if c.is_control() || is_directional(c) => char::REPLACEMENT_CHARACTER,
        c => c,
    };
    text.chars().map(replaced).collect()
}

/// Those that turn the direction in which text runs: Unicode's bidirectional formatting characters.
const fn is_directional(c: char) -> bool {
    matches!(
        c,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}

/// The same for a line of Markdown, in which nothing of it is markup.
pub(crate) fn plain_markdown(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => plain.push_str("&lt;"),
            '&' => plain.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '!' | '~' => plain.extend(['\\', c]),
            c => plain.push(c),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::{harmless, plain_markdown};

    #[test]
    fn what_steers_a_terminal_or_turns_the_text_is_replaced() {
        assert_eq!(harmless("a\u{1b}[2Jb\rc\u{202e}d\u{9b}e"), "a�[2Jb�c�d�e");
        assert_eq!(harmless("größer, 大きい ✓"), "größer, 大きい ✓");
    }

    #[test]
    fn nothing_is_markup() {
        assert_eq!(
            plain_markdown("<img src=x> `a` [b](c) | d & e"),
            "&lt;img src=x> \\`a\\` \\[b\\](c) \\| d &amp; e"
        );
    }
}
