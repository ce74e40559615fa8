//! Chromium, driven through its pipe: what a person sees on a page, and what they do there.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader, Write},
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::within;

const LIMIT: Duration = Duration::from_secs(30);

/// One page in a browser of its own. Dropping it ends the browser.
#[derive(Debug)]
pub(crate) struct Browser {
    child: Child,
    commands: File,
    answers: BufReader<File>,
    session: Option<String>,
    next_id: u64,
    /// With its profile, and the pipes' names.
    _folder: TempDir,
}

impl Browser {
    pub(crate) fn open(url: &str, (width, height): (u32, u32), scheme: &str) -> Self {
        let folder = tempfile::tempdir().expect("there is room");
        let (into, from) = (folder.path().join("in"), folder.path().join("out"));
        for pipe in [&into, &from] {
            let made = Command::new("mkfifo").arg(pipe).status();
            assert!(made.expect("mkfifo runs").success());
        }
        let child = chromium(folder.path());
        let commands = fs::OpenOptions::new().write(true).open(&into);
        let mut browser = Self {
            child,
            commands: commands.expect("the pipe opens"),
            answers: BufReader::new(File::open(&from).expect("the pipe opens")),
            session: None,
            next_id: 0,
            _folder: folder,
        };
        browser.show(url, (width, height), scheme);
        browser
    }

    fn show(&mut self, url: &str, (width, height): (u32, u32), scheme: &str) {
        let target = self.call("Target.createTarget", &json!({ "url": "about:blank" }));
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let attached = self.call("Target.attachToTarget", &attach);
        self.session = attached["sessionId"].as_str().map(str::to_owned);
        let size =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.call("Emulation.setDeviceMetricsOverride", &size);
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.call(
            "Emulation.setEmulatedMedia",
            &json!({ "features": features }),
        );
        self.call("Page.navigate", &json!({ "url": url }));
    }

    /// What an expression gives on the page, as soon as it gives something.
    #[track_caller]
    pub(crate) fn sees(&mut self, expression: &str) -> Value {
        let found = within(LIMIT, || {
            Some(self.value(expression)).filter(|value| !value.is_null())
        });
        found.unwrap_or_else(|| panic!("not within {LIMIT:?}: {expression}"))
    }

    /// What an expression gives on the page by now.
    pub(crate) fn value(&mut self, expression: &str) -> Value {
        let asked =
            json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let answer = self.call("Runtime.evaluate", &asked);
        answer["result"]["value"].clone()
    }

    /// Presses a key: its name and its code.
    pub(crate) fn press(&mut self, key: &str, code: u32) {
        for kind in ["keyDown", "keyUp"] {
            let text = if key == "Enter" { "\r" } else { "" };
            let event = json!({
                "type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code, "text": text,
            });
            self.call("Input.dispatchKeyEvent", &event);
        }
    }

    pub(crate) fn screenshot(&mut self) -> Vec<u8> {
        let taken = self.call("Page.captureScreenshot", &json!({ "format": "png" }));
        let data = taken["data"].as_str().expect("it is a picture");
        BASE64_STANDARD.decode(data).expect("it is Base64")
    }

    fn call(&mut self, method: &str, params: &Value) -> Value {
        self.next_id += 1;
        let mut call = json!({ "id": self.next_id, "method": method, "params": params });
        if let Some(session) = &self.session {
            call["sessionId"] = json!(session);
        }
        let text = format!("{call}\0");
        self.commands
            .write_all(text.as_bytes())
            .expect("the browser listens");
        loop {
            let mut answer = Vec::new();
            let read = self.answers.read_until(0, &mut answer);
            assert!(
                read.expect("the browser answers") > 0,
                "the browser has ended"
            );
            answer.pop();
            let answer: Value = serde_json::from_slice(&answer).expect("it is JSON");
            if answer["id"] == self.next_id {
                assert!(answer.get("error").is_none(), "{method}: {answer}");
                return answer["result"].clone();
            }
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // A browser is many processes.
        let group = format!("-{}", self.child.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
        let _ = self.child.wait();
    }
}

/// It reads calls from descriptor 3 and answers on 4, which only a shell can give it here.
fn chromium(folder: &Path) -> Child {
    let mut command = Command::new("sh");
    command
        .args(["-c", "exec chromium \"$@\" 3<in 4>out", "sh"])
        .args([
            "--headless",
            "--remote-debugging-pipe",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--hide-scrollbars",
            "--user-data-dir=profile",
        ])
        .current_dir(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0);
    command.spawn().expect("there is a shell")
}
