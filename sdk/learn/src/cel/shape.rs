//! The shapes of expressions: calls, operators, and operations that take more than one step.
//!
//! *Never:* an operand is put where it binds otherwise than it did.

use super::{literal, quoted};
use crate::eval::time::{MONTHS, WEEKDAYS};
use crate::op::Op;
use crate::value::Value;

/// An operand without the brackets around it, for where nothing binds.
pub(super) fn bare(text: String) -> String {
    match text.strip_prefix('(').and_then(|text| text.strip_suffix(')')) {
        Some(inner) if is_balanced(inner) => inner.to_owned(),
        _ => text,
    }
}

/// Whether no bracket closes that was not opened here.
pub(super) fn is_balanced(text: &str) -> bool {
    let (mut depth, mut quoted, mut escaped) = (0_i32, false, false);
    for letter in text.chars() {
        match letter {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '\'' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return false;
        }
    }
    depth == 0
}

/// A method of the first operand with the others as its arguments.
pub(super) fn call(target: &str, name: &str, kids: &[String]) -> String {
    let rest: Vec<String> = kids.iter().skip(1).cloned().map(bare).collect();
    format!("{target}.{name}({})", rest.join(", "))
}

pub(super) fn binary(sign: &str, kids: &[String]) -> String {
    format!("({})", kids.join(&format!(" {sign} ")))
}

/// Operations that use an operand more than once, so that it is given a name.
pub(super) fn nested(op: &Op, a: &str, b: &str, c: &str) -> Option<String> {
    let operand = bare(a.to_owned());
    Some(match op {
        Op::Item(at) if *at >= 0 => format!("{a}[{at}]"),
        Op::Item(at) => format!("cel.bind(p, {operand}, p[size(p) - {}])", at.unsigned_abs()),
        Op::Take(n) => format!("cel.bind(p, {operand}, size(p) < {n} ? p : p.slice(0, {n}))"),
        Op::Skip(n) => format!("cel.bind(p, {operand}, p.slice({n}, size(p)))"),
        Op::Without(n) => format!("cel.bind(p, {operand}, p.slice(0, size(p) - {n}))"),
        Op::NonEmpty => format!("{a}.filter(w, w != '')"),
        Op::Nth => format!("size({a}.split({b}).slice(0, {}).join({b}))", bare(c.to_owned())),
        Op::Title => format!(
            "{a}.split(' ').map(w, w == '' ? '' : w.substring(0, 1).upperAscii() + \
             w.substring(1).lowerAscii()).join(' ')"
        ),
        Op::Pad(width) => {
            let zeros = quoted(&"0".repeat(usize::from(*width)));
            format!(
                "cel.bind(t, string({operand}), size(t) < {width} ? \
                 {zeros}.substring(size(t)) + t : t)"
            )
        }
        Op::Thousands => format!(
            "cel.bind(n, {operand}, (n < 0 ? '-' : '') + \
             regex.extractAll(string(n).reverse(), '[0-9]{{1,3}}').join(',').reverse())"
        ),
        Op::MonthName => format!("{}[{operand} - 1]", names(&MONTHS)),
        Op::WeekdayName => format!("{}[{operand}]", names(&WEEKDAYS)),
        Op::MonthNumber => format!("{{{}}}[{a}.substring(0, 3).lowerAscii()]", month_numbers()),
        Op::DaysBetween => format!("(({b} - {a}).getHours() / 24)"),
        Op::AddDays => format!("({a} + duration(string(24 * {b}) + 'h'))"),
        Op::Keys => format!("{a}.map(k, k).sort()"),
        Op::Values => format!("cel.bind(m, {operand}, m.map(k, k).sort().map(k, m[k]))"),
        Op::Tally => format!(
            "cel.bind(m, {operand}, m.distinct().transformMapEntry(at, k, \
             {{k: size(m.filter(o, o == k))}}))"
        ),
        _ => return None,
    })
}

fn names(names: &[&str]) -> String {
    literal(&Value::list(names.iter().map(Value::text)))
}

fn month_numbers() -> String {
    let entries = MONTHS.iter().enumerate().map(|(at, month)| {
        let short: String = month.chars().take(3).collect();
        format!("'{}': {}", short.to_lowercase(), at + 1)
    });
    entries.collect::<Vec<_>>().join(", ")
}
