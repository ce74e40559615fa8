//! What stands in a line.

use super::*;

#[test]
fn a_line_names_the_first_bad_request_it_counts() {
    let mut desk = Desk::new();
    for (at, first, status) in [
        (0, Bad::Status(500), Value::from(500)),
        (1000, Bad::Other("error"), Value::from("error")),
        (2000, Bad::Other("panic"), Value::from("panic")),
        (3000, Bad::Other("answer"), Value::from("answer")),
        (4000, Bad::Other("dropped"), Value::from("dropped")),
    ] {
        desk.tally.written = Some(desk.start + Duration::from_millis(at));
        desk.count(good(100), at);
        desk.count(bad(100, "first", first), at);
        desk.count(bad(100, "second", Bad::Status(503)), at + 1000);
        let line = &desk.lines()[0];
        assert_eq!((&line["Requests"], &line["Bad"]), (&3.into(), &2.into()));
        assert_eq!(line["requestId"], "first");
        assert_eq!(line["status"], status);
    }
}

#[test]
fn slow_is_a_metric_only_where_there_is_a_limit() {
    let mut desk = Desk::new();
    for (slow, count, metrics) in [
        (None, Value::Null, 2),
        (Some(0), 0.into(), 3),
        (Some(1), 1.into(), 3),
    ] {
        desk.tally.written = None;
        desk.count(Bucket { slow, ..good(100) }, 0);
        let line = &desk.lines()[0];
        let metric = &line["_aws"]["CloudWatchMetrics"][0]["Metrics"];
        assert_eq!(metric.as_array().unwrap().len(), metrics);
        assert_eq!(line["Slow"], count);
    }
}

#[test]
fn the_line_has_lambdas_log_level_and_the_time_that_goes_with_it() {
    let mut desk = Desk::at_level(Some("WARN"));
    desk.count(good(1_700_000_000), 0);
    let line = &desk.lines()[0];
    assert_eq!(line["level"], "WARN");
    assert_eq!(line["timestamp"], "2023-11-14T22:13:20Z");
    let mut desk = Desk::new();
    desk.count(good(1_700_000_000), 0);
    let line = &desk.lines()[0];
    assert!(line.get("level").is_none() && line.get("timestamp").is_none());
}

#[test]
fn odd_names_are_escaped() {
    let odd = "a\"b\\c\nd\u{1}e\u{7f}ü\u{1f980}";
    let mut desk = Desk::labelled(odd, odd, Some(odd));
    let outcome = Bucket {
        alias: Arc::from(odd),
        ..bad(100, odd, Bad::Other("panic"))
    };
    desk.count(outcome, 0);
    let lines = desk.lines();
    assert_eq!(lines.len(), 1);
    for name in ["FunctionName", "ExecutedVersion", "requestId", "level"] {
        assert_eq!(lines[0][name], odd);
    }
    assert_eq!(lines[0]["Resource"], format!("{odd}:{odd}"));
}

#[test]
fn each_line_is_written_in_one_piece() {
    struct Pieces(Vec<String>);
    impl Write for Pieces {
        fn write(&mut self, piece: &[u8]) -> std::io::Result<usize> {
            self.0.push(String::from_utf8(piece.to_vec()).unwrap());
            Ok(piece.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let Desk { tally, start } = Desk::new();
    let mut tally = Tally::new(tally.labels, Pieces(Vec::new()));
    for second in [100, 101, 102] {
        tally.count(good(second), start);
    }
    tally.write_out(start);
    assert_eq!(tally.sink.0.len(), 3);
    assert!(tally.sink.0.iter().all(|piece| piece.ends_with("}\n")));
}
