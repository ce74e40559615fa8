//! What a person sees of a release at terminals of several widths, and how it ends. With
//! WRITE_SCREENSHOTS it is written to docs/screens.md: `make screenshots`.

use std::{fmt::Write, fs, time::Duration};

use crate::harness::{
    Load, Server, repository, rollout,
    terminal::{CTRL_C, Terminal},
};

const LIMIT: Duration = Duration::from_secs(60);

/// The picture of a rollout that goes on, at a terminal so wide.
fn picture(server: &Server, command: &[&str], columns: u16) -> Vec<String> {
    let mut terminal = server.bluegreen_at_terminal(command, (24, columns));
    let whole = |lines: &[String]| {
        let begin = lines
            .iter()
            .rposition(|line| line.contains("step 1 of 1"))?;
        let seen = lines[begin..]
            .iter()
            .any(|line| line.contains("without a verdict"));
        let green = lines[begin..]
            .iter()
            .find_map(|line| line.split_once("green  0 failed of "));
        let answered = green.is_some_and(|(_, count)| count.len() >= 3);
        (seen && answered).then(|| lines[begin..].to_vec())
    };
    let lines = terminal.wait(LIMIT, "the picture with some answers of green", whole);
    terminal.types(CTRL_C);
    assert_eq!(terminal.ends_within(LIMIT), Some(4));
    lines
}

/// What stands there when a rollout has ended with this code.
fn end(server: &Server, options: &[&str], code: i32) -> Vec<String> {
    let mut terminal: Terminal = server.bluegreen_at_terminal(&rollout(options), (40, 80));
    assert_eq!(terminal.ends_within(LIMIT), Some(code));
    terminal.shows("since its first step");
    terminal.shows("clients call ");
    if code == 0 {
        terminal.shows("undo: ");
    }
    terminal.lines()
}

fn block(title: &str, lines: &[String]) -> String {
    format!("## {title}\n\n```text\n{}\n```\n\n", lines.join("\n"))
}

#[test]
fn a_release_is_shown_while_it_goes_on_and_when_it_has_ended() {
    let server = Server::with_blue();
    server.publish("green");
    server.publish("red");
    let _load = Load::start(&server, 80);
    let mut text =
        "# What you see\n\nAs it is drawn by `make screenshots`, without its colours.\n\n"
            .to_owned();
    let begin = [
        "--to",
        "2",
        "--strategy",
        "canary:20%/5m",
        "--on-interrupt",
        "leave",
    ];
    let resume = ["resume", "--on-interrupt", "leave"];
    for (columns, command) in [
        (60, rollout(&begin)),
        (80, resume.to_vec()),
        (120, resume.to_vec()),
    ] {
        let lines = picture(&server, &command, columns);
        assert!(
            lines
                .iter()
                .all(|line| line.chars().count() <= columns.into()),
            "{lines:#?}"
        );
        text += &block(&format!("A rollout, in {columns} columns"), &lines);
    }
    server.bluegreen(&["rollback"]).succeeds();
    let quick = ["--strategy", "canary:50%/3s", "--certified", "20%"];
    let promoted = [&["--to", "2", "--again"][..], &quick].concat();
    text += &block("Promoted", &end(&server, &promoted, 0));
    let red = [&["--to", "3"][..], &quick].concat();
    text += &block("Rolled back", &end(&server, &red, 3));
    let unsure = [
        "--to",
        "1",
        "--strategy",
        "canary:10%/1s",
        "--horizon",
        "5s",
    ];
    text += &block("Inconclusive", &end(&server, &unsure, 4));
    let _ = write!(
        text,
        "## The page of lambda-local\n\n![the page, light](page-light.png)\n\n![the page, \
         dark](page-dark.png)\n\n![the page, 400 pixels wide](page-narrow.png)\n"
    );
    if std::env::var_os("WRITE_SCREENSHOTS").is_some() {
        fs::write(repository().join("docs/screens.md"), text).unwrap();
    }
}
