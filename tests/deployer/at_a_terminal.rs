//! The deployer as a person has it: at a terminal.

use std::time::Duration;

use serde_json::Value;

use crate::harness::{
    Finished, Load, Server, program, rollout, serves,
    terminal::{CTRL_C, Terminal},
    until,
};

/// As most terminals are.
const USUAL: (u16, u16) = (24, 80);
const LIMIT: Duration = Duration::from_secs(60);

#[test]
fn a_rollout_is_watched_until_it_has_ended_and_leaves_what_it_came_to() {
    let server = Server::with_blue();
    server.publish("green");
    let _load = Load::start(&server, 50);
    let plan = ["--strategy", "canary:50%/3s", "--certified", "20%"];
    let mut terminal = server.bluegreen_at_terminal(&rollout(&plan), USUAL);
    terminal.shows("version 1 to version 2");
    assert_eq!(terminal.ends_within(LIMIT), Some(0));
    terminal.shows("version 2 is promoted");
    left_nothing(&terminal);
    serves(&server, "2");
}

/// No line of the picture stands there when all is drawn.
fn left_nothing(terminal: &Terminal) {
    let parts = ["version 1 to version 2, step", "how sure", "verdict in "];
    let of_picture = |line: &String| parts.iter().any(|part| line.contains(part));
    terminal.wait(LIMIT, "nothing of the picture", |lines| {
        (!lines.iter().any(of_picture)).then_some(())
    });
}

/// The lines of the picture, from its first to its last.
fn picture(terminal: &Terminal) -> Vec<String> {
    terminal.wait(LIMIT, "the whole picture", |lines| {
        let begin = lines.iter().rposition(|line| line.contains("step 1 of"))?;
        let whole = lines[begin..]
            .iter()
            .any(|line| line.contains("without a verdict"));
        whole.then(|| lines[begin..].to_vec())
    })
}

/// Each line stands below the one before: none is broken, none is left behind.
fn is_whole(terminal: &Terminal) {
    let lines = picture(terminal);
    let begins = [
        "version 1 to version 2, step 1 of 1",
        "  version 1  ",
        "  version 2  ",
        "  how sure ",
        "  ",
        "  ",
        "  without a verdict in ",
    ];
    assert_eq!(lines.len(), begins.len(), "{lines:#?}");
    for (line, begin) in lines.iter().zip(begins) {
        let line = line.trim_start_matches(|c: char| !c.is_ascii() || c == ' ');
        assert!(
            line.starts_with(begin.trim_start()),
            "{line:?} in {lines:#?}"
        );
    }
    assert!(lines[1].contains("failed of"), "{lines:#?}");
    // What turns there shows that it goes on.
    assert!(!lines[0].starts_with("version"), "{lines:#?}");
}

#[test]
fn the_picture_fits_narrow_and_wide_terminals_and_one_that_is_resized() {
    let server = Server::with_blue();
    server.publish("green");
    let load = Load::start(&server, 20);
    let plan = ["--strategy", "canary:10%/5m", "--no-outcomes"];
    let plan = [&plan[..], &["--on-interrupt", "leave"]].concat();
    for (command, columns) in [("rollout", 80), ("resume", 60), ("resume", 120)] {
        let options = match command {
            "rollout" => rollout(&plan),
            _ => vec!["resume", "--on-interrupt", "leave"],
        };
        let mut terminal = server.bluegreen_at_terminal(&options, (24, columns));
        is_whole(&terminal);
        if columns == 120 {
            terminal.resize(24, 60);
            until("it is drawn anew", || {
                let lines = picture(&terminal);
                lines
                    .iter()
                    .all(|line| line.chars().count() <= 60)
                    .then_some(())
            });
        }
        terminal.types(CTRL_C);
        assert_eq!(terminal.ends_within(LIMIT), Some(4));
    }
    load.ends_without_a_failure();
}

/// A rollout at a terminal of this kind, to its end: what was written there, and the last screen.
fn rolled_out_where(variables: &[(&str, &str)]) -> (String, Vec<String>) {
    let server = Server::with_blue();
    server.publish("green");
    let _load = Load::start(&server, 50);
    let plan = ["--strategy", "canary:50%/3s", "--certified", "20%"];
    let mut terminal = server.bluegreen_at_terminal_where(variables, &rollout(&plan), USUAL);
    terminal.wait(LIMIT, "what was answered", |lines| {
        let mut lines = lines.iter();
        lines.any(|line| line.contains("0 failed of")).then_some(())
    });
    assert_eq!(terminal.ends_within(LIMIT), Some(0));
    terminal.shows("version 2 is promoted");
    (terminal.printed.text(), terminal.lines())
}

/// Whether anything is said of colours: a control sequence that ends with `m`.
fn is_coloured(written: &str) -> bool {
    let sequences = written.split("\x1b[").skip(1);
    let mut ends = sequences.filter_map(|rest| rest.chars().find(char::is_ascii_alphabetic));
    ends.any(|end| end == 'm')
}

#[test]
fn a_dumb_terminal_gets_lines_and_nothing_that_steers_it() {
    let (written, lines) = rolled_out_where(&[("TERM", "dumb"), ("CI", "true")]);
    assert!(!written.contains('\x1b'), "{written:?}");
    let looks = lines.iter().filter(|line| line.contains("  50%  blue "));
    assert!(looks.count() >= 1, "{lines:#?}");
}

#[test]
fn colours_are_left_out_where_somebody_wants_none() {
    let (written, _) = rolled_out_where(&[("NO_COLOR", "1")]);
    assert!(!is_coloured(&written), "{written:?}");
    let (written, _) = rolled_out_where(&[]);
    assert!(is_coloured(&written), "{written:?}");
}

#[test]
fn colours_are_kept_in_a_pipe_where_somebody_wants_them() {
    let server = Server::with_blue();
    let status = |force: bool| {
        let mut command = server.command(program("bluegreen"));
        command.arg("status").env_remove("CLICOLOR_FORCE");
        if force {
            command.env("CLICOLOR_FORCE", "1");
        }
        Finished::run(command).succeeds().stdout
    };
    assert!(is_coloured(&status(true)));
    assert!(!is_coloured(&status(false)));
}

#[test]
fn help_fits_the_terminal() {
    let server = Server::with(&[]);
    for command in ["rollout", "create", "status"] {
        let mut terminal = server.bluegreen_at_terminal(&[command, "--help"], (24, 60));
        assert_eq!(terminal.ends_within(LIMIT), Some(0));
        terminal.shows("the options that all commands have");
        let printed = terminal.printed.text();
        let plain = printed
            .replace("\x1b[0m", "")
            .replace("\x1b[1m", "")
            .replace("\x1b[4m", "");
        let lines = plain.lines().filter(|line| !line.contains("  bluegreen "));
        for line in lines {
            assert!(line.chars().count() <= 60, "{line:?} of {command}");
        }
    }
}

#[test]
fn a_terminal_without_unicode_gets_ascii() {
    let (written, lines) = rolled_out_where(&[("LC_ALL", "C")]);
    assert!(written.is_ascii(), "{written:?}");
    let full = "#".repeat(8);
    assert!(lines.iter().any(|line| line.contains(&full)), "{lines:#?}");
}

#[test]
fn ctrl_c_at_a_terminal_rolls_back() {
    let server = Server::with_blue();
    server.publish("green");
    let plan = ["--strategy", "canary:10%/5m"];
    let mut terminal = server.bluegreen_at_terminal(&rollout(&plan), USUAL);
    is_whole(&terminal);
    terminal.types(CTRL_C);
    assert_eq!(terminal.ends_within(LIMIT), Some(3));
    terminal.shows("interrupted by SIGINT");
    left_nothing(&terminal);
    serves(&server, "1");
}

#[test]
fn a_version_that_was_rolled_back_is_released_again_by_a_yes() {
    let server = Server::with_blue();
    server.publish("green");
    server.bluegreen(&["shift", "10%", "--to", "2"]).succeeds();
    server.bluegreen(&["rollback"]).succeeds();
    let at_once = rollout(&["--strategy", "all-at-once"]);
    for (answer, code, version) in [("n", 1, "1"), ("", 1, "1"), ("yes", 0, "2")] {
        let mut terminal = server.bluegreen_at_terminal(&at_once, USUAL);
        terminal.shows("[y/N]");
        terminal.types(&format!("{answer}\n"));
        assert_eq!(terminal.ends_within(LIMIT), Some(code));
        serves(&server, version);
    }
}

#[test]
fn traffic_is_counted_on_the_way_and_in_the_end() {
    let server = Server::with_blue();
    let load = ["traffic", "--requests", "200", "--rate", "100"];
    let mut terminal = server.bluegreen_at_terminal(&load, USUAL);
    assert_eq!(terminal.ends_within(LIMIT), Some(0));
    terminal.shows("200 requests to");
}

#[test]
fn traffic_that_is_interrupted_says_what_it_counted() {
    let server = Server::with_blue();
    let load = ["traffic", "--requests", "100000", "--rate", "100"];
    let mut terminal = server.bluegreen_at_terminal(&load, USUAL);
    terminal.shows("version 1: ");
    terminal.types(CTRL_C);
    assert_eq!(terminal.ends_within(LIMIT), Some(0));
    terminal.shows(" requests to http");
    terminal.shows("no errors; latency in ms");
}

#[test]
fn destroy_asks_and_deletes_only_where_the_answer_is_yes() {
    let server = Server::with_blue();
    let is_there = || server.lambda("GET", "/hello", &Value::Null).status == 200;
    for answer in ["n", "", "yes please", "d"] {
        let mut terminal = server.bluegreen_at_terminal(&["destroy"], USUAL);
        terminal.shows("[y/N]");
        terminal.types(&format!("{answer}\n"));
        assert_eq!(terminal.ends_within(LIMIT), Some(1), "{answer}");
        assert!(is_there(), "{answer}");
    }
    let mut terminal = server.bluegreen_at_terminal(&["destroy"], USUAL);
    terminal.shows("[y/N]");
    terminal.types("y\n");
    assert_eq!(terminal.ends_within(LIMIT), Some(0));
    assert!(!is_there());
}
