//! Requests a second of each version in the last minute, as a picture: what failed is red, and a
//! line stands where an alias was moved.

use std::fmt::Write;

use super::role::Roles;
use crate::{
    cloudwatch::{MINUTE, OfVersion, Recent, Second},
    protocol::escaped,
    trail::Moved,
};

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 120.0;
/// What stands around the lines: the numbers on the left, and the times below.
const LEFT: f64 = 40.0;
const TOP: f64 = 16.0;
const BELOW: f64 = 24.0;

/// Nothing where there was no request. `now` is in seconds since 1970.
pub(super) fn plot<'a>(
    recent: &Recent,
    roles: &Roles,
    (moves, now): (impl Iterator<Item = &'a Moved>, u64),
) -> String {
    let seconds = recent.values().flat_map(|of| &of.seconds);
    let highest = seconds.map(|second| second.requests).max();
    let Some(highest) = highest.filter(|requests| *requests > 0) else {
        return String::new();
    };
    let (width, height) = (LEFT + WIDTH, TOP + HEIGHT + BELOW);
    let mut svg = legend(recent, roles);
    let _ = write!(
        svg,
        "<svg viewBox=\"0 0 {width} {height}\" role=img aria-label=\"Requests a second in the last \
         minute, {highest} at most\">"
    );
    svg += &axes(highest);
    for moved in moves {
        svg += &mark(moved, now);
    }
    for of in recent.values().filter(|of| of.minute.errors > 0) {
        svg += &line(of, "red", highest, |second| second.errors);
    }
    for (version, of) in recent {
        let class = roles.role(version).class();
        svg += &line(of, class, highest, |second| second.requests);
    }
    svg + "</svg>"
}

fn legend(recent: &Recent, roles: &Roles) -> String {
    let mut html = "<p class=legend>Requests a second".to_owned();
    for (version, of) in recent {
        if of.minute.invocations > 0 {
            let class = roles.role(version).class();
            let _ = write!(html, " <span><i class={class}></i>version {version}</span>");
        }
    }
    if recent.values().any(|of| of.minute.errors > 0) {
        html += " <span><i class=red></i>failed</span>";
    }
    html + "</p>"
}

fn axes(highest: u64) -> String {
    let bottom = TOP + HEIGHT;
    let mut svg = String::new();
    for (value, y) in [(highest, TOP), (0, bottom)] {
        let (right, end, text) = (LEFT + WIDTH, LEFT - 6.0, y + 4.0);
        let _ = write!(
            svg,
            "<line class=axis x1={LEFT} x2={right} y1={y} y2={y} />\
             <text x={end} y={text} text-anchor=end>{value}</text>"
        );
    }
    for (text, share, anchor) in [
        ("60 s ago", 0.0, "start"),
        ("30 s ago", 0.5, "middle"),
        ("now", 1.0, "end"),
    ] {
        let (x, y) = (LEFT + share * WIDTH, bottom + 16.0);
        let _ = write!(svg, "<text x={x} y={y} text-anchor={anchor}>{text}</text>");
    }
    svg
}

/// Where an alias was moved in this minute.
fn mark(moved: &Moved, now: u64) -> String {
    let Some(ago) = now.checked_sub(moved.second()).filter(|ago| *ago <= MINUTE) else {
        return String::new();
    };
    let x = LEFT + WIDTH * (1.0 - ago as f64 / MINUTE as f64);
    let shares = moved.shares.iter();
    let shares = shares.map(|(version, share)| format!("{version}: {}", percent(*share)));
    let text = format!(
        "{} → {}",
        escaped(&moved.alias),
        shares.collect::<Vec<_>>().join(", ")
    );
    let bottom = TOP + HEIGHT;
    format!(
        "<line class=move x1={x:.0} x2={x:.0} y1={TOP} y2={bottom}><title>{text}</title></line>\
         <text class=move x={x:.0} y=11 text-anchor=middle>▼<title>{text}</title></text>"
    )
}

pub(super) fn percent(share: f64) -> String {
    format!("{}%", (share * 1e4).round() / 1e2)
}

fn line(of: &OfVersion, class: &str, highest: u64, value: fn(&Second) -> u64) -> String {
    let last = of.seconds.len().saturating_sub(1).max(1) as f64;
    let points = of.seconds.iter().enumerate().map(|(index, second)| {
        let x = LEFT + index as f64 * WIDTH / last;
        let y = TOP + HEIGHT * (1.0 - value(second) as f64 / highest as f64);
        format!("{x:.0},{y:.1}")
    });
    let points = points.collect::<Vec<_>>().join(" ");
    format!("<polyline class={class} points=\"{points}\"/>")
}
