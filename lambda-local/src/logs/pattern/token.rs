//! The words and signs of a filter pattern for JSON.

use super::term::term_of;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    Path(Vec<Step>),
    Compare(Comparison),
    Quoted(String),
    Word(String),
    And,
    Or,
    Open,
    Close,
}

/// One step into a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Member(String),
    Index(usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

const SIGNS: [(&str, Token); 10] = [
    ("&&", Token::And),
    ("||", Token::Or),
    ("(", Token::Open),
    (")", Token::Close),
    ("!=", Token::Compare(Comparison::NotEqual)),
    ("<=", Token::Compare(Comparison::LessOrEqual)),
    (">=", Token::Compare(Comparison::GreaterOrEqual)),
    ("=", Token::Compare(Comparison::Equal)),
    ("<", Token::Compare(Comparison::Less)),
    (">", Token::Compare(Comparison::Greater)),
];

/// All of a text; `None` if something in it is none of them.
pub(super) fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (token, behind) = first(rest)?;
        tokens.push(token);
        rest = behind.trim_start();
    }
    Some(tokens)
}

fn first(text: &str) -> Option<(Token, &str)> {
    for (sign, token) in SIGNS {
        if let Some(rest) = text.strip_prefix(sign) {
            return Some((token, rest));
        }
    }
    if text.starts_with('"') {
        let (quoted, rest) = term_of(text);
        return Some((Token::Quoted(quoted), rest));
    }
    let ends = |character: char| character.is_whitespace() || "&|()!<>=\"".contains(character);
    let (word, rest) = text.split_at(text.find(ends).unwrap_or(text.len()));
    match word.strip_prefix('$') {
        Some(path) => Some((Token::Path(path_of(path)?), rest)),
        None => (!word.is_empty()).then(|| (Token::Word(word.to_owned()), rest)),
    }
}

/// `.member`, `[0]`, and more of them.
fn path_of(text: &str) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (step, behind) = match rest.strip_prefix('[') {
            Some(index) => {
                let (index, behind) = index.split_once(']')?;
                (Step::Index(index.parse().ok()?), behind)
            }
            None => {
                let name = rest.strip_prefix('.')?;
                let end = name.find(['.', '[']).unwrap_or(name.len());
                let (name, behind) = name.split_at(end);
                (!name.is_empty()).then(|| (Step::Member(name.to_owned()), behind))?
            }
        };
        steps.push(step);
        rest = behind;
    }
    (!steps.is_empty()).then_some(steps)
}
