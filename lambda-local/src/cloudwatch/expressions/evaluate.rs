//! Metric math: expressions over the series of a call.
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html>

use super::{
    parser::{Parser, tokens},
    value::{Scope, Value},
};
use crate::protocol::Exception;

pub(crate) fn evaluate(expression: &str, scope: &mut Scope<'_>) -> Result<Value, Exception> {
    let tokens = tokens(expression)?;
    Parser::new(&tokens, scope).whole()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloudwatch::{expressions::value::wrong, metrics::Series};

    fn value(expression: &str) -> Result<Value, Exception> {
        let errors: Series = [(0, 1.0), (60, 2.0)].into();
        let invocations: Series = [(0, 10.0), (60, 4.0), (120, 0.0)].into();
        let all = vec![errors.clone(), invocations.clone()];
        evaluate(
            expression,
            &mut Scope {
                of: &mut |name| match name {
                    "e" => Ok(Value::Series(errors.clone())),
                    "i" => Ok(Value::Series(invocations.clone())),
                    name => Err(wrong(name)),
                },
                metrics: &|_| Ok(all.clone()),
                period: 60,
                times: &[0, 60, 120],
            },
        )
    }

    fn series(pairs: &[(u64, f64)]) -> Result<Value, Exception> {
        Ok(Value::Series(pairs.iter().copied().collect()))
    }

    #[test]
    fn expressions_mean_what_they_mean_in_cloudwatch() {
        for (expression, expected) in [
            ("100 * e / i", series(&[(0, 10.0), (60, 50.0)])),
            ("1 + 2 * 3 ^ 2 - -4", Ok(Value::Number(23.0))),
            ("(1 + 2) * 3", Ok(Value::Number(9.0))),
            ("SUM(i)", Ok(Value::Number(14.0))),
            ("AVG(METRICS())", series(&[(0, 5.5), (60, 3.0), (120, 0.0)])),
            ("SUM([e, i])", series(&[(0, 11.0), (60, 6.0), (120, 0.0)])),
            ("FILL(e, 0)", series(&[(0, 1.0), (60, 2.0), (120, 0.0)])),
            (
                "FILL(e, REPEAT)",
                series(&[(0, 1.0), (60, 2.0), (120, 2.0)]),
            ),
            (
                "IF(i > 5, e, 0)",
                series(&[(0, 1.0), (60, 0.0), (120, 0.0)]),
            ),
            ("i > 3 AND e >= 2", series(&[(0, 0.0), (60, 1.0)])),
            (
                "i / PERIOD(i)",
                series(&[(0, 10.0 / 60.0), (60, 4.0 / 60.0), (120, 0.0)]),
            ),
            ("DIFF(e)", series(&[(60, 1.0)])),
            (
                "RUNNING_SUM(i)",
                series(&[(0, 10.0), (60, 14.0), (120, 14.0)]),
            ),
            ("e / 0", series(&[])),
        ] {
            assert_eq!(value(expression), expected, "{expression}");
        }
    }

    #[test]
    fn what_is_no_expression_is_refused() {
        let deep = "(".repeat(1000);
        for expression in [
            "",
            "1 +",
            "(1",
            "1 2",
            "nobody",
            "SUM(1)",
            "SUM(e, i)",
            "?",
            "METRICS(",
            &deep,
        ] {
            assert!(value(expression).is_err(), "{expression}");
        }
    }
}
