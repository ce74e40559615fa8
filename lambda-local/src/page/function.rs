//! One function on the page: its aliases, versions, traffic and last invocations.

use std::{collections::VecDeque, fmt::Write, sync::Arc};

use super::{
    ago::ago,
    plot::{percent, plot},
    role::Roles,
};
use crate::{
    clock::Moment,
    cloudwatch::{Histogram, Recent},
    lambda::{Alias, Function, Ran, Snapshot},
    protocol::escaped,
    services::Services,
};

/// Versions that are listed although no alias points at them: the newest.
const MOST_VERSIONS: usize = 10;

/// What there is to say of it. `now` is in seconds since 1970.
pub(super) fn section(services: &Services, function: &Function, now: u64) -> String {
    let name = &function.latest.function;
    let moment = Moment::now();
    let roles = Roles::of(function, moment);
    let recent = services.cloudwatch.recent(name, now);
    let lately = services.lambda.lately.of(name);
    let name = escaped(name);
    let mut html = format!("<section id=\"f-{name}\"><h2>{name}</h2>");
    for alias in function.aliases() {
        html += &bar(alias, moment);
    }
    for (kind, address) in services.gateway.ways_to(function) {
        html += &way(&kind, &address);
    }
    html += &versions(services, function, (&recent, &roles), now);
    let moves = services
        .lambda
        .trail
        .moves(|moved| moved.function == function.latest.function);
    html += &plot(&recent, &roles, (moves.iter().map(Arc::as_ref), now));
    html += &invocations(&name, &lately, &roles, now);
    html + "</section>"
}

/// An alias with a bar of its weights, and what its description says: that is where whoever moves
/// it tells what is going on.
fn bar(alias: &Alias, now: Moment) -> String {
    let mut html = format!(
        "<div class=alias><h3>{}</h3><div class=bar>",
        escaped(&alias.name)
    );
    for ((version, share), class) in alias.shares(now).into_iter().zip(["blue", "green"]) {
        let share = percent(share);
        let _ = write!(
            html,
            "<span class={class} style=\"width:{share}\" title=\"version {version}\">{version}: \
             {share}</span>"
        );
    }
    html += "</div>";
    if !alias.description().is_empty() {
        let _ = write!(html, "<p class=says>{}</p>", escaped(alias.description()));
    }
    html + "</div>"
}

/// Where clients reach it, with a button that does.
fn way(kind: &str, address: &str) -> String {
    let address = escaped(address);
    format!(
        "<p class=way>{kind} <a href=\"{address}\">{address}</a> \
         <button data-send=\"{address}\">send a request</button> \
         <button data-copy=\"curl -i {address}\">copy curl</button> <output></output></p>"
    )
}

fn versions(
    services: &Services,
    function: &Function,
    (recent, roles): (&Recent, &Roles),
    now: u64,
) -> String {
    let mut html = "<div class=wide><table><thead><tr><th>version<th>what it says of itself<th>\
                    made<th class=n>running<th class=n>requests, 1 min<th class=n>failed<th \
                    class=n>p50, p95<th class=n>requests, 15 min<th class=n>failed<th class=n>p50, \
                    p95</tr></thead><tbody>"
        .to_owned();
    let mut numbered: Vec<&Arc<Snapshot>> = function.snapshots().skip(1).collect();
    numbered.reverse();
    let all = numbered.len();
    let mut room = MOST_VERSIONS;
    // An alias's version is shown however old it is.
    numbered.retain(|snapshot| {
        let is_shown = room > 0 || roles.role(&snapshot.label()) != super::role::Role::Other;
        room = room.saturating_sub(1);
        is_shown
    });
    let left_out = all - numbered.len();
    for snapshot in std::iter::once(&function.latest).chain(numbered) {
        html += &row(services, snapshot, (recent, roles), now);
    }
    html += "</tbody></table></div>";
    if left_out > 0 {
        let _ = write!(html, "<p class=dim>and {left_out} older versions</p>");
    }
    html
}

fn row(
    services: &Services,
    snapshot: &Arc<Snapshot>,
    (recent, roles): (&Recent, &Roles),
    now: u64,
) -> String {
    let label = snapshot.label();
    let role = roles.role(&label);
    let of = recent.get(&label).cloned().unwrap_or_default();
    format!(
        "<tr><td><i class={} title=\"{}\"></i> {label}<td>{}<td>{}<td class=n>{}{}{}</tr>",
        role.class(),
        role.word(),
        escaped(&snapshot.configuration.description),
        ago(now.saturating_sub(snapshot.modified_second())),
        services.lambda.environments(snapshot),
        figures(&of.minute),
        figures(&of.quarter),
    )
}

/// Requests, failed ones, and how long they took.
fn figures(histogram: &Histogram) -> String {
    let Histogram {
        invocations,
        errors,
        ..
    } = histogram;
    let class = if *errors > 0 { " bad" } else { "" };
    let took = match invocations {
        0 => String::new(),
        _ => {
            let [p50, p95] = [0.5, 0.95].map(|share| histogram.percentile(share));
            format!("{}, {} ms", milliseconds(p50), milliseconds(p95))
        }
    };
    format!("<td class=n>{invocations}<td class=\"n{class}\">{errors}<td class=n>{took}")
}

/// Two figures, or whole milliseconds.
fn milliseconds(value: f64) -> String {
    match value {
        value if value < 10.0 => format!("{value:.1}"),
        value => format!("{value:.0}"),
    }
}

/// The last ones; the log of each is asked for when it is opened.
fn invocations(function: &str, lately: &VecDeque<Arc<Ran>>, roles: &Roles, now: u64) -> String {
    if lately.is_empty() {
        return String::new();
    }
    let mut html = format!("<h3>Last invocations</h3><div id=\"l-{function}\">");
    for ran in lately {
        html += &invocation(function, ran, roles, now);
    }
    html + "</div>"
}

fn invocation(function: &str, ran: &Ran, roles: &Roles, now: u64) -> String {
    let Ran {
        request_id,
        version,
        status,
        ..
    } = ran;
    let class = roles.role(version).class();
    let bad = if ran.failed { " class=bad" } else { "" };
    let took = milliseconds(ran.took.as_secs_f64() * 1e3);
    let ago = ago(now.saturating_sub(ran.at / 1000));
    format!(
        "<details id=\"r-{request_id}\" data-of=\"l-{function}\" data-log=\"/_local/log?function={function}&amp;request=\
         {request_id}\"><summary><b{bad}>{status}</b> <span>{took} ms</span> <span><i \
         class={class}></i> version {version}</span> <span class=dim>{ago}</span></summary><pre>\
         </pre></details>"
    )
}
