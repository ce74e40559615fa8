//! The alias as a picture: a bar for each version's share, and how long ago something was.

use std::borrow::Cow;

use anstyle::Style;
use bluegreen_rollout::{Routing, Version};
use console::Term;

use super::{BLUE, BOLD, GREEN, is_unicode, styled};

/// A bar is as wide as the terminal leaves room for beside what stands next to it.
const BESIDE: u16 = 48;
const NARROWEST: u16 = 8;
const WIDEST: u16 = 40;

/// A share from 0 to 1 as a bar. A share that is not 0 shows at least something, and one that is
/// not 1 never shows everything.
pub(crate) fn bar(share: f64, style: Style) -> String {
    bar_of(share, style, bar_width())
}

fn bar_width() -> usize {
    let room = terminal_width().map_or(WIDEST, |columns| columns.saturating_sub(BESIDE));
    room.clamp(NARROWEST, WIDEST).into()
}

fn bar_of(share: f64, style: Style, width: usize) -> String {
    let filled = (share * width as f64).round() as usize;
    let filled = match share {
        share if share <= 0.0 => 0,
        share if share >= 1.0 => width,
        _ => filled.clamp(1, width - 1),
    };
    let (full, empty) = if is_unicode() {
        ("█", "░")
    } else {
        ("#", ".")
    };
    format!(
        "{style}{}{style:#}{}",
        full.repeat(filled),
        empty.repeat(width - filled)
    )
}

/// In a pipe nothing limits it.
pub(crate) fn terminal_width() -> Option<u16> {
    Term::stdout().size_checked().map(|(_, columns)| columns)
}

/// The lines of a text as they fit, broken between words; what follows a break stands further in.
pub(crate) fn wrapped(text: &str, width: Option<u16>) -> Vec<String> {
    let Some(width) = width else {
        return vec![text.to_owned()];
    };
    let wrap = |line: &str| {
        let indent = line.len() - line.trim_start().len() + 2;
        let indent = " ".repeat(indent);
        // An address stays whole, however long it is.
        let options = textwrap::Options::new(width.into())
            .subsequent_indent(&indent)
            .word_separator(textwrap::WordSeparator::AsciiSpace)
            .word_splitter(textwrap::WordSplitter::NoHyphenation)
            .break_words(false);
        let lines = textwrap::wrap(line, options).into_iter();
        lines.map(Cow::into_owned).collect::<Vec<_>>()
    };
    text.lines().flat_map(wrap).collect()
}

/// A share from 0 to 1 in percent, with no more digits than it needs.
pub(crate) fn percent(share: f64) -> String {
    format!("{}%", (share * 1e4).round() / 1e2)
}

/// The style and the name of the part that a version plays.
pub(crate) fn part(routing: Routing, version: Version) -> (Style, &'static str) {
    match routing {
        Routing::Split { green, .. } if green == version => (GREEN, "green"),
        Routing::Split { .. } => (BLUE, "blue"),
        Routing::All(_) => (BLUE, "serves everything"),
        Routing::Settling { .. } => (BOLD, "being moved by AWS"),
    }
}

/// One line for each version that the routing names: number, bar, share and part.
pub(crate) fn routing_lines(routing: Routing) -> Vec<(Version, String)> {
    let versions = match routing {
        Routing::All(version) => vec![version],
        Routing::Split { blue, green, .. } => vec![blue, green],
        Routing::Settling { from, to } => vec![from, to],
    };
    let line = |version| {
        let share = routing.share_of(version);
        let (style, part) = part(routing, version);
        let name = styled(BOLD, format!("version {version}"));
        (
            version,
            format!(
                "  {name}  {}  {:>5}  {part}",
                bar(share, style),
                percent(share)
            ),
        )
    };
    versions
        .into_iter()
        .map(|version| (version, line(version).1))
        .collect()
}

/// `3 minutes`: the largest unit that fits.
pub(crate) fn duration(seconds: u64) -> String {
    let (count, unit) = match seconds {
        0..60 => (seconds, "second"),
        60..3600 => (seconds / 60, "minute"),
        3600..86_400 => (seconds / 3600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_share_is_not_drawn_as_none_nor_a_large_one_as_all() {
        let filled = |share| bar_of(share, Style::new(), 40).matches(['█', '#']).count();
        assert_eq!(filled(0.0), 0);
        assert_eq!(filled(0.001), 1);
        assert_eq!(filled(0.1), 4);
        assert_eq!(filled(0.999), 39);
        assert_eq!(filled(1.0), 40);
    }

    #[test]
    fn a_line_is_broken_between_words_and_stands_further_in() {
        let text = format!(
            "{}\n  the second line is as wide",
            styled(BOLD, "bold and wide")
        );
        let lines = wrapped(&text, Some(16));
        assert_eq!(lines[0], styled(BOLD, "bold and wide").to_string());
        assert_eq!(lines[1..], ["  the second", "    line is as", "    wide"]);
        assert_eq!(wrapped(&text, None), [text]);
    }

    #[test]
    fn durations_are_rounded_to_one_unit() {
        for (seconds, text) in [
            (0, "0 seconds"),
            (1, "1 second"),
            (119, "1 minute"),
            (7200, "2 hours"),
            (200_000, "2 days"),
        ] {
            assert_eq!(duration(seconds), text);
        }
    }
}
