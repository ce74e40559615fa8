//! How long ago something was, as people say it.

/// `12 s ago`, `3 min ago`, `2 h ago`, `5 d ago`
pub(super) fn ago(seconds: u64) -> String {
    let (count, unit) = match seconds {
        0 => return "now".to_owned(),
        1..60 => (seconds, "s"),
        60..3600 => (seconds / 60, "min"),
        3600..86_400 => (seconds / 3600, "h"),
        _ => (seconds / 86_400, "d"),
    };
    format!("{count} {unit} ago")
}

#[cfg(test)]
mod tests {
    use super::ago;

    #[test]
    fn the_largest_unit_that_fits_is_said() {
        let said = [0, 59, 60, 7200, 200_000].map(ago);
        assert_eq!(said, ["now", "59 s ago", "1 min ago", "2 h ago", "2 d ago"]);
    }
}
