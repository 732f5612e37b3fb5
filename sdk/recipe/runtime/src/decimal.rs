//! Numbers as decimal text.
//!
//! *Never:* a digit depends on the machine.

use crate::row::Row;

pub(crate) fn push_unsigned(out: &mut Row<u8>, mut value: u64, base: u64, upper: bool) {
    let mut digits = [0; 64];
    let mut at = digits.len();
    loop {
        at -= 1;
        let digit = (value % base) as u8;
        digits[at] = match digit {
            0..=9 => b'0' + digit,
            _ if upper => b'A' + digit - 10,
            _ => b'a' + digit - 10,
        };
        value /= base;
        if value == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

pub(crate) fn push_int(out: &mut Row<u8>, value: i64) {
    if value < 0 {
        out.push(b'-');
    }
    push_unsigned(out, value.unsigned_abs(), 10, false);
}

/// Names what is not finite; tells whether it did.
fn push_special(out: &mut Row<u8>, value: f64, infinity: [&str; 2]) -> bool {
    let name = if value.is_nan() {
        "NaN"
    } else if value.is_infinite() {
        infinity[usize::from(value < 0.0)]
    } else {
        return false;
    };
    out.extend_from_slice(name.as_bytes());
    true
}

/// The shortest digits that read back as this finite number, and where the point stands.
struct Shortest {
    negative: bool,
    digits: Row<u8>,
    /// The point stands before the digit of this number.
    point: i32,
}

fn shortest(value: f64) -> Shortest {
    let mut digits = Row::new();
    let mut point = 1;
    if value == 0.0 {
        digits.push(b'0');
    } else {
        let (whole, power) = crate::number::shortest(value.abs());
        push_unsigned(&mut digits, whole, 10, false);
        point = digits.len() as i32 + power;
    }
    Shortest { negative: value.is_sign_negative(), digits, point }
}

/// Without an exponent, however many zeros that takes.
pub(crate) fn push_plain(out: &mut Row<u8>, value: f64) {
    if push_special(out, value, ["Infinity", "-Infinity"]) {
        return;
    }
    push_positional(out, &shortest(value));
}

fn push_positional(out: &mut Row<u8>, number: &Shortest) {
    let Shortest { negative, digits, point } = number;
    if *negative {
        out.push(b'-');
    }
    if *point <= 0 {
        out.extend_from_slice(b"0.");
        out.extend((*point..0).map(|_| b'0'));
        out.extend_from_slice(digits);
        return;
    }
    let point = *point as usize;
    for at in 0..point.max(digits.len()) {
        if at == point {
            out.push(b'.');
        }
        out.push(digits.get(at).copied().unwrap_or(b'0'));
    }
}

fn push_exponent(out: &mut Row<u8>, exponent: i32) {
    out.extend_from_slice(if exponent < 0 { b"e-" } else { b"e+" });
    if exponent.abs() < 10 {
        out.push(b'0');
    }
    push_unsigned(out, u64::from(exponent.unsigned_abs()), 10, false);
}

/// As `string()` gives it: positional from 0.0001 up to `limit` digits, else with an exponent.
#[unsafe(no_mangle)]
#[inline(never)]
pub(crate) fn opt_push_double(out: &mut Row<u8>, value: f64, limit: i32) {
    if push_special(out, value, ["+Inf", "-Inf"]) {
        return;
    }
    let number = shortest(value);
    let exponent = number.point - 1;
    if (-4..limit).contains(&exponent) {
        push_positional(out, &number);
        return;
    }
    if number.negative {
        out.push(b'-');
    }
    out.push(number.digits[0]);
    if number.digits.len() > 1 {
        out.push(b'.');
        out.extend_from_slice(&number.digits[1..]);
    }
    push_exponent(out, exponent);
}

/// The exact value as limbs of nine decimal digits: a whole part and a fraction.
struct Exact {
    /// Whole part, least first.
    whole: Row<u32>,
    /// Fraction, most first.
    fraction: Row<u32>,
}

const LIMB: u64 = 1_000_000_000;

fn exact(value: f64) -> Exact {
    let (mantissa, exponent) = crate::number::parts(value.abs().to_bits());
    let mut whole = Row::new();
    let mut fraction = Row::new();
    let start = if exponent >= 0 {
        mantissa
    } else if exponent > -64 {
        mantissa >> -exponent
    } else {
        0
    };
    let mut rest = start;
    while rest > 0 {
        whole.push((rest % LIMB) as u32);
        rest /= LIMB;
    }
    for bits in chunks(exponent) {
        multiply(&mut whole, bits);
    }
    // Bits below the point divide what stands there already, from the least bit up.
    let mut bit = 0;
    for bits in chunks(-exponent) {
        let part = mantissa.checked_shr(bit).unwrap_or(0) & ((1 << bits) - 1);
        divide(&mut fraction, bits, part);
        bit += bits;
    }
    Exact { whole, fraction }
}

/// So many bits can be shifted at once: with a limb they stay below 64.
const SHIFT_MAX: i32 = 29;

/// A number of bits in pieces; none where it is not positive.
fn chunks(bits: i32) -> impl Iterator<Item = u32> {
    (0..bits.max(0)).step_by(SHIFT_MAX as usize).map(move |at| (bits - at).min(SHIFT_MAX) as u32)
}

fn multiply(limbs: &mut Row<u32>, bits: u32) {
    let mut carry = 0;
    for limb in limbs.iter_mut() {
        let held = (u64::from(*limb) << bits) + carry;
        *limb = (held % LIMB) as u32;
        carry = held / LIMB;
    }
    if carry > 0 {
        limbs.push(carry as u32);
    }
}

fn divide(limbs: &mut Row<u32>, bits: u32, carry_in: u64) {
    let mut carry = carry_in;
    for limb in limbs.iter_mut() {
        let held = u64::from(*limb) + carry * LIMB;
        *limb = (held >> bits) as u32;
        carry = held & ((1 << bits) - 1);
    }
    while carry > 0 {
        let held = carry * LIMB;
        limbs.push((held >> bits) as u32);
        carry = held & ((1 << bits) - 1);
    }
}

fn nine_digits(limb: u32) -> [u8; 9] {
    let mut digits = [b'0'; 9];
    let mut rest = limb;
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    digits
}

/// All digits of a finite number, and where the point stands among them.
fn all_digits(value: f64) -> (Row<u8>, usize) {
    let exact = exact(value);
    let mut digits = Row::new();
    for limb in exact.whole.iter().rev() {
        digits.extend_from_slice(&nine_digits(*limb));
    }
    let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
    digits.drop_front(zeros);
    let point = digits.len();
    for limb in exact.fraction.iter() {
        digits.extend_from_slice(&nine_digits(*limb));
    }
    (digits, point)
}

/// Keeps so many digits; halves go to the even digit. Tells whether a digit was carried out in front.
fn rounded(digits: &mut Row<u8>, keep: usize) -> bool {
    if keep >= digits.len() {
        digits.resize(keep, b'0');
        return false;
    }
    let next = digits[keep];
    let tie = next == b'5' && digits[keep + 1..].iter().all(|digit| *digit == b'0');
    let odd = keep > 0 && digits[keep - 1] % 2 == 1;
    let up = if tie { odd } else { next >= b'5' };
    digits.truncate(keep);
    if !up {
        return false;
    }
    for digit in digits.iter_mut().rev() {
        if *digit < b'9' {
            *digit += 1;
            return false;
        }
        *digit = b'0';
    }
    digits.insert(0, b'1');
    true
}

/// With exactly so many digits behind the point.
pub(crate) fn push_fixed(out: &mut Row<u8>, value: f64, places: usize) {
    if push_special(out, value, ["Infinity", "-Infinity"]) {
        return;
    }
    if value.is_sign_negative() {
        out.push(b'-');
    }
    let (mut digits, mut point) = all_digits(value);
    point += usize::from(rounded(&mut digits, point + places));
    if point == 0 {
        out.push(b'0');
    }
    out.extend_from_slice(&digits[..point]);
    if places > 0 {
        out.push(b'.');
        out.extend_from_slice(&digits[point..]);
    }
}

/// One digit, the point, so many digits, and the exponent.
pub(crate) fn push_scientific(out: &mut Row<u8>, value: f64, places: usize) {
    if push_special(out, value, ["Infinity", "-Infinity"]) {
        return;
    }
    if value.is_sign_negative() {
        out.push(b'-');
    }
    let (mut digits, point) = all_digits(value);
    let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
    let mut exponent = point as i32 - 1 - zeros as i32;
    if zeros == digits.len() {
        digits.clear();
        exponent = 0;
    } else {
        digits.drop_front(zeros);
    }
    if rounded(&mut digits, places + 1) {
        digits.truncate(places + 1);
        exponent += 1;
    }
    out.push(digits[0]);
    if places > 0 {
        out.push(b'.');
        out.extend_from_slice(&digits[1..]);
    }
    push_exponent(out, exponent);
}
