//! The values that have no parts: numbers, text, bytes.
//!
//! *Never:* a number is rounded, wrapped or cut to fit.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use wasmtime::component::Val;

use super::super::json::{Fault, all_digits, excerpt};
use super::super::shape::{Key, Whole};
use super::{Conversion, Step};

/// Longer numbers are beyond every type.
const DIGITS_MAX: usize = 32;

impl<'a> Conversion<'a, '_> {
    pub(super) fn boolean(&mut self) -> Result<bool, Fault> {
        if self.json.word("true") {
            Ok(true)
        } else if self.json.word("false") {
            Ok(false)
        } else {
            self.unexpected("true or false")
        }
    }

    pub(super) fn text(&mut self, expected: &str) -> Result<Cow<'a, str>, Fault> {
        match self.json.peek() {
            Some(b'"') => self.json.string(),
            _ => self.unexpected(expected),
        }
    }

    pub(super) fn character(&mut self) -> Result<char, Fault> {
        self.json.peek();
        let start = self.json.at();
        let text = self.text("a string of one character")?;
        let mut chars = text.chars();
        match (chars.next(), chars.next()) {
            (Some(only), None) => Ok(only),
            _ => Err(Fault {
                at: start,
                problem: format!("expected a string of one character, found `{}`", excerpt(&text)),
            }),
        }
    }

    pub(super) fn whole(&mut self, whole: Whole) -> Result<Val, Fault> {
        let next = self.json.peek();
        let start = self.json.at();
        let text = match next {
            Some(b'-' | b'0'..=b'9') => Cow::Borrowed(self.json.number()?),
            Some(b'"') if whole.is_wide() => self.json.string()?,
            _ => return self.unexpected(&expected_whole(whole)),
        };
        let number = if next == Some(b'"') { decimal(&text) } else { whole_number(&text) };
        number.and_then(|number| narrow(whole, number)).ok_or_else(|| Fault {
            at: start,
            problem: format!("expected {}, found {}", expected_whole(whole), excerpt(&text)),
        })
    }

    pub(super) fn f64(&mut self) -> Result<f64, Fault> {
        self.float("f64", f64::NAN, f64::INFINITY, |number| number.is_finite())
    }

    pub(super) fn f32(&mut self) -> Result<f32, Fault> {
        self.float("f32", f32::NAN, f32::INFINITY, |number| number.is_finite())
    }

    fn float<T: std::str::FromStr + std::ops::Neg<Output = T> + Copy>(
        &mut self,
        name: &str,
        nan: T,
        infinity: T,
        is_finite: fn(&T) -> bool,
    ) -> Result<T, Fault> {
        let expected = r#"a number, "NaN", "Infinity" or "-Infinity""#;
        let next = self.json.peek();
        let start = self.json.at();
        match next {
            Some(b'-' | b'0'..=b'9') => {
                let text = self.json.number()?;
                let number = text.parse().ok().filter(is_finite);
                number.ok_or_else(|| Fault {
                    at: start,
                    problem: format!("{} is too large for an {name}", excerpt(text)),
                })
            }
            Some(b'"') => match &*self.json.string()? {
                "NaN" => Ok(nan),
                "Infinity" => Ok(infinity),
                "-Infinity" => Ok(-infinity),
                other => Err(Fault {
                    at: start,
                    problem: format!("expected {expected}, found the string `{}`", excerpt(other)),
                }),
            },
            _ => self.unexpected(expected),
        }
    }

    /// An array of numbers, or an object with base64.
    pub(super) fn bytes(&mut self) -> Result<Val, Fault> {
        match self.json.peek() {
            Some(b'{') => self.base64(),
            Some(b'[') => self.byte_array().map(Val::List),
            _ => self.unexpected(r#"bytes: `{"base64": "…"}` or an array of numbers"#),
        }
    }

    /// By hand rather than as any list, because byte lists are long and each item is cheap.
    fn byte_array(&mut self) -> Result<Vec<Val>, Fault> {
        self.json.demand(b'[')?;
        let mut values = Vec::new();
        if self.json.take(b']') {
            return Ok(values);
        }
        loop {
            match self.whole(Whole::U8) {
                Ok(value) => values.push(value),
                Err(fault) => {
                    self.path.push(Step::Index(values.len()));
                    return Err(fault);
                }
            }
            if !self.json.more(b']')? {
                return Ok(values);
            }
        }
    }

    fn base64(&mut self) -> Result<Val, Fault> {
        let mut values = Vec::new();
        self.one_entry(r#"`{"base64": "…"}`"#, |this, name| {
            if name != "base64" {
                let problem = format!("expected `base64`, found `{}`", excerpt(name));
                return Err(this.json.fault(problem));
            }
            this.json.peek();
            let at = this.json.at();
            let text = this.text("a string of base64")?;
            let bytes = STANDARD.decode(text.as_bytes()).map_err(|error| Fault {
                at,
                problem: format!("expected base64 (RFC 4648, with padding): {error}"),
            })?;
            values = bytes.into_iter().map(Val::U8).collect();
            Ok(())
        })?;
        Ok(Val::List(values))
    }

    /// The key of a map, out of the name of a property.
    pub(super) fn key(&self, key: Key, name: &str) -> Result<Val, Fault> {
        let mut chars = name.chars();
        let (value, expected) = match key {
            Key::Text => (Some(Val::String(name.to_owned())), String::new()),
            Key::Bool => (name.parse().ok().map(Val::Bool), "`true` or `false`".to_owned()),
            Key::Char => (
                chars.next().filter(|_| chars.next().is_none()).map(Val::Char),
                "one character".to_owned(),
            ),
            Key::Whole(whole) => (
                decimal(name).and_then(|number| narrow(whole, number)),
                format!("the decimal text of {}", expected_whole(whole)),
            ),
        };
        value.ok_or_else(|| {
            let problem = format!("expected a key that is {expected}, found `{}`", excerpt(name));
            self.json.fault(problem)
        })
    }
}

fn expected_whole(whole: Whole) -> String {
    let (least, greatest) = whole.range();
    let text = if whole.is_wide() { " (as a number or as decimal text)" } else { "" };
    format!("a whole number from {least} to {greatest}{text}")
}

/// A JSON number, if it is whole: `5`, but also `5.0`, `5e3` and `50e-1`. Worked out from the digits
/// as they stand, because a float would round `134900441328279.9991` to a whole number.
fn whole_number(text: &str) -> Option<i128> {
    if let Some(number) = decimal(text) {
        return Some(number);
    }
    let (sign, text) = text.strip_prefix('-').map_or((1, text), |text| (-1, text));
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = [whole, fraction].concat();
    let digits = digits.trim_start_matches('0');
    if digits.is_empty() {
        return Some(0);
    }
    // What is left of the point once the exponent has moved it; zeros fill up what is missing.
    let behind = i64::try_from(fraction.len()).ok()?;
    let zeros = exponent.parse::<i64>().ok()?.checked_sub(behind)?;
    let significant = digits.trim_end_matches('0');
    let zeros = zeros.checked_add(i64::try_from(digits.len() - significant.len()).ok()?)?;
    let zeros = usize::try_from(zeros).ok().filter(|zeros| *zeros <= DIGITS_MAX)?;
    let number = decimal(&format!("{significant}{}", "0".repeat(zeros)))?;
    Some(sign * number)
}

/// Digits, perhaps with a minus before them; each number has one such text, so keys stay unique.
fn decimal(text: &str) -> Option<i128> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_plain = all_digits(digits) && digits.len() <= DIGITS_MAX;
    let is_shortest = text == "0" || !digits.starts_with('0');
    if is_plain && is_shortest { text.parse().ok() } else { None }
}

fn narrow(whole: Whole, number: i128) -> Option<Val> {
    Some(match whole {
        Whole::U8 => Val::U8(number.try_into().ok()?),
        Whole::U16 => Val::U16(number.try_into().ok()?),
        Whole::U32 => Val::U32(number.try_into().ok()?),
        Whole::U64 => Val::U64(number.try_into().ok()?),
        Whole::S8 => Val::S8(number.try_into().ok()?),
        Whole::S16 => Val::S16(number.try_into().ok()?),
        Whole::S32 => Val::S32(number.try_into().ok()?),
        Whole::S64 => Val::S64(number.try_into().ok()?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_worked_out_exactly() {
        let whole = [
            ("5.0", 5),
            ("50e-1", 5),
            ("0.5E+1", 5),
            ("-0", 0),
            ("-0.0e9", 0),
            ("0e99999999999", 0),
            ("-1.20e3", -1_200),
            ("18446744073709551615.0", u64::MAX.into()),
            ("9.007199254740993e15", 9_007_199_254_740_993),
        ];
        for (text, number) in whole {
            assert_eq!(whole_number(text), Some(number), "{text}");
        }
        for text in
            ["134900441328279.9991", "0.1", "1e-1", "15e-2", "1e33", "1e99999999999", "1e-9"]
        {
            assert_eq!(whole_number(text), None, "{text}");
        }
    }
}
