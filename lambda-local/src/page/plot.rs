//! Requests a second of each version in the last minute, as a picture.

use std::fmt::Write;

use super::colour::colour_of;
use crate::cloudwatch::{Recent, Second};

const WIDTH: usize = 720;
const HEIGHT: usize = 120;

/// A line for each version, and a dashed one for its errors.
pub(super) fn plot(recent: &Recent) -> String {
    let highest = recent
        .values()
        .flatten()
        .map(|second| second.requests)
        .max();
    let Some(highest) = highest.filter(|requests| *requests > 0) else {
        return String::new();
    };
    let mut svg = format!(
        "<svg viewBox=\"0 0 {WIDTH} {}\" role=img aria-label=\"requests a second\">\
         <text x=4 y=12>{highest} a second</text>\
         <text x=4 y={1}>a minute ago</text><text x={WIDTH} y={1} text-anchor=end>now</text>",
        HEIGHT + 18,
        HEIGHT + 15,
    );
    for (version, seconds) in recent {
        let colour = colour_of(version);
        let requests = line(seconds, highest, |second| second.requests);
        let errors = line(seconds, highest, |second| second.errors);
        let _ = write!(
            svg,
            "<polyline points=\"{requests}\" stroke=\"{colour}\"/>\
             <polyline points=\"{errors}\" stroke=\"{colour}\" stroke-dasharray=\"3 3\"/>"
        );
    }
    svg + "</svg>"
}

fn line(seconds: &[Second], highest: u64, value: fn(&Second) -> u64) -> String {
    let last = seconds.len().saturating_sub(1).max(1);
    let points = seconds.iter().enumerate().map(|(index, second)| {
        let y = HEIGHT as f64 * (1.0 - value(second) as f64 / highest as f64);
        format!("{},{y:.1}", index * WIDTH / last)
    });
    points.collect::<Vec<_>>().join(" ")
}
