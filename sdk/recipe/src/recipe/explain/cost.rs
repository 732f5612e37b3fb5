//! What one call uses at most, in words and numbers.
//!
//! *Never:* a number without the size of input that it is for.

use crate::bound::{ANSWER_BYTES_MAX, Bound, FUEL_MAX, Growth, MEMORY_BYTES_MAX};

/// An input that most calls stay below.
const SMALL: u64 = 1 << 10;

/// The bound for the largest input and for a small one, and how it grows between them.
pub(super) fn told(bound: &Bound, input_bytes: u64) -> Vec<String> {
    let small_bytes = SMALL.min(input_bytes);
    let waits = [&bound.fuel, &bound.memory_bytes].into_iter().any(asks);
    let most = format!(" and {} of answers", size(ANSWER_BYTES_MAX));
    let [most, small] = if waits { [most.as_str(), " without answers"] } else { [""; 2] };
    let line = |what: &str, large: String, little: String, growth: &Growth| {
        format!(
            "{what}: {large} for an input of {}{most}, {little} for one of {}{small}; it grows as {growth}",
            size(input_bytes),
            size(small_bytes),
        )
    };
    let answers = if waits { ANSWER_BYTES_MAX } else { 0 };
    let fuel = |input, answers| count(bound.fuel_at(input, answers));
    let memory = |input, answers| size(bound.memory_bytes_at(input, answers));
    let n = "`n` is the bytes of the input";
    vec![
        line("fuel", fuel(input_bytes, answers), fuel(small_bytes, 0), &bound.fuel),
        line("memory", memory(input_bytes, answers), memory(small_bytes, 0), &bound.memory_bytes),
        if waits { format!("{n}, `m` those of all that the host answers") } else { n.to_owned() },
    ]
}

/// Said of what nobody has.
const BEYOND: &str = "more than any budget";

/// Whether a bound depends on what the host answers.
fn asks(growth: &Growth) -> bool {
    growth.terms.iter().any(|term| term.answers > 0)
}

/// A number with a comma between thousands; one that is beyond all budgets is told as such.
fn count(number: u64) -> String {
    if number > FUEL_MAX {
        return BEYOND.to_owned();
    }
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Bytes in the unit that leaves a short number, rounded up.
fn size(bytes: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    if bytes > MEMORY_BYTES_MAX {
        return BEYOND.to_owned();
    }
    let unit = UNITS.iter().find(|(unit, _)| bytes >= *unit);
    unit.map_or_else(
        || format!("{bytes} bytes"),
        |(unit, name)| format!("{} {name}", count(bytes.div_ceil(*unit))),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bound::Term;

    #[test]
    fn numbers_are_told_with_what_they_are_for() {
        let term = |factor, input, answers| Term { factor, input, answers, log: 0 };
        let growth = |terms: &[Term]| Growth { terms: terms.to_vec() };
        let alone = Bound {
            fuel: growth(&[term(1_000, 0, 0), term(2, 1, 0)]),
            memory_bytes: growth(&[term(70_000, 0, 0)]),
        };
        assert_eq!(
            told(&alone, 1 << 20),
            [
                "fuel: 2,098,152 for an input of 1 MiB, 3,048 for one of 1 KiB; \
                 it grows as 1000 + 2·n",
                "memory: 128 KiB for an input of 1 MiB, 128 KiB for one of 1 KiB; \
                 it grows as 70000",
                "`n` is the bytes of the input",
            ]
        );
        let asking = Bound { fuel: growth(&[term(1, 0, 9)]), ..alone };
        let lines = told(&asking, 1 << 20);
        assert!(lines[0].starts_with("fuel: more than any budget for an input of 1 MiB and 1"));
        assert!(lines[2].contains("`m`"), "{lines:?}");
        let short = told(&asking, 100);
        assert!(short[0].contains("an input of 100 bytes and 1 MiB of answers, "), "{short:?}");
    }
}
