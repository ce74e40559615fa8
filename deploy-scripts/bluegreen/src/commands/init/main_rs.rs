//! The outcome line: a layer around the service that `run` is given.

use proc_macro2::Span;
use syn::{
    Expr, ExprCall, File, Item, Path, UseTree,
    spanned::Spanned,
    visit::{self, Visit},
};

use super::project::Runtime;

/// What is to become of a source.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// The source with it.
    Added(String),
    There,
    /// What `run` is given cannot be told for sure: the reason.
    Unclear(String),
}

/// What stands around the service.
pub(super) const fn layer(runtime: Runtime) -> &'static str {
    match runtime {
        Runtime::Http => "lambda_outcome::Outcomes::http().layer",
        Runtime::Events => "lambda_outcome::Outcomes::events().layer",
    }
}

pub(super) fn with_layer(source: &str) -> Line {
    if source.contains("lambda_outcome") {
        return Line::There;
    }
    let file = match syn::parse_file(source) {
        Ok(file) => file,
        Err(error) => return Line::Unclear(format!("it cannot be read: {error}")),
    };
    let mut runs = Runs {
        file: &file,
        found: Vec::new(),
    };
    runs.visit_file(&file);
    match runs.found.as_slice() {
        [(runtime, service)] => Line::Added(wrapped(source, *runtime, *service)),
        [] => {
            Line::Unclear("no call `run(…)` of lambda_http or lambda_runtime is in it".to_owned())
        }
        _ => Line::Unclear("several calls of `run(…)` are in it".to_owned()),
    }
}

fn wrapped(source: &str, runtime: Runtime, service: Span) -> String {
    // A byte order mark is not part of what is parsed.
    let skipped = source.len() - source.trim_start_matches('\u{feff}').len();
    let at = service.byte_range();
    let (start, end) = (at.start + skipped, at.end + skipped);
    let (before, service, after) = (&source[..start], &source[start..end], &source[end..]);
    format!("{before}{}({service}){after}", layer(runtime))
}

/// The services that are given to a runtime's `run`.
struct Runs<'a> {
    file: &'a File,
    found: Vec<(Runtime, Span)>,
}

impl<'ast> Visit<'ast> for Runs<'_> {
    fn visit_expr_call(&mut self, call: &'ast ExprCall) {
        if let (Expr::Path(function), Some(service), 1) =
            (&*call.func, call.args.first(), call.args.len())
            && let Some(runtime) = self.runtime(&function.path)
        {
            self.found.push((runtime, service.span()));
        }
        visit::visit_expr_call(self, call);
    }
}

impl Runs<'_> {
    /// Whose `run` this is, if it is one.
    fn runtime(&self, function: &Path) -> Option<Runtime> {
        let names: Vec<String> = function
            .segments
            .iter()
            .map(|segment| segment.ident.to_string())
            .collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut all = Runtime::ALL.into_iter();
        match names.as_slice() {
            ["run"] => all.find(|runtime| self.imports_run(*runtime)),
            [of, "run"] => all.find(|runtime| runtime.name() == *of),
            _ => None,
        }
    }

    fn imports_run(&self, runtime: Runtime) -> bool {
        self.file.items.iter().any(|item| match item {
            Item::Use(line) => match &line.tree {
                UseTree::Path(path) => path.ident == runtime.name() && names_run(&path.tree),
                _ => false,
            },
            _ => false,
        })
    }
}

fn names_run(tree: &UseTree) -> bool {
    match tree {
        UseTree::Name(name) => name.ident == "run",
        UseTree::Group(group) => group.items.iter().any(names_run),
        UseTree::Glob(_) => true,
        UseTree::Path(_) | UseTree::Rename(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_run_is_given_gets_the_layer_and_nothing_else_is_touched() {
        for (source, added) in [
            (
                "use lambda_http::{run, service_fn};\nfn main() { run(service_fn(f)).await }",
                "use lambda_http::{run, service_fn};\nfn main() { run(lambda_outcome::Outcomes::http().layer(service_fn(f))).await }",
            ),
            (
                "/* ü */ fn main() { lambda_http::run(app,).await } // as it is",
                "/* ü */ fn main() { lambda_http::run(lambda_outcome::Outcomes::http().layer(app),).await } // as it is",
            ),
            (
                "use lambda_runtime::*; fn main() { run(service_fn(|e| f(e))) }",
                "use lambda_runtime::*; fn main() { run(lambda_outcome::Outcomes::events().layer(service_fn(|e| f(e)))) }",
            ),
            (
                "\u{feff}use lambda_runtime::run; fn main() { run(s) }",
                "\u{feff}use lambda_runtime::run; fn main() { run(lambda_outcome::Outcomes::events().layer(s)) }",
            ),
        ] {
            assert_eq!(with_layer(source), Line::Added(added.to_owned()));
            assert_eq!(with_layer(added), Line::There);
        }
    }

    #[test]
    fn what_is_not_clear_is_left_as_it_is() {
        for (source, why) in [
            ("fn main() { run(service) }", "no call"),
            ("use tokio::run; fn main() { run(service) }", "no call"),
            (
                "use lambda_http::run as go; fn main() { go(service) }",
                "no call",
            ),
            (
                "use lambda_http::run; fn main() { if a { run(b) } else { run(c) } }",
                "several",
            ),
            (
                "use lambda_http::run_with_streaming_response; fn main() {}",
                "no call",
            ),
            ("fn main() {", "cannot be read"),
        ] {
            match with_layer(source) {
                Line::Unclear(reason) => assert!(reason.contains(why), "{source}: {reason}"),
                other => panic!("{source}: {other:?}"),
            }
        }
    }
}
