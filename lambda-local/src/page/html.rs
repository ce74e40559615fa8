//! The page at `/`: what runs here, and what each version does. The server writes all of it; the
//! script in it puts in what the server sends anew, once a second.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{Query, Request, State},
    response::{
        Html, IntoResponse, Response,
        sse::{Event, Sse},
    },
    routing::get,
};
use futures_util::{Stream, stream};
use http::{HeaderName, header};
use serde::Deserialize;

use super::function::section;
use crate::{
    announcement::exports,
    clock,
    protocol::{Exception, Protocol, escaped},
    services::Services,
};

/// How often the page is written anew.
const TICK: Duration = Duration::from_secs(1);

/// Nothing from elsewhere, and nothing that is not what it says.
const HEADERS: [(HeaderName, &str); 2] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
];

pub(crate) fn routes() -> Router<Arc<Services>> {
    Router::new()
        .route("/", get(page))
        .route("/_local/events", get(events))
        .route("/_local/log", get(log))
        .route("/_local/page.js", get(script))
}

/// A call that is signed for a service whose operations are at `/` is no person's.
async fn page(State(services): State<Arc<Services>>, request: Request) -> Response {
    let protocol = Protocol::of(&request);
    if protocol == Protocol::RestXml {
        return protocol.refuse(Exception::not_implemented("GET /"));
    }
    let place = &services.lambda.place;
    let exports = exports(&services.lambda.address, &place.region);
    let page = include_str!("page.html")
        .replace("EXPORTS", &escaped(&exports))
        .replace("CONTENT", &written(&services));
    (HEADERS, Html(page)).into_response()
}

/// The content, once a second for as long as somebody looks and there is a server.
async fn events(State(services): State<Arc<Services>>) -> impl IntoResponse {
    (HEADERS, Sse::new(written_anew(services)))
}

fn written_anew(services: Arc<Services>) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold(services, |services| async move {
        let mut ending = services.ending.subscribe();
        let ends = ending.wait_for(|ending| *ending);
        if tokio::time::timeout(TICK, ends).await.is_ok() {
            return None;
        }
        let event = Event::default().data(written(&services));
        Some((Ok(event), services))
    })
}

#[derive(Debug, Deserialize)]
struct LogOf {
    function: String,
    request: String,
}

async fn log(
    State(services): State<Arc<Services>>,
    Query(LogOf { function, request }): Query<LogOf>,
) -> impl IntoResponse {
    let group = {
        let model = services.lambda.model();
        let mut functions = model.functions();
        let found = functions.find(|found| found.latest.function == function);
        found.map(|found| found.latest.configuration.logging.log_group.clone())
    };
    let lines = group.map(|group| services.logs.of_request(&group, &request));
    let lines = lines.filter(|lines| !lines.is_empty());
    let text = lines.map_or_else(
        || "nothing of it is kept any more".to_owned(),
        |lines| lines.join("\n"),
    );
    (HEADERS, text)
}

async fn script() -> impl IntoResponse {
    let kind = [(header::CONTENT_TYPE, "text/javascript")];
    (HEADERS, kind, include_str!("page.js"))
}

/// All but the frame.
fn written(services: &Services) -> String {
    let lambda = &services.lambda;
    let mut html = format!(
        "<h1>lambda-local <small>{} in {}</small></h1>",
        escaped(&lambda.address),
        escaped(&lambda.place.region)
    );
    let now = clock::seconds();
    let model = lambda.model();
    for function in model.functions() {
        html += &section(services, function, now);
    }
    if model.functions().next().is_none() {
        html += "<p>No function yet: make one with any AWS client that is pointed here.</p>";
    }
    html
}
