//! Decimal text to the nearest double and back to the shortest text, with one table of a few lines
//! instead of kilobytes for each way.
//!
//! *Never:* a digit is ignored that decides how the number is rounded.

#[path = "number/powers.rs"]
mod powers;

use crate::row::Row;
use core::cmp::Ordering;

use powers::{EXACT, FIVES, FIVES_FIRST, FIVES_STEP};

/// More digits than this decide nothing: halfway points between doubles have fewer.
const DIGITS_MAX: usize = 800;

/// A natural number of any size, in limbs of 32 bits, the least first.
struct Natural {
    limbs: Row<u32>,
}

impl Natural {
    fn of(mut value: u64) -> Self {
        let mut limbs = Row::new();
        while value > 0 {
            limbs.push(value as u32);
            value >>= 32;
        }
        Self { limbs }
    }

    fn multiply_add(&mut self, by: u32, add: u32) {
        let mut carry = u64::from(add);
        for limb in self.limbs.iter_mut() {
            carry += u64::from(*limb) * u64::from(by);
            *limb = carry as u32;
            carry >>= 32;
        }
        if carry > 0 {
            self.limbs.push(carry as u32);
        }
    }

    fn times_five_to(&mut self, power: u32) {
        for _ in 0..power / 13 {
            self.multiply_add(1_220_703_125, 0);
        }
        for _ in 0..power % 13 {
            self.multiply_add(5, 0);
        }
    }

    fn shift_left(&mut self, bits: u32) {
        self.multiply_add(1 << (bits % 32), 0);
        let zeros = (bits / 32) as usize;
        let length = self.limbs.len();
        self.limbs.resize(length + zeros, 0);
        self.limbs.copy_within(..length, zeros);
        self.limbs[..zeros].fill(0);
    }

    fn compare(&self, other: &Self) -> Ordering {
        let (left, right) = (&self.limbs, &other.limbs);
        left.len().cmp(&right.len()).then_with(|| left.iter().rev().cmp(right.iter().rev()))
    }
}

/// Digits, and the power of ten that they count as.
struct Decimal {
    digits: Row<u8>,
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
        b'0'..=b'9' | b'.' => finite(rest)?,
        _ if rest.eq_ignore_ascii_case(b"inf") || rest.eq_ignore_ascii_case(b"infinity") => {
            f64::INFINITY
        }
        _ if rest.eq_ignore_ascii_case(b"nan") => f64::NAN,
        _ => return None,
    };
    Some(if negative { -value } else { value })
}

/// `digits[.digits][e[+-]digits]`; a number too large is infinity.
pub(crate) fn finite(text: &[u8]) -> Option<f64> {
    decimal(text).map(|decimal| nearest(&decimal))
}

/// A whole number in 64 bits without a sign, and nothing else.
pub(crate) fn whole(digits: &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for digit in digits {
        let digit = digit.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        // Checked by hand, since a product that is checked has 128 bits.
        if value > u64::MAX / 10 {
            return None;
        }
        value = (value * 10).checked_add(u64::from(digit))?;
    }
    (!digits.is_empty()).then_some(value)
}

/// A whole number in 64 bits with a sign or without one.
pub(crate) fn signed(text: &[u8]) -> Option<i64> {
    match text {
        [b'-', rest @ ..] => 0_i64.checked_sub_unsigned(whole(rest)?),
        [b'+', rest @ ..] => 0_i64.checked_add_unsigned(whole(rest)?),
        _ => 0_i64.checked_add_unsigned(whole(text)?),
    }
}

fn decimal(text: &[u8]) -> Option<Decimal> {
    let (mut digits, mut power, mut point, mut any) = (Row::new(), 0_i32, false, false);
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
        power += self::exponent(exponent)?;
    }
    Some(Decimal { digits, power })
}

/// `[+-]digits`, the power of ten behind an `e`; what is beyond all doubles is so far beyond.
pub(crate) fn exponent(text: &[u8]) -> Option<i32> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let digit = |sum: i32, digit: &u8| (sum * 10 + i32::from(digit - b'0')).min(100_000);
    let value = digits.iter().fold(0, digit);
    Some(if negative { -value } else { value })
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
    let first =
        decimal.digits.iter().take(FIRST).fold(0, |sum, digit| sum * 10 + u64::from(*digit));
    if count <= 15 && (-22..=22).contains(&power) {
        let scale = EXACT[power.unsigned_abs() as usize];
        return if power < 0 { first as f64 / scale } else { first as f64 * scale };
    }
    let left = decimal.digits.len().saturating_sub(FIRST) as i32;
    let (low, sure) = scaled(first, power + left);
    let known = match left {
        0 => sure,
        // What was left out makes the number more, by less than one.
        _ => sure && scaled(first + 1, power + left) == (low, true),
    };
    if known {
        return f64::from_bits(low);
    }
    let mark = crate::heap::mark();
    let mut number = Natural::of(0);
    for chunk in decimal.digits.chunks(9) {
        let value = chunk.iter().fold(0, |sum, digit| sum * 10 + u32::from(*digit));
        number.multiply_add(10_u32.pow(chunk.len() as u32), value);
    }
    let bits = decided(number, power, low);
    crate::heap::release(mark);
    f64::from_bits(bits)
}

/// So many digits fit into 64 bits.
const FIRST: usize = 19;

/// So many digits tell a double from all others.
const DIGITS: u32 = 17;

/// The shortest digits that read back as this number, which is finite and above zero, and the power of
/// ten that they count as; of two that are as short, those nearer to it.
pub(crate) fn shortest(value: f64) -> (u64, i32) {
    let bits = value.to_bits();
    let (mantissa, twos) = parts(bits);
    let length = 64 - mantissa.leading_zeros();
    // Ten to this power makes whole numbers of seventeen digits of it, or of one more.
    let mut power = 16 - (((length as i32 - 1 + twos) * 78_913 - 256) >> 18);
    let (mut twice, mut more) = doubled(mantissa, twos, power);
    if twice >= 2 * 10_u64.pow(DIGITS) {
        power -= 1;
        (twice, more) = doubled(mantissa, twos, power);
    }
    // So few digits are the same for all that read back alike.
    let first = ((length - 1) * 1_233) >> 12;
    for kept in first.max(1)..DIGITS {
        let unit = 10_u64.pow(DIGITS - kept);
        let low = twice / 2 / unit;
        let rest = twice - low * unit * 2;
        let up = rest > unit || rest == unit && (more || low % 2 == 1);
        let (near, far) = (low + u64::from(up), low + u64::from(!up));
        let least = (DIGITS - kept) as i32 - power;
        if read_back(near, least) == bits {
            return without_zeros(near, least);
        }
        // Below a power of two doubles lie closer together, so that the farther may be the only one.
        if mantissa.is_power_of_two() && read_back(far, least) == bits {
            return without_zeros(far, least);
        }
    }
    let up = twice % 2 == 1 && (more || twice / 2 % 2 == 1);
    without_zeros(twice / 2 + u64::from(up), -power)
}

/// A double above zero, by its bits, as a whole number and the power of two that it counts as.
pub(crate) fn parts(bits: u64) -> (u64, i32) {
    let raw = (bits >> 52) as i32;
    let mantissa = (bits & ((1 << 52) - 1)) | if raw == 0 { 0 } else { 1 << 52 };
    (mantissa, raw.max(1) - 1_075)
}

/// Twice a mantissa times two and ten to these powers, cut to a whole number, and whether anything was
/// cut off.
fn doubled(mantissa: u64, twos: i32, power: i32) -> (u64, bool) {
    let (high, low, exponent) = times_ten(mantissa, power);
    let drop = 126 - high.leading_zeros() as i32 - exponent - twos;
    let cut = high & ((1 << drop) - 1);
    ((high >> drop) as u64, cut != 0 || low != 0)
}

fn read_back(whole: u64, power: i32) -> u64 {
    let (bits, sure) = scaled(whole, power);
    if sure {
        return bits;
    }
    let mark = crate::heap::mark();
    let bits = decided(Natural::of(whole), power, bits);
    crate::heap::release(mark);
    bits
}

fn without_zeros(mut whole: u64, mut power: i32) -> (u64, i32) {
    while whole.is_multiple_of(10) {
        whole /= 10;
        power += 1;
    }
    (whole, power)
}

/// The bits of the double nearest to `whole` times ten to this power, and whether they are sure to be
/// right; if not, the number is as near as can be to halfway between that double and the next.
fn scaled(whole: u64, power: i32) -> (u64, bool) {
    let (high, low, exponent) = times_ten(whole, power);
    let zeros = high.leading_zeros();
    // The powers up to this are not cut off.
    let cut = !(0..3 * FIVES_STEP).contains(&power);
    if exponent > 1_023 {
        return (f64::INFINITY.to_bits(), true);
    }
    // Below the least normal number there are fewer bits.
    let keep = 53 - (-1_022 - exponent).max(0);
    if keep < 0 {
        return (0, true);
    }
    let drop = 128 - zeros - keep as u32;
    let kept = high.checked_shr(drop).unwrap_or(0) as u64;
    let half = 1_u128 << (drop - 1);
    let rest = high & (half << 1).wrapping_sub(1);
    let bits = kept + if exponent > -1_022 { ((exponent + 1_022) as u64) << 52 } else { 0 };
    if cut && rest + 1 == half {
        return (bits, false);
    }
    let up = if rest == half && low == 0 && !cut { bits & 1 == 1 } else { rest >= half };
    (bits + u64::from(up), true)
}

/// A whole number times ten to a power: the first 256 bits, the upper ones first, and what the first
/// bit that is set counts as, as a power of two.
fn times_ten(whole: u64, power: i32) -> (u128, u128, i32) {
    let place = (power - FIVES_FIRST) / FIVES_STEP;
    let fives = place * FIVES_STEP + FIVES_FIRST;
    let exact = u128::from(whole) * u128::from(5_u64.pow((power - fives) as u32));
    let shift = exact.leading_zeros();
    let (high, low) = product(exact << shift, FIVES[place as usize]);
    let exponent = 128 - high.leading_zeros() as i32 + ((fives * 1_217_359) >> 19);
    (high, low, exponent - shift as i32 + power)
}

/// All 256 bits of a product, the upper ones first.
fn product(left: u128, right: u128) -> (u128, u128) {
    let parts = |value: u128| ((value >> 64) as u64, value as u64);
    let times = |a: u64, b: u64| u128::from(a) * u128::from(b);
    let low = |value: u128| u128::from(value as u64);
    let ((a, b), (c, d)) = (parts(left), parts(right));
    let (outer, inner, first) = (times(a, d), times(b, c), times(b, d));
    let middle = (first >> 64) + low(outer) + low(inner);
    let high = times(a, c) + (outer >> 64) + (inner >> 64) + (middle >> 64);
    (high, middle << 64 | low(first))
}

/// Decides between the double of these bits and the next: the number lies between them.
fn decided(number: Natural, power: i32, bits: u64) -> u64 {
    let up = match against_halfway(number, power, bits) {
        Ordering::Less => false,
        Ordering::Greater => true,
        Ordering::Equal => bits & 1 == 1,
    };
    bits + u64::from(up)
}

/// Compares digits and power of ten with the point halfway between a double and the next.
fn against_halfway(mut left: Natural, power: i32, bits: u64) -> Ordering {
    let (mantissa, twos) = parts(bits);
    let mut right = Natural::of(mantissa << 1 | 1);
    // Tens are fives and twos; what twos there are on both sides need not be multiplied.
    let twos = twos - 1 - power;
    if power >= 0 {
        left.times_five_to(power.unsigned_abs());
    } else {
        right.times_five_to(power.unsigned_abs());
    }
    if twos >= 0 {
        right.shift_left(twos.unsigned_abs());
    } else {
        left.shift_left(twos.unsigned_abs());
    }
    left.compare(&right)
}
