//! Which colour a version has, in the table and in the picture.

/// The colours of versions 1, 2, 3, and so on, again from the first; `$LATEST` has none.
const COLOURS: [&str; 6] = [
    "#2b6cb0", "#2f855a", "#c53030", "#b7791f", "#6b46c1", "#0987a0",
];
const LATEST: &str = "#718096";

pub(super) fn colour_of(version: &str) -> &'static str {
    let number = version.parse::<usize>();
    number.map_or(LATEST, |number| {
        COLOURS[number.saturating_sub(1) % COLOURS.len()]
    })
}
