//! The measurements as a table in Markdown, and as a plot.

use std::fmt::Write;

use super::measure::{Measured, Variant};

/// Pixels of the plot.
const WIDTH: f64 = 860.0;
const LABEL: f64 = 300.0;
const ROW: f64 = 22.0;

/// One row a variant.
pub(crate) fn table(rows: &[(Variant, Measured)]) -> String {
    let mut text = "| build | cold start ms | CPU per invocation µs | wall µs | idle MiB | after 10,000 | \
                    after 100,000 | executable kB | zip kB |\n|---|---|---|---|---|---|---|---|---|\n"
        .to_owned();
    for (variant, measured) in rows {
        let mib = |kib: Option<u64>| {
            kib.map_or("–".to_owned(), |kib| {
                format!("{:.1}", kib as f64 / 1024.0)
            })
        };
        let kb =
            |bytes: Option<u64>| bytes.map_or("–".to_owned(), |bytes| (bytes / 1000).to_string());
        let [idle, later, last] = measured.memory.map(mib);
        let _ = writeln!(
            text,
            "| {} | {:.2} | {:.0} | {:.0} | {idle} | {later} | {last} | {} | {} |",
            variant.name,
            measured.start_ms(),
            measured.cpu_us(),
            measured.wall_us(),
            kb(measured.executable_bytes),
            kb(measured.zip_bytes),
        );
    }
    text
}

/// What the shipped build is beside the template and Python, where all were measured.
pub(crate) fn ratios(rows: &[(Variant, Measured)]) -> String {
    let find = |name: &str| {
        rows.iter()
            .find(|(variant, _)| variant.name.starts_with(name))
            .map(|(_, m)| m)
    };
    let mut text = String::new();
    let Some(shipped) = find("shipped") else {
        return text;
    };
    if let Some(template) = find("template") {
        let zip = |measured: &Measured| measured.zip_bytes.unwrap_or_default() as f64;
        let _ = writeln!(
            text,
            "shipped / template: cold start {:.2}, CPU per invocation {:.2}, zip {:.2}",
            shipped.start_ms() / template.start_ms(),
            shipped.cpu_us() / template.cpu_us(),
            zip(shipped) / zip(template),
        );
    }
    if let Some(python) = find("Python") {
        let _ = writeln!(
            text,
            "Python / shipped: cold start {:.0}",
            python.start_ms() / shipped.start_ms()
        );
    }
    text
}

/// Cold start and CPU per invocation as bars, each on a logarithmic scale.
pub(crate) fn plot(rows: &[(Variant, Measured)]) -> String {
    let height = 2.0 * (rows.len() as f64 + 2.0) * ROW;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" \
         font-family=\"sans-serif\" font-size=\"13\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
    );
    let starts = |measured: &Measured| measured.start_ms();
    let cpu = |measured: &Measured| measured.cpu_us();
    bars(&mut svg, 0.0, "Cold start, ms (logarithmic)", rows, starts);
    bars(
        &mut svg,
        height / 2.0,
        "CPU per invocation, µs (logarithmic)",
        rows,
        cpu,
    );
    svg + "</svg>\n"
}

fn bars(
    svg: &mut String,
    top: f64,
    title: &str,
    rows: &[(Variant, Measured)],
    value: impl Fn(&Measured) -> f64,
) {
    let values = rows.iter().map(|(_, measured)| value(measured));
    let (low, high) = values.fold((f64::MAX, 0.0), |(low, high), v| {
        (f64::min(low, v), f64::max(high, v))
    });
    let scale = (WIDTH - LABEL - 80.0) / (high / low * 2.0).ln();
    let _ = writeln!(
        svg,
        "<text x=\"8\" y=\"{}\" font-weight=\"bold\">{title}</text>",
        top + ROW * 0.8
    );
    for (index, (variant, measured)) in rows.iter().enumerate() {
        let y = top + (index as f64 + 1.0) * ROW;
        let length = (value(measured) / low * 2.0).ln() * scale;
        let color = if variant.name.starts_with("shipped") {
            "#2a9d58"
        } else {
            "#8aa4c8"
        };
        let _ = writeln!(
            svg,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>\
             <rect x=\"{LABEL}\" y=\"{}\" width=\"{length:.1}\" height=\"{}\" fill=\"{color}\"/>\
             <text x=\"{:.1}\" y=\"{}\">{:.2}</text>",
            LABEL - 8.0,
            y + ROW * 0.65,
            variant.name,
            y + 2.0,
            ROW - 6.0,
            LABEL + length + 6.0,
            y + ROW * 0.65,
            value(measured),
        );
    }
}
