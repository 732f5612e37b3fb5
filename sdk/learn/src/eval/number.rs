//! Numbers: whole ones that never wrap around, and others.
//!
//! *Never:* whole and other numbers are mixed in one operation.

use crate::op::Op;
use crate::value::Value;

/// Doubles from here on do not fit into 64 bits with a sign.
const INT_LIMIT: f64 = 9_223_372_036_854_775_808.0;

pub(super) fn apply(op: &Op, kids: &[Value]) -> Option<Value> {
    let first = kids.first()?;
    match (op, first) {
        (Op::ToText, Value::Int(whole)) => Some(Value::text(whole.to_string())),
        (Op::ToText, Value::Bool(truth)) => Some(Value::text(truth.to_string())),
        (Op::Plain, Value::Float(number)) if number.is_finite() => {
            Some(Value::text(number.to_string()))
        }
        (Op::Plain, Value::Int(whole)) => Some(Value::text(whole.to_string())),
        (Op::Fixed(places), value) => {
            let number = value.as_f64().filter(|number| number.is_finite())?;
            Some(Value::text(format!("{number:.*}", usize::from(*places))))
        }
        (Op::Pad(width), Value::Int(whole)) => padded(*whole, usize::from(*width)),
        (Op::Thousands, Value::Int(whole)) => Some(Value::text(thousands(*whole))),
        (Op::ToInt, Value::Text(text)) => text.parse().ok().map(Value::Int),
        (Op::ToInt, Value::Float(number)) => {
            (*number > -INT_LIMIT && *number < INT_LIMIT).then_some(Value::Int(*number as i64))
        }
        (Op::ToFloat, Value::Text(text)) => parsed(text).map(Value::Float),
        (Op::ToFloat, Value::Int(whole)) => Some(Value::Float(*whole as f64)),
        (Op::Abs, Value::Int(whole)) => whole.checked_abs().map(Value::Int),
        (Op::Abs, Value::Float(number)) => Some(Value::Float(number.abs())),
        (Op::Round, Value::Float(number)) => Some(Value::Float(number.round())),
        (Op::Floor, Value::Float(number)) => Some(Value::Float(number.floor())),
        (Op::Ceil, Value::Float(number)) => Some(Value::Float(number.ceil())),
        _ => match (first, kids.get(1)?) {
            (Value::Int(a), Value::Int(b)) => whole(op, *a, *b).map(Value::Int),
            (Value::Float(a), Value::Float(b)) => floating(op, *a, *b).map(Value::Float),
            _ => None,
        },
    }
}

fn whole(op: &Op, a: i64, b: i64) -> Option<i64> {
    match op {
        Op::Add => a.checked_add(b),
        Op::Sub => a.checked_sub(b),
        Op::Mul => a.checked_mul(b),
        Op::Div => a.checked_div(b),
        Op::Rem => a.checked_rem(b),
        Op::Least => Some(a.min(b)),
        Op::Greatest => Some(a.max(b)),
        _ => None,
    }
}

fn floating(op: &Op, a: f64, b: f64) -> Option<f64> {
    match op {
        Op::Add => Some(a + b),
        Op::Sub => Some(a - b),
        Op::Mul => Some(a * b),
        // A recipe gives infinity here, which no JSON can say.
        Op::Div => (b != 0.0).then_some(a / b),
        Op::Least => Some(if b < a { b } else { a }),
        Op::Greatest => Some(if b > a { b } else { a }),
        _ => None,
    }
}

/// Decimal numbers only: what else a recipe reads as a number, nobody writes.
fn parsed(text: &str) -> Option<f64> {
    let plain = text.strip_prefix('-').unwrap_or(text);
    let digits = plain.chars().all(|letter| letter.is_ascii_digit() || letter == '.');
    let well = plain.starts_with(|letter: char| letter.is_ascii_digit())
        && plain.ends_with(|letter: char| letter.is_ascii_digit());
    (digits && well).then(|| text.parse().ok()).flatten()
}

/// Zeros in front of the text of a number, a sign being a part of the text as in a recipe.
fn padded(whole: i64, width: usize) -> Option<Value> {
    Some(Value::text(format!("{:0>width$}", whole.to_string())))
}

fn thousands(whole: i64) -> String {
    let digits = whole.unsigned_abs().to_string();
    let mut out = String::with_capacity(digits.len() * 4 / 3 + 1);
    if whole < 0 {
        out.push('-');
    }
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
