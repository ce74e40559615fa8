//! A word of a filter pattern, or what stands there in quotes.

/// The term that a text begins with, and what stands behind it.
pub(super) fn term_of(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(char::is_whitespace).unwrap_or(text.len());
        return (text[..end].to_owned(), &text[end..]);
    };
    let mut term = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (term, &quoted[at + 1..]),
            '\\' => term.extend(characters.next().map(|(_, escaped)| escaped)),
            character => term.push(character),
        }
    }
    (term, "")
}
