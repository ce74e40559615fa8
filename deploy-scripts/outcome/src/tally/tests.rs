use std::{collections::HashSet, mem};

use serde_json::Value;

use super::*;
use crate::bucket::Bad;

mod lines;

/// A tally that writes into memory, and the time that it is told.
struct Desk {
    tally: Tally<Vec<u8>>,
    start: Instant,
}

impl Desk {
    fn new() -> Self {
        Self::at_level(None)
    }

    fn at_level(level: Option<&str>) -> Self {
        Self::labelled("hello", "2", level)
    }

    fn labelled(function: &str, version: &str, level: Option<&str>) -> Self {
        let labels = Labels {
            function: function.to_owned(),
            version: version.to_owned(),
            level: level.map(str::to_owned),
        };
        Self {
            tally: Tally::new(labels, Vec::new()),
            start: Instant::now(),
        }
    }

    /// What started in this second by the calendar ends this long after the desk was opened.
    fn count(&mut self, outcome: Bucket, milliseconds: u64) {
        let now = self.start + Duration::from_millis(milliseconds);
        self.tally.count(outcome, now);
    }

    /// The lines since this was last asked.
    fn lines(&mut self) -> Vec<Value> {
        let text = String::from_utf8(mem::take(&mut self.tally.sink)).unwrap();
        assert!(text.is_empty() || text.ends_with('\n'));
        let lines = text.lines();
        lines.map(|l| serde_json::from_str(l).unwrap()).collect()
    }

    /// Time, requests and bad ones of the lines.
    fn counts(&mut self) -> Vec<(u64, u64, u64)> {
        let number = |value: &Value| value.as_u64().unwrap();
        let lines = self.lines().into_iter().map(|line| {
            let time = number(&line["_aws"]["Timestamp"]);
            (time, number(&line["Requests"]), number(&line["Bad"]))
        });
        lines.collect()
    }
}

fn good(second: u64) -> Bucket {
    Bucket {
        alias: Arc::from("live"),
        second,
        requests: 1,
        bad: 0,
        slow: None,
        first_bad: None,
    }
}

fn bad(second: u64, request_id: &str, bad: Bad) -> Bucket {
    Bucket {
        bad: 1,
        first_bad: Some((request_id.to_owned(), bad)),
        ..good(second)
    }
}

fn of_alias(name: &str, second: u64) -> Bucket {
    Bucket {
        alias: Arc::from(name),
        ..good(second)
    }
}

#[test]
fn a_lone_request_has_its_line_at_once() {
    let mut desk = Desk::new();
    desk.count(good(1_700_000_000), 0);
    let line = String::from_utf8(desk.tally.sink).unwrap();
    let expected = concat!(
        r#"{"_aws":{"Timestamp":1700000000000,"CloudWatchMetrics":[{"Namespace":"bluegreen","#,
        r#""Dimensions":[["FunctionName","Resource","ExecutedVersion"]],"#,
        r#""Metrics":[{"Name":"Requests","Unit":"Count","StorageResolution":1},"#,
        r#"{"Name":"Bad","Unit":"Count","StorageResolution":1}]}]},"#,
        r#""FunctionName":"hello","Resource":"hello:live","ExecutedVersion":"2","#,
        r#""Requests":1,"Bad":0}"#,
        "\n"
    );
    assert_eq!(line, expected);
}

#[test]
fn a_busy_second_is_one_line_that_comes_with_the_next() {
    let mut desk = Desk::new();
    desk.count(good(100), 0);
    assert_eq!(desk.counts(), [(100_000, 1, 0)]);
    for i in 1..=16 {
        desk.count(good(100), i * 50);
    }
    desk.count(bad(100, "a", Bad::Other("error")), 999);
    assert_eq!(desk.counts(), []);
    desk.count(good(101), 1000);
    assert_eq!(desk.counts(), [(100_000, 17, 1), (101_000, 1, 0)]);
}

#[test]
fn what_is_left_is_written_hours_later_with_its_own_time() {
    let mut desk = Desk::new();
    desk.count(good(100), 0);
    desk.count(good(100), 1);
    desk.lines();
    desk.count(good(7300), 7_200_000);
    assert_eq!(desk.counts(), [(100_000, 1, 0), (7_300_000, 1, 0)]);
}

#[test]
fn what_is_left_can_be_written_at_the_end() {
    let mut desk = Desk::new();
    desk.count(good(100), 0);
    desk.count(good(100), 1);
    desk.lines();
    desk.tally.write_out(desk.start);
    assert_eq!(desk.counts(), [(100_000, 1, 0)]);
    desk.tally.write_out(desk.start);
    assert_eq!(desk.counts(), []);
}

#[test]
fn an_invocation_counts_in_the_second_it_started_in() {
    let mut desk = Desk::new();
    desk.count(good(100), 0);
    desk.lines();
    // Concurrent ones: the one that started first ends last.
    desk.count(good(101), 500);
    desk.count(good(100), 600);
    desk.count(good(102), 1100);
    let expected = [(101_000, 1, 0), (100_000, 1, 0), (102_000, 1, 0)];
    assert_eq!(desk.counts(), expected);
}

#[test]
fn aliases_are_counted_apart() {
    let mut desk = Desk::new();
    desk.tally.written = Some(desk.start);
    desk.count(of_alias("live", 100), 10);
    desk.count(of_alias("beta", 100), 20);
    desk.count(of_alias("live", 100), 1000);
    let lines = desk.lines();
    let counts = lines
        .iter()
        .map(|l| (l["Resource"].as_str(), l["Requests"].as_u64()));
    let expected = [(Some("hello:live"), Some(2)), (Some("hello:beta"), Some(1))];
    assert!(counts.eq(expected));
}

#[test]
fn a_clock_that_jumps_stamps_what_it_said() {
    let mut desk = Desk::new();
    let seconds = [1_700_000_000, 0, 9_999_999_999, 1_700_000_001, 0, 5];
    for second in seconds {
        desk.count(good(second), 0);
    }
    desk.count(good(u64::MAX), 1000);
    let times: Vec<_> = desk.counts();
    let milliseconds = times.iter().map(|(time, ..)| *time);
    let expected = [
        1_700_000_000_000,
        0,
        9_999_999_999_000,
        1_700_000_001_000,
        5000,
        u64::MAX,
    ];
    assert!(milliseconds.eq(expected), "{times:?}");
    assert_eq!(times[1], (0, 2, 0));
}

#[test]
fn an_instant_that_goes_back_only_delays_the_line() {
    let mut desk = Desk::new();
    desk.count(good(100), 5000);
    desk.lines();
    desk.count(good(100), 0);
    assert_eq!(desk.counts(), []);
    desk.count(good(105), 6000);
    assert_eq!(desk.counts().len(), 2);
}

#[test]
fn a_thousand_aliases_are_all_counted_in_little_memory() {
    let mut desk = Desk::new();
    for i in 0..1000 {
        desk.count(of_alias(&format!("alias-{i}"), 100), 0);
        assert!(desk.tally.buckets.len() <= MOST_BUCKETS);
    }
    desk.tally.write_out(desk.start);
    let lines = desk.lines();
    assert!(lines.iter().all(|line| line["Requests"] == 1));
    let resources: HashSet<_> = lines.iter().map(|l| l["Resource"].to_string()).collect();
    assert_eq!((lines.len(), resources.len()), (1000, 1000));
}

#[test]
fn an_alias_that_is_known_is_not_copied() {
    let mut desk = Desk::new();
    desk.tally.written = Some(desk.start);
    let first = desk.tally.shared("live");
    desk.count(
        Bucket {
            alias: Arc::clone(&first),
            ..good(100)
        },
        0,
    );
    assert!(Arc::ptr_eq(&first, &desk.tally.shared("live")));
    assert_eq!(&*desk.tally.shared("beta"), "beta");
}
