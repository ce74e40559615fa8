//! How a look is told.

use super::{super::fixture, GREEN, RED, Seconds, Tally};

#[test]
fn a_look_is_told_in_a_line() {
    let answered = "10%  blue 1 failed of 540, green 0 failed of 60";
    let rest = "green is worse by at most 4.2 points; too few complete data for a verdict yet";
    let told = fixture::look_with(|_| {}).to_string();
    assert_eq!(told, format!("{answered}; {rest}"));
    let quiet =
        fixture::look_with(|look| look.outcomes = Some(fixture::outcomes((540, 0), (60, 0))));
    assert_eq!(quiet.to_string(), told);
    let bad = fixture::look_with(|look| look.outcomes = Some(fixture::outcomes((540, 0), (60, 9))));
    let said = "they say blue 0 bad of 540, green 9 bad of 60";
    assert_eq!(bad.to_string(), format!("{answered}; {said}; {rest}"));
}

#[test]
fn how_sure_it_is_is_said_of_the_decision_that_is_nearer() {
    let sure = |rollback, promote| {
        fixture::look_with(|look| (look.ln_e_rollback, look.ln_e_promote) = (rollback, promote))
            .how_sure()
    };
    assert_eq!(sure(1.0, 3.0), (0.5, GREEN, "promote"));
    assert_eq!(sure(3.0, 3.0), (0.75, RED, "roll back"));
    assert_eq!(sure(2.0, 3.0), (0.5, GREEN, "promote"));
    assert_eq!(sure(5.0, 3.0), (1.0, RED, "roll back"));
    assert_eq!(sure(-2.0, -1.0), (0.0, GREEN, "promote"));
    let evidence = "ln E 1.00 of 4.00 to roll back, 3.00 of 6.00 to promote";
    assert_eq!(fixture::look_with(|_| {}).evidence(), evidence);
}

#[test]
fn the_difference_is_told_as_far_as_it_is_known() {
    let between = |least, most| {
        fixture::look_with(|look| (look.at_least, look.at_most) = (least, most)).difference()
    };
    let both = "green is worse by at least 1 point and at most 4.2 points";
    assert_eq!(between(Some(0.01), Some(0.042)), both);
    assert_eq!(
        between(Some(0.01), None),
        "green is worse by at least 1 point"
    );
    let unknown = |green| {
        let unknown = fixture::look_with(|look| {
            (look.at_most, look.answered[1]) = (None, green);
        });
        unknown.difference()
    };
    let [blue, green] = fixture::look().answered;
    assert_eq!(unknown(Tally::default()), "nothing is known of green yet");
    // 1 - e^(-6/60)
    assert_eq!(unknown(green), "green fails at most 9.52% of its requests");
    let too_little = "too little is known for a bound on the difference";
    assert_eq!(unknown(blue), too_little);
}

#[test]
fn each_source_is_told_with_its_age_where_there_are_two() {
    assert!(fixture::look_with(|_| {}).sources().is_empty());
    let two = fixture::look_with(|look| {
        look.outcomes = Some(fixture::outcomes((540, 0), (60, 9)));
        look.ages = vec![None, Some(Seconds(7))];
    });
    let told = [
        "they say: blue 0 bad of 540, green 9 bad of 60 (7s old)",
        "Lambda's own metrics: nothing yet",
    ];
    assert_eq!(two.sources(), told);
}
