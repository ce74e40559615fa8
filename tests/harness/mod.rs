//! Starts lambda-local and runs the deployer against it, each test with its own.

mod api;
#[cfg(feature = "browser")]
mod browser;
#[cfg(feature = "real-clients")]
mod clients;
mod command;
mod deployer;
pub(crate) mod function_url;
mod load;
mod printed;
mod provisioned;
mod proxy;
mod released;
pub(crate) mod rest_api;
mod server;
mod shell;
mod stage_variables;
pub(crate) mod terminal;
mod tls;

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
    thread,
    time::{Duration, Instant},
};

pub(crate) use api::{Answer, base64_of, package, script, zip_of};
#[cfg(feature = "browser")]
pub(crate) use browser::Browser;
#[cfg(feature = "real-clients")]
pub(crate) use clients::{clients, packages};
#[cfg(feature = "real-clients")]
pub(crate) use command::Background;
pub(crate) use command::{Finished, Running, signal_to};
pub(crate) use deployer::ROLE;
pub(crate) use load::Load;
pub(crate) use printed::Printed;
pub(crate) use provisioned::{has, provision, provisioned, reserve};
pub(crate) use proxy::{Call, Fate, Proxy};
pub(crate) use released::{
    alias, begins, behind, description, events, rollout, says, serves, weights, with_green,
};
pub(crate) use server::{AS_AWS_DELIVERS, Server};
pub(crate) use shell::{LIMIT, Shell};
pub(crate) use stage_variables::{ByVariable, FUNCTION};
pub(crate) use tls::Tls;

/// The folder of this repository.
pub(crate) fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("tests/ is a folder of the repository")
}

/// An executable of this workspace. All of them are built once: `cargo test` alone does not build
/// the programs of other packages.
pub(crate) fn program(name: &str) -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--quiet", "--workspace", "--bins"]);
        let own = std::env::vars().map(|(name, _)| name);
        own.filter(|name| is_of_this_test(name)).for_each(|name| {
            build.env_remove(name);
        });
        let status = build
            .current_dir(repository())
            .status()
            .expect("cargo runs");
        assert!(status.success(), "the workspace builds");
        // This test is target/debug/deps/end_to_end-….
        let test = std::env::current_exe().expect("this program has a path");
        test.ancestors()
            .nth(2)
            .expect("it is in target/debug/deps")
            .to_owned()
    });
    folder.join(name)
}

/// Whether cargo tells this test of its own package so. A cargo that is run by the test would have
/// crates that look at it, such as ring, and all above them built anew, and again when one builds
/// by hand.
pub(crate) fn is_of_this_test(variable: &str) -> bool {
    variable.starts_with("CARGO_PKG_") || variable.starts_with("CARGO_MANIFEST_")
}

/// The program's path as an argument.
pub(crate) fn path(name: &str) -> String {
    let path = program(name);
    path.to_str().expect("the path is UTF-8").to_owned()
}

/// A port that was free a moment ago.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is one");
    listener.local_addr().expect("it has a number").port()
}

/// Waits until something is so, and fails if it is not within ten seconds.
pub(crate) fn until<T>(what: &str, found: impl FnMut() -> Option<T>) -> T {
    let found = within(Duration::from_secs(10), found);
    found.unwrap_or_else(|| panic!("not within ten seconds: {what}"))
}

/// Waits until something is so; `None` if it is not in this time.
pub(crate) fn within<T>(limit: Duration, mut found: impl FnMut() -> Option<T>) -> Option<T> {
    let deadline = Instant::now() + limit;
    loop {
        let found = found();
        if found.is_some() || Instant::now() >= deadline {
            return found;
        }
        thread::sleep(Duration::from_millis(5));
    }
}
