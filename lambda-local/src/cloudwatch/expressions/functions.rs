//! What expressions do with numbers and series.

use std::collections::BTreeMap;

use super::value::{Value, wrong};
use crate::{cloudwatch::metrics::Series, protocol::Exception};

/// Where one is missing, so is the result, and where it is no number: a division by zero, for one.
pub(crate) fn combine(
    left: Value,
    right: Value,
    apply: fn(f64, f64) -> f64,
) -> Result<Value, Exception> {
    let keep = |pairs: &mut dyn Iterator<Item = (u64, f64)>| {
        Value::Series(pairs.filter(|(_, value)| value.is_finite()).collect())
    };
    Ok(match (left, right) {
        (Value::Number(a), Value::Number(b)) => Value::Number(apply(a, b)),
        (Value::Series(a), Value::Number(b)) => {
            keep(&mut a.into_iter().map(|(at, a)| (at, apply(a, b))))
        }
        (Value::Number(a), Value::Series(b)) => {
            keep(&mut b.into_iter().map(|(at, b)| (at, apply(a, b))))
        }
        (Value::Series(a), Value::Series(b)) => keep(
            &mut a
                .into_iter()
                .filter_map(|(at, a)| Some((at, apply(a, *b.get(&at)?)))),
        ),
        (Value::All(all), other) => {
            let combined = all
                .into_iter()
                .map(|series| combine(Value::Series(series), other.clone(), apply));
            all_of(combined)?
        }
        (other, Value::All(all)) => {
            let combined = all
                .into_iter()
                .map(|series| combine(other.clone(), Value::Series(series), apply));
            all_of(combined)?
        }
    })
}

fn all_of(values: impl Iterator<Item = Result<Value, Exception>>) -> Result<Value, Exception> {
    all(values.collect::<Result<_, _>>()?)
}

pub(crate) fn all(values: Vec<Value>) -> Result<Value, Exception> {
    let series = values.into_iter().map(|value| match value {
        Value::Series(series) => Ok(series),
        _ => Err(wrong("a list holds series only")),
    });
    series.collect::<Result<_, _>>().map(Value::All)
}

pub(crate) fn number(value: &Value) -> Result<f64, Exception> {
    match value {
        Value::Number(number) => Ok(*number),
        _ => Err(wrong("a number is expected")),
    }
}

/// Does something to a series, or to each of several.
pub(crate) fn each(value: Value, change: &dyn Fn(&Series) -> Series) -> Result<Value, Exception> {
    match value {
        Value::Series(series) => Ok(Value::Series(change(&series))),
        Value::All(all) => Ok(Value::All(all.iter().map(change).collect())),
        Value::Number(_) => Err(wrong("a series is expected")),
    }
}

pub(crate) fn apply(name: &str, mut values: Vec<Value>, period: u64) -> Result<Value, Exception> {
    let pointwise = |function: fn(f64) -> f64, value: Value| match value {
        Value::Number(number) => Ok(Value::Number(function(number))),
        series => each(series, &|series| {
            let mapped = series.iter().map(|(at, value)| (*at, function(*value)));
            mapped.filter(|(_, value)| value.is_finite()).collect()
        }),
    };
    if name == "IF" && matches!(values.len(), 2 | 3) {
        let otherwise = values.get(2).cloned();
        return choose(values.remove(0), values.remove(0), otherwise);
    }
    let [value] = <[Value; 1]>::try_from(values)
        .map_err(|values| wrong(&format!("{name} does not take {} values", values.len())))?;
    match name {
        "ABS" => pointwise(f64::abs, value),
        "CEIL" => pointwise(f64::ceil, value),
        "FLOOR" => pointwise(f64::floor, value),
        "LOG" => pointwise(f64::ln, value),
        "LOG10" => pointwise(f64::log10, value),
        "SUM" | "AVG" | "MIN" | "MAX" | "STDDEV" => aggregate(name, value),
        "PERIOD" => Ok(Value::Number(period as f64)),
        "DATAPOINT_COUNT" => aggregate(name, value),
        "RATE" => each(value, &|series| differences(series, true)),
        "DIFF" => each(value, &|series| differences(series, false)),
        "RUNNING_SUM" => each(value, &running_sum),
        _ => Err(wrong(&format!(
            "lambda-local does not know the function {name}"
        ))),
    }
}

/// A series becomes a number, several become a series.
fn aggregate(name: &str, value: Value) -> Result<Value, Exception> {
    let of = |values: &[f64]| {
        let count = values.len() as f64;
        let sum: f64 = values.iter().sum();
        match name {
            "SUM" => sum,
            "AVG" => sum / count,
            "MIN" => values.iter().copied().fold(f64::INFINITY, f64::min),
            "MAX" => values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            "DATAPOINT_COUNT" => count,
            _ => {
                let squares = values.iter().map(|value| (value - sum / count).powi(2));
                (squares.sum::<f64>() / count).sqrt()
            }
        }
    };
    match value {
        Value::Series(series) => {
            let values: Vec<f64> = series.into_values().collect();
            Ok(Value::Number(of(&values)))
        }
        Value::All(all) => {
            let mut together: BTreeMap<u64, Vec<f64>> = BTreeMap::new();
            for (at, value) in all.into_iter().flatten() {
                together.entry(at).or_default().push(value);
            }
            let values = together.iter().map(|(at, values)| (*at, of(values)));
            Ok(Value::Series(values.collect()))
        }
        Value::Number(_) => Err(wrong(&format!("{name} takes a series"))),
    }
}

fn choose(condition: Value, then: Value, otherwise: Option<Value>) -> Result<Value, Exception> {
    let at = |value: &Value, at: u64| match value {
        Value::Number(number) => Some(*number),
        Value::Series(series) => series.get(&at).copied(),
        Value::All(_) => None,
    };
    match condition {
        Value::Number(number) if number != 0.0 => Ok(then),
        Value::Number(_) => Ok(otherwise.unwrap_or_else(|| Value::Series(Series::new()))),
        Value::Series(series) => {
            let chosen = series.iter().filter_map(|(time, holds)| {
                let value = if *holds == 0.0 {
                    otherwise.as_ref()?
                } else {
                    &then
                };
                Some((*time, at(value, *time)?))
            });
            Ok(Value::Series(chosen.collect()))
        }
        Value::All(_) => Err(wrong("IF takes one condition")),
    }
}

fn differences(series: &Series, by_second: bool) -> Series {
    let pairs = series.iter().zip(series.iter().skip(1));
    let difference = |((before, from), (at, to)): ((&u64, &f64), (&u64, &f64))| {
        let seconds = if by_second { (at - before) as f64 } else { 1.0 };
        (*at, (to - from) / seconds)
    };
    pairs.map(difference).collect()
}

fn running_sum(series: &Series) -> Series {
    let mut sum = 0.0;
    let summed = series.iter().map(|(at, value)| {
        sum += value;
        (*at, sum)
    });
    summed.collect()
}
