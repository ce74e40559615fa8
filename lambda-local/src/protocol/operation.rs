//! An operation of a service, and the table of them that each service has. Routing, `--fault`, what
//! is kept and the list of what is here all come from these tables.

use axum::{
    Extension, Router,
    handler::Handler,
    middleware::map_response,
    response::Response,
    routing::{MethodFilter, MethodRouter},
};
use http::Method;

use super::Protocol;

/// What AWS's model of the service says of an operation, and whether it changes what is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Operation {
    pub(crate) service: &'static str,
    pub(crate) name: &'static str,
    /// `GET /2015-03-31/functions/{FunctionName}`; nothing where the name alone tells it.
    pub(crate) route: &'static str,
    pub(crate) changes: bool,
}

impl Operation {
    /// One that is told by its name, which stands in a header, the path or the body.
    pub(crate) const fn named(service: &'static str, name: &'static str, changes: bool) -> Self {
        Self {
            service,
            name,
            route: "",
            changes,
        }
    }

    fn path(&self) -> &'static str {
        let (_, path) = self.route.split_once(' ').unwrap_or_default();
        path.split('?').next().unwrap_or_default()
    }

    /// Whether a request to a REST service is this operation.
    fn is(&self, method: &Method, path: &str, query: &str) -> bool {
        let (own, uri) = self.route.split_once(' ').unwrap_or_default();
        let wanted = uri.split_once('?').map_or("", |(_, wanted)| wanted);
        let (pattern, path) = (self.path().trim_matches('/'), path.trim_matches('/'));
        own == method.as_str()
            && query.contains(wanted)
            && pattern.split('/').count() == path.split('/').count()
            && pattern
                .split('/')
                .zip(path.split('/'))
                .all(|(wanted, segment)| wanted.starts_with('{') || wanted == segment)
    }
}

/// The operation of a request to a REST service. Of two at one path, the one that wants a query
/// comes first in its table.
pub(crate) fn find<'a>(
    operations: &'a [Operation],
    method: &Method,
    path: &str,
    query: &str,
) -> Option<&'a Operation> {
    let mut all = operations.iter();
    all.find(|operation| operation.is(method, path, query))
}

/// In the extensions of an answer whose operation may have changed what is kept: how its caller
/// speaks, should it turn out that it cannot be kept.
#[derive(Debug, Clone, Copy)]
struct MayHaveChanged(Protocol);

async fn mark(response: Response) -> Response {
    mark_if(true, Protocol::RestJson, response)
}

/// Says of an answer whether its operation may have changed what is kept.
pub(crate) fn mark_if(changes: bool, protocol: Protocol, mut response: Response) -> Response {
    if changes {
        response.extensions_mut().insert(MayHaveChanged(protocol));
    }
    response
}

/// The operations of a REST service with what carries them out.
pub(crate) struct Table<S> {
    service: &'static str,
    operations: Vec<Operation>,
    router: Router<S>,
}

impl<S: Clone + Send + Sync + 'static> Table<S> {
    pub(crate) fn of(service: &'static str) -> Self {
        Self {
            service,
            operations: Vec::new(),
            router: Router::new(),
        }
    }

    /// One that changes nothing that is kept.
    pub(crate) fn reads<H, T>(self, name: &'static str, route: &'static str, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        let row = self.row(name, route, false);
        self.with(row, |method| MethodRouter::new().on(method, handler))
    }

    /// One that may change what is kept.
    pub(crate) fn changes<H, T>(self, name: &'static str, route: &'static str, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        let row = self.row(name, route, true);
        self.with(row, |method| {
            let handler = MethodRouter::new().on(method, handler);
            let handler: MethodRouter<S> = handler.layer(map_response(mark));
            // What it is: a call that is too large is refused by its name.
            handler.layer(Extension(row))
        })
    }

    /// One that another's handler carries out, by what the query says.
    pub(crate) fn variant(mut self, name: &'static str, route: &'static str) -> Self {
        let row = self.row(name, route, false);
        self.operations.push(row);
        self
    }

    const fn row(&self, name: &'static str, route: &'static str, changes: bool) -> Operation {
        Operation {
            service: self.service,
            name,
            route,
            changes,
        }
    }

    fn with(
        mut self,
        operation: Operation,
        handler: impl FnOnce(MethodFilter) -> MethodRouter<S>,
    ) -> Self {
        self.operations.push(operation);
        let (method, _) = operation.route.split_once(' ').unwrap_or_default();
        let method = Method::from_bytes(method.as_bytes()).unwrap_or_default();
        let handler = handler(MethodFilter::try_from(method).unwrap_or(MethodFilter::GET));
        let path = operation.path();
        // In AWS's older models, and so in older clients, some paths end with a slash. Which of
        // them do, today's models do not say any more.
        let slashed = format!("{path}/");
        self.router = self.router.route(&slashed, handler.clone());
        self.router = self.router.route(path, handler);
        self
    }

    pub(crate) fn operations(&self) -> &[Operation] {
        &self.operations
    }

    pub(crate) fn into_router(self) -> Router<S> {
        self.router
    }
}

/// See [`mark_if`]. How the caller speaks; `None` where nothing that is kept can have changed.
pub(crate) fn may_have_changed(response: &Response) -> Option<Protocol> {
    let changed = response.extensions().get::<MayHaveChanged>();
    changed.map(|MayHaveChanged(protocol)| *protocol)
}
