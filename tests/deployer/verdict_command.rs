//! `bluegreen verdict` is the rule as a calculator: no AWS, no credentials.

use std::{
    io::Write,
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::harness::{Finished, program};

const VECTORS: &str = include_str!("../../deploy-scripts/rollout/tests/verdict_vectors.json");

fn verdict(args: &[&str], input: &str) -> Finished {
    let mut child = Command::new(program("bluegreen"))
        .arg("verdict")
        .args(args)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("bluegreen starts");
    let mut stdin = child.stdin.take().expect("standard input is a pipe");
    // A command that refuses its arguments does not read its input.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    Finished::from(child.wait_with_output().expect("bluegreen ends"))
}

/// A reference row without its results.
fn question(row: &Value) -> String {
    let inputs = ["stages", "epochs", "planned_epochs", "delta", "Delta"];
    let members = row.as_object().unwrap().iter();
    let asked = members.filter(|(name, _)| inputs.contains(&name.as_str()));
    let asked: serde_json::Map<String, Value> = asked
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    Value::Object(asked).to_string()
}

/// `ln_e_split` as it is told: `lnESplit`.
fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| {
        let (initial, rest) = word.split_at(1);
        name + &initial.to_uppercase() + rest
    })
}

#[test]
fn each_reference_row_gives_its_evidence_and_verdict() {
    let vectors: Value = serde_json::from_str(VECTORS).unwrap();
    let rows = ["totals", "with_epochs"].map(|kind| vectors[kind].as_array().unwrap());
    for row in rows.into_iter().flatten() {
        let answer = verdict(&["--output", "json"], &question(row))
            .succeeds()
            .json();
        for (name, expected) in row.as_object().unwrap() {
            match expected {
                Value::Number(expected) if name.starts_with("ln_e_") => {
                    let got = answer[camel(name)].as_f64().unwrap();
                    let expected = expected.as_f64().unwrap();
                    assert!(
                        (got - expected).abs() < 1e-6,
                        "{name}: {got} instead of {expected}"
                    );
                }
                Value::String(_) => assert_eq!(&answer[name], expected),
                _ => {}
            }
        }
    }
}

#[test]
fn totals_can_be_given_as_arguments() {
    let given = ["--stage", "5%:2850/3:150/0", "--stage", "25%:2250/2:750/1"];
    let stages = r#"{"stages":[
        {"weight":0.05,"blue_requests":2850,"blue_bad":3,"green_requests":150,"green_bad":0},
        {"weight":0.25,"blue_requests":2250,"blue_bad":2,"green_requests":750,"green_bad":1}]}"#;
    assert_eq!(
        verdict(&given, "").succeeds().stdout,
        verdict(&[], stages).succeeds().stdout
    );
}

#[test]
fn totals_that_cannot_be_are_refused_with_an_example() {
    for stage in [
        "10%",
        "10:1/0:1/0",
        "10%:5/6:1/0",
        "10%:1/0:1/0:1/0",
        "10%:a/b:1/0",
    ] {
        verdict(&["--stage", stage], "").fails_with(2, &["such as 10%:5400/5:600/7"]);
    }
    for (input, text) in [
        ("", "standard input holds no totals such as"),
        ("{}", "either \"stages\" or \"epochs\""),
        (r#"{"stages":[],"other":1}"#, "unknown field `other`"),
        (
            r#"{"stages":[{"weight":2,"blue_requests":0,"blue_bad":0,"green_requests":0,"green_bad":0}]}"#,
            "weight 2 is not between 0 and 1",
        ),
        (
            r#"{"epochs":[[],[]],"planned_epochs":1}"#,
            "only 1 were planned",
        ),
        (r#"{"stages":[],"delta":0.5,"Delta":0.1}"#, "0 ≤ δ < Δ < 1"),
    ] {
        verdict(&[], input).fails_with(1, &[text]);
    }
}
