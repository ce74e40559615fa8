//! Requests of extensions, changed at random: a bootstrap sends them to the address that it was
//! given, before its first invocation or in one. Whatever becomes of that, the next is answered.

use std::{
    fmt::Write,
    io,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::{change::changed, front::read, server::Server};

const FUNCTION: &str = "/2015-03-31/functions/f";

pub(crate) fn run(server: &Server, corpus: &Path, long: Duration, seed: u64) -> io::Result<u64> {
    let requests = read(server, corpus)?;
    let (mut random, mut count) = (fastrand::Rng::with_seed(seed), 0);
    let begun = Instant::now();
    while begun.elapsed() < long {
        let request = hexadecimal(&changed(&requests, &mut random));
        match random.u8(0..4) {
            0 => configure(server, &json!({ "EXTENSION": "tell", "SEND": request }))?,
            1 => configure(server, &json!({ "EXTENSION": "tell" }))?,
            _ => {}
        }
        let invocations = format!("{FUNCTION}/invocations");
        server.call("POST", &invocations, &json!(format!("send-{request}")))?;
        server.call("POST", &invocations, &json!("well"))?;
        // What was sent at the start may have failed that: this version was never told.
        let live = format!("{FUNCTION}:live/invocations");
        let answer = server.call("POST", &live, &json!("well"))?;
        if answer != "well" {
            return Err(io::Error::other(format!("after {request}: {answer}")));
        }
        count += 3;
        if count % 150 == 0 {
            server.check()?;
        }
    }
    Ok(count)
}

/// Sets the function's variables: its next environment is another.
fn configure(server: &Server, variables: &Value) -> io::Result<()> {
    let path = format!("{FUNCTION}/configuration");
    let change = json!({ "Environment": { "Variables": variables } });
    server.call("PUT", &path, &change)?;
    while server.call("GET", &path, &Value::Null)?["LastUpdateStatus"] == "InProgress" {
        thread::sleep(Duration::from_millis(2));
    }
    Ok(())
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
