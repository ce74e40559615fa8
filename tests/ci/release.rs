//! A release of the deployer, as it is put up for download, on a port of its own.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    process::Command,
    sync::OnceLock,
    thread,
};

use tempfile::TempDir;

use crate::harness::{Finished, program, repository};

pub(super) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The runner's, as it says it, and the target that is for it.
pub(super) fn machine() -> (&'static str, &'static str) {
    match std::env::consts::ARCH {
        "aarch64" => ("ARM64", "aarch64-unknown-linux-musl"),
        _ => ("X64", "x86_64-unknown-linux-musl"),
    }
}

pub(super) fn archive(name: &str, target: &str) -> String {
    format!("{name}-{VERSION}-{target}.tar.gz")
}

/// A folder with the archive and `SHA256SUMS`, packed once, as `make dist` packs.
fn packed() -> &'static Path {
    static PACKED: OnceLock<TempDir> = OnceLock::new();
    let packed = PACKED.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let content = tempfile::tempdir().unwrap();
        fs::copy(program("bluegreen"), content.path().join("bluegreen")).unwrap();
        let mut pack = Command::new("sh");
        pack.args(["-ec", "\"$0\" \"$1\" \"$2\"; sha256sum \"$2\" >SHA256SUMS"])
            .arg(repository().join("deploy-scripts/dist/pack.sh"))
            .arg(content.path())
            .arg(archive("bluegreen", machine().1))
            .current_dir(&folder);
        Finished::run(pack).succeeds();
        folder
    });
    packed.path()
}

/// Serves the release, with another sum if that is asked for, and gives its address.
pub(super) fn served(sum: Option<&'static str>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let _ = answer(stream, sum);
        }
    });
    url
}

fn answer(mut stream: TcpStream, sum: Option<&str>) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    while lines
        .next()
        .transpose()?
        .is_some_and(|line| !line.is_empty())
    {}
    let name = first.split(' ').nth(1).unwrap_or_default();
    let name = name.trim_start_matches('/');
    let body = match sum {
        Some(sum) if name == "SHA256SUMS" => {
            Ok(format!("{sum}  {}\n", archive("bluegreen", machine().1)).into_bytes())
        }
        _ => fs::read(packed().join(name)),
    };
    let (status, body) = body.map_or(("404 Not Found", Vec::new()), |body| ("200 OK", body));
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
    )?;
    stream.write_all(&body)
}
