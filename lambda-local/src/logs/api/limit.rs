//! Answers in pages: how much of what there is, and where the next page begins.

use super::of_group::invalid;
use crate::protocol::{ApiResult, Exception};

/// Of groups and streams, and as many where none are said.
const MOST_DESCRIBED: usize = 50;
/// Of events, and as many where none are said.
pub(super) const MOST_EVENTS: usize = 10_000;

/// How many there may be in an answer.
///
/// # Errors
/// If it is more than `most`, or nothing. AWS's words, from memory.
pub(super) fn limit(asked: Option<i64>, most: usize) -> ApiResult<usize> {
    let Some(asked) = asked else {
        return Ok(most);
    };
    let bound = match asked {
        ..1 => "greater than or equal to 1".to_owned(),
        _ => format!("less than or equal to {most}"),
    };
    let limit = usize::try_from(asked).ok();
    let limit = limit.filter(|limit| (1..=most).contains(limit));
    limit.ok_or_else(|| {
        invalid(format!(
            "1 validation error detected: Value '{asked}' at 'limit' failed to satisfy constraint: \
             Member must have value {bound}"
        ))
    })
}

/// The part of what is described that begins with what the token names, and the token of the next
/// part.
///
/// # Errors
/// If there is nothing of that name any more.
pub(super) fn page<T>(
    mut all: Vec<T>,
    name: impl Fn(&T) -> &str,
    (asked, token): (Option<i64>, Option<&str>),
) -> ApiResult<(Vec<T>, Option<String>)> {
    let limit = limit(asked, MOST_DESCRIBED)?;
    if let Some(token) = token {
        let begin = all.iter().position(|one| name(one) == token);
        all.drain(..begin.ok_or_else(invalid_token)?);
    }
    let next = all.get(limit).map(|one| name(one).to_owned());
    all.truncate(limit);
    Ok((all, next))
}

/// AWS's words, from memory.
pub(super) fn invalid_token() -> Exception {
    invalid("The specified nextToken is invalid.")
}
