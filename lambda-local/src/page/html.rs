//! The page at `/`: what runs here, and what each version does. The server writes all of it; the
//! script in it only asks for it again, once a second.

use std::{fmt::Write, sync::Arc};

use axum::{
    Router,
    extract::State,
    http::header,
    response::{Html, IntoResponse},
    routing::get,
};

use super::{colour::colour_of, plot::plot};
use crate::{
    announcement::exports,
    clock::Moment,
    cloudwatch::Recent,
    lambda::{Alias, Function, Snapshot},
    protocol::escaped,
    services::Services,
};

pub(crate) fn routes() -> Router<Arc<Services>> {
    Router::new()
        .route("/", get(page))
        .route("/_local/page", get(content))
        .route("/_local/page.js", get(script))
}

async fn page(State(services): State<Arc<Services>>) -> impl IntoResponse {
    let place = &services.lambda.place;
    let exports = exports(&services.lambda.address, &place.region);
    let page = include_str!("page.html")
        .replace("EXPORTS", &escaped(&exports))
        .replace("CONTENT", &written(&services));
    let policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; \
                  connect-src 'self'";
    ([(header::CONTENT_SECURITY_POLICY, policy)], Html(page))
}

async fn content(State(services): State<Arc<Services>>) -> Html<String> {
    Html(written(&services))
}

async fn script() -> impl IntoResponse {
    let kind = [(header::CONTENT_TYPE, "text/javascript")];
    (kind, include_str!("page.js"))
}

/// All but the frame.
fn written(services: &Services) -> String {
    let lambda = &services.lambda;
    let mut html = format!(
        "<h1>lambda-local <small>{} in {}</small></h1>",
        escaped(&lambda.address),
        escaped(&lambda.place.region)
    );
    let model = lambda.model();
    for function in model.functions() {
        let name = &function.latest.function;
        let recent = services.cloudwatch.recent(name);
        let environments = |snapshot: &Snapshot| lambda.environments(snapshot);
        html += &section(function, &recent, &environments);
        for (kind, address) in services.gateway.ways_to(function) {
            let address = escaped(&address);
            let _ = write!(
                html,
                "<p class=way>{kind} <a href=\"{address}\">{address}</a></p>"
            );
        }
        html += "</section>";
    }
    if model.functions().next().is_none() {
        html += "<p>No function yet: make one with any AWS client that is pointed here.</p>";
    }
    html
}

fn section(
    function: &Function,
    recent: &Recent,
    environments: &dyn Fn(&Snapshot) -> usize,
) -> String {
    let mut html = format!("<section><h2>{}</h2>", escaped(&function.latest.function));
    for alias in function.aliases() {
        html += &bar(alias);
    }
    html += "<table><tr><th>version<th>made<th>what it says of itself<th>environments\
             <th>requests in the last minute<th>errors</tr>";
    // The newest first; of many the older ones are left out.
    let mut snapshots: Vec<&Arc<Snapshot>> = function.snapshots().skip(1).collect();
    snapshots.reverse();
    snapshots.truncate(MOST_VERSIONS);
    for snapshot in std::iter::once(&function.latest).chain(snapshots) {
        html += &row(snapshot, recent, environments(snapshot));
    }
    html + "</table>" + &plot(recent)
}

const MOST_VERSIONS: usize = 20;

fn row(snapshot: &Snapshot, recent: &Recent, environments: usize) -> String {
    let label = snapshot.label();
    let seconds = recent.get(&label).into_iter().flatten();
    let (mut requests, mut errors) = (0, 0);
    for second in seconds {
        requests += second.requests;
        errors += second.errors;
    }
    format!(
        "<tr><td><i style=\"background:{}\"></i> {label}<td>{}<td>{}<td>{environments}\
         <td>{requests}<td>{errors}</tr>",
        colour_of(&label),
        escaped(&snapshot.last_modified),
        escaped(&snapshot.configuration.description),
    )
}

/// An alias with a bar of its weights.
fn bar(alias: &Alias) -> String {
    let mut html = format!(
        "<div class=alias><b>{}</b><div class=bar>",
        escaped(&alias.name)
    );
    for (version, share) in alias.shares(Moment::now()) {
        let percent = share * 100.0;
        let _ = write!(
            html,
            "<span style=\"width:{percent}%;background:{}\" title=\"version {version}\">{version}: \
             {}%</span>",
            colour_of(&version),
            (percent * 100.0).round() / 100.0,
        );
    }
    html + "</div></div>"
}
