//! Everything that AWS can be asked for here: the tables of all services.

use std::sync::LazyLock;

use crate::{apigateway, cloudwatch, iam, lambda, logs, protocol::Operation, trail};

/// In the order in which the list of what is here has them.
pub(crate) static ALL: LazyLock<Vec<Operation>> = LazyLock::new(|| {
    [
        lambda::table().operations().to_vec(),
        apigateway::operations(),
        cloudwatch::operations(),
        logs::operations(),
        iam::operations(),
        trail::operations(),
    ]
    .concat()
});

/// Whether any request has this name.
pub(crate) fn is_known(name: &str) -> bool {
    ALL.iter().any(|operation| operation.name == name)
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use http::Method;

    use super::ALL;
    use crate::protocol::operation::find;

    fn named(method: &Method, path: &str, query: &str) -> Option<&'static str> {
        find(&ALL, method, path, query).map(|operation| operation.name)
    }

    #[test]
    fn a_request_is_known_by_its_method_and_path() {
        let alias = "/2015-03-31/functions/hello/aliases/live";
        assert_eq!(named(&Method::PUT, alias, ""), Some("UpdateAlias"));
        assert_eq!(named(&Method::GET, alias, ""), Some("GetAlias"));
        assert_eq!(named(&Method::PATCH, alias, ""), None);
        let provisioned = "/2019-09-30/functions/hello/provisioned-concurrency";
        for (query, name) in [
            ("List=ALL", "ListProvisionedConcurrencyConfigs"),
            ("Qualifier=1", "GetProvisionedConcurrencyConfig"),
        ] {
            assert_eq!(named(&Method::GET, provisioned, query), Some(name));
        }
        assert_eq!(named(&Method::GET, "/", ""), None);
    }

    /// The list for readers, and for the test that holds it against AWS's models.
    fn list() -> String {
        let mut list = "# What lambda-local answers\n\nEvery operation that is here, as AWS's models \
                        name it; `kept` are those whose effect outlives the server. A test holds this \
                        list against the tables in the code, another against AWS's models.\n"
            .to_owned();
        let mut service = "";
        for operation in ALL.iter() {
            if operation.service != service {
                service = operation.service;
                let _ = write!(
                    list,
                    "\n## {service}\n\n| operation | route | |\n|---|---|---|\n"
                );
            }
            let route = match operation.route {
                "" => String::new(),
                route => format!("`{route}`"),
            };
            let kept = if operation.changes { "kept" } else { "" };
            let _ = writeln!(list, "| {} | {route} | {kept} |", operation.name);
        }
        list
    }

    #[test]
    fn the_list_of_what_is_here_says_what_the_tables_say() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/OPERATIONS.md");
        if std::env::var_os("WRITE_OPERATIONS").is_some() {
            std::fs::write(file, list()).unwrap();
        }
        let written = std::fs::read_to_string(file).unwrap();
        assert!(
            written == list(),
            "write it anew: WRITE_OPERATIONS=1 cargo test -p lambda-local the_list_of"
        );
    }
}
