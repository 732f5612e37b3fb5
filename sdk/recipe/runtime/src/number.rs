//! Decimal text to the nearest double, with a table of a few lines instead of kilobytes.
//!
//! *Never:* a digit is ignored that decides how the number is rounded.

use alloc::vec::Vec;
use core::cmp::Ordering;

/// Powers of ten that a double holds exactly.
const EXACT: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];

/// More digits than this decide nothing: halfway points between doubles have fewer.
const DIGITS_MAX: usize = 800;

/// A natural number of any size, in limbs of 32 bits, the least first.
struct Natural {
    limbs: Vec<u32>,
}

impl Natural {
    fn of(mut value: u64) -> Self {
        let mut limbs = Vec::new();
        while value > 0 {
            limbs.push(value as u32);
            value >>= 32;
        }
        Self { limbs }
    }

    fn multiply_add(&mut self, by: u32, add: u32) {
        let mut carry = u64::from(add);
        for limb in &mut self.limbs {
            carry += u64::from(*limb) * u64::from(by);
            *limb = carry as u32;
            carry >>= 32;
        }
        if carry > 0 {
            self.limbs.push(carry as u32);
        }
    }

    fn times_ten_to(&mut self, power: u32) {
        for _ in 0..power / 9 {
            self.multiply_add(1_000_000_000, 0);
        }
        for _ in 0..power % 9 {
            self.multiply_add(10, 0);
        }
    }

    fn shift_left(&mut self, bits: u32) {
        for _ in 0..bits / 31 {
            self.multiply_add(1 << 31, 0);
        }
        self.multiply_add(1 << (bits % 31), 0);
    }

    fn compare(&self, other: &Self) -> Ordering {
        let (left, right) = (&self.limbs, &other.limbs);
        left.len().cmp(&right.len()).then_with(|| left.iter().rev().cmp(right.iter().rev()))
    }
}

/// Digits, and the power of ten that they count as.
struct Decimal {
    digits: Vec<u8>,
    power: i32,
}

/// `[+-]digits[.digits][e[+-]digits]`, `inf`, `infinity` or `nan`; a number too large is infinity.
pub(crate) fn parse(text: &[u8]) -> Option<f64> {
    let (negative, rest) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let value = match rest.first()? {
        b'0'..=b'9' | b'.' => nearest(&decimal(rest)?),
        _ if rest.eq_ignore_ascii_case(b"inf") || rest.eq_ignore_ascii_case(b"infinity") => {
            f64::INFINITY
        }
        _ if rest.eq_ignore_ascii_case(b"nan") => f64::NAN,
        _ => return None,
    };
    Some(if negative { -value } else { value })
}

fn decimal(text: &[u8]) -> Option<Decimal> {
    let (mut digits, mut power, mut point, mut any) = (Vec::new(), 0_i32, false, false);
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        match byte {
            b'0'..=b'9' => {
                any = true;
                if digits.len() >= DIGITS_MAX {
                    // What is left out still counts as more than nothing.
                    if *byte != b'0'
                        && let Some(last) = digits.last_mut()
                        && *last == 0
                    {
                        *last = 1;
                    }
                    power += i32::from(!point);
                } else {
                    if *byte != b'0' || !digits.is_empty() {
                        digits.push(byte - b'0');
                    }
                    power -= i32::from(point);
                }
            }
            b'.' if !point => point = true,
            b'e' | b'E' => break,
            _ => return None,
        }
        at += 1;
    }
    if !any {
        return None;
    }
    if let Some([_, exponent @ ..]) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let (negative, exponent) = match exponent {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            _ => (false, exponent),
        };
        if exponent.is_empty() || !exponent.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let digit = |sum: i32, digit: &u8| (sum * 10 + i32::from(digit - b'0')).min(100_000);
        let value = exponent.iter().fold(0, digit);
        power += if negative { -value } else { value };
    }
    Some(Decimal { digits, power })
}

fn nearest(decimal: &Decimal) -> f64 {
    let count = decimal.digits.len() as i32;
    let power = decimal.power;
    if count == 0 || count + power < -330 {
        return 0.0;
    }
    if count + power > 310 {
        return f64::INFINITY;
    }
    if count <= 15 && (-22..=22).contains(&power) {
        let whole = decimal.digits.iter().fold(0_u64, |sum, digit| sum * 10 + u64::from(*digit));
        let scale = EXACT[power.unsigned_abs() as usize];
        return if power < 0 { whole as f64 / scale } else { whole as f64 * scale };
    }
    search(decimal)
}

/// So many steps from the estimate the number lies for certain, or else everything is searched.
const NEAR: u64 = 64;

/// A double near the number: its rounding errors are those of some twenty products.
fn estimate(decimal: &Decimal) -> f64 {
    let first = decimal.digits.iter().take(17);
    let whole = first.fold(0_u64, |sum, digit| sum * 10 + u64::from(*digit));
    let mut power = decimal.power + decimal.digits.len().saturating_sub(17) as i32;
    let mut value = whole as f64;
    while power != 0 {
        let step = power.clamp(-22, 22);
        let scale = EXACT[step.unsigned_abs() as usize];
        value = if step < 0 { value / scale } else { value * scale };
        power -= step;
    }
    value
}

/// Halves the doubles until the two are found between which the number lies; then halfway decides.
fn search(decimal: &Decimal) -> f64 {
    let mark = crate::heap::mark();
    let mut number = Natural::of(0);
    for digit in &decimal.digits {
        number.multiply_add(10, u32::from(*digit));
    }
    let least = |bits: u64| against(&number, decimal.power, bits << 1) != Ordering::Less;
    let near = estimate(decimal).to_bits();
    let (mut low, mut high) = (near.saturating_sub(NEAR), near.saturating_add(NEAR));
    if high >= f64::INFINITY.to_bits() || !least(low) || least(high) {
        (low, high) = (0, f64::INFINITY.to_bits());
    }
    while high - low > 1 {
        let middle = (low + high) / 2;
        if least(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    // Twice the lower one and half a step more is halfway to the higher one.
    let up = match against(&number, decimal.power, low << 1 | 1) {
        Ordering::Less => false,
        Ordering::Greater => true,
        Ordering::Equal => low & 1 == 1,
    };
    crate::heap::release(mark);
    f64::from_bits(low + u64::from(up))
}

/// Compares digits and power of ten with a double (`twice` its bits), or with the point halfway to
/// the next (where the last bit of `twice` is set).
fn against(number: &Natural, power: i32, twice: u64) -> Ordering {
    let bits = twice >> 1;
    let raw = (bits >> 52) as i32;
    let mantissa = (bits & ((1 << 52) - 1)) | if raw == 0 { 0 } else { 1 << 52 };
    let exponent = raw.max(1) - 1075 - 1;
    let mut left = Natural { limbs: number.limbs.clone() };
    let mut right = Natural::of(mantissa << 1 | (twice & 1));
    if power >= 0 {
        left.times_ten_to(power.unsigned_abs());
    } else {
        right.times_ten_to(power.unsigned_abs());
    }
    if exponent >= 0 {
        right.shift_left(exponent.unsigned_abs());
    } else {
        left.shift_left(exponent.unsigned_abs());
    }
    left.compare(&right)
}
