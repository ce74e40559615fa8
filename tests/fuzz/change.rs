//! Changes requests at random: their bytes, or whole words of them, so that some stay sound.

/// What stands in for a word: numbers at the ends of their ranges, and what means something.
const WORDS: [&str; 24] = [
    "0",
    "-1",
    "1",
    "1e308",
    "-1e308",
    "0.1",
    "99999999999999999999",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551615",
    "4294967295",
    "null",
    "true",
    "[]",
    "{}",
    "$LATEST",
    "live",
    "f",
    "..",
    "%00",
    "\u{e9}",
    "a/b",
    "((((((((",
    "-a",
];
const SIGNS: [&[u8]; 18] = [
    b"%00",
    b"../",
    b"\r\n",
    b"\"",
    b"{",
    b"}",
    b"[",
    b":",
    b"-1",
    b"99999999999999999999",
    b"\xff\xfe",
    b"$LATEST",
    b" && ",
    b" || ",
    b"!=",
    b"*",
    b"(",
    b"\\\"",
];

/// One of the requests, changed. Every other one says how long its body is.
pub(crate) fn changed(requests: &[Vec<u8>], random: &mut fastrand::Rng) -> Vec<u8> {
    let mut request = requests[random.usize(0..requests.len())].clone();
    let by_word = random.bool();
    for _ in 0..random.usize(0..8) {
        match by_word {
            true => change_word(&mut request, requests, random),
            false => change_bytes(&mut request, requests, random),
        }
    }
    match random.bool() {
        true => with_length(&request),
        false => request,
    }
}

fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_$.-".contains(&byte)
}

/// A word at or behind a place that is chosen at random.
fn word(request: &[u8], random: &mut fastrand::Rng) -> std::ops::Range<usize> {
    let from = random.usize(0..=request.len());
    let rest = &request[from..];
    let begin = rest.iter().position(|byte| is_of_word(*byte));
    let begin = from + begin.unwrap_or(rest.len());
    let length = request[begin..]
        .iter()
        .take_while(|byte| is_of_word(**byte));
    begin..begin + length.count()
}

/// Puts another word in the place of one: from a list, or from any request.
fn change_word(request: &mut Vec<u8>, requests: &[Vec<u8>], random: &mut fastrand::Rng) {
    let other = &requests[random.usize(0..requests.len())];
    let new = match random.bool() {
        true => WORDS[random.usize(0..WORDS.len())].as_bytes(),
        false => &other[word(other, random)],
    };
    let old = word(request, random);
    request.splice(old, new.iter().copied());
}

fn change_bytes(request: &mut Vec<u8>, requests: &[Vec<u8>], random: &mut fastrand::Rng) {
    let at = random.usize(0..=request.len().saturating_sub(1));
    let end = |random: &mut fastrand::Rng, most| (at + random.usize(0..most)).min(request.len());
    match random.u8(0..7) {
        0 if !request.is_empty() => request[at] = random.u8(..),
        1 => {
            let sign = SIGNS[random.usize(0..SIGNS.len())];
            request.splice(at..at, sign.iter().copied());
        }
        2 => request.truncate(at),
        3 => {
            let end = end(random, 40);
            request.drain(at..end);
        }
        4 => {
            let part = request[at..end(random, 200)].to_vec();
            request.splice(at..at, part);
        }
        // Long enough for patterns that take their time over it.
        5 => {
            let part = request[at..end(random, 8)].repeat(random.usize(1..100));
            request.splice(at..at, part);
        }
        _ => {
            // The head of one with the rest of another.
            let other = &requests[random.usize(0..requests.len())];
            request.truncate(at);
            request.extend_from_slice(&other[at.min(other.len())..]);
        }
    }
}

/// The request with its body's true length, where it has a body.
fn with_length(request: &[u8]) -> Vec<u8> {
    let Some(end) = request.windows(4).position(|four| four == b"\r\n\r\n") else {
        return request.to_vec();
    };
    let (head, body) = request.split_at(end + 2);
    let lines = head.split_inclusive(|byte| *byte == b'\n');
    let others = lines.filter(|line| !line.starts_with(b"content-length"));
    let mut fixed: Vec<u8> = others.flatten().copied().collect();
    fixed.extend_from_slice(format!("content-length: {}\r\n", body.len() - 2).as_bytes());
    fixed.extend_from_slice(body);
    fixed
}
