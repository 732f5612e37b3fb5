//! Whole numbers to decimal text and back.
//!
//! *Never:* a number that does not fit is cut off.

/// The digits of `u64::MAX`.
const DIGITS_MAX: usize = 20;

pub(crate) fn push_unsigned(mut value: u64, out: &mut String) {
    let mut digits = [b'0'; DIGITS_MAX];
    let mut start = DIGITS_MAX;
    for place in digits.iter_mut().rev() {
        *place = b'0' + (value % 10) as u8;
        value /= 10;
        start -= 1;
        if value == 0 {
            break;
        }
    }
    // Digits are UTF-8, so this gives them all; once as a whole, and not each as a character.
    let digits = digits.get(start..).unwrap_or_default();
    out.push_str(std::str::from_utf8(digits).unwrap_or_default());
}

pub(crate) fn push_signed(value: i64, out: &mut String) {
    if value < 0 {
        out.push('-');
    }
    push_unsigned(value.unsigned_abs(), out);
}

/// The value of a run of digits.
pub(super) fn magnitude(digits: &str) -> Option<u64> {
    digits.bytes().try_fold(0_u64, |value, digit| {
        value.checked_mul(10)?.checked_add(u64::from(digit.wrapping_sub(b'0')))
    })
}

/// The negative of the value of a run of digits.
pub(super) fn negative(digits: &str) -> Option<i64> {
    0_i64.checked_sub_unsigned(magnitude(digits)?)
}
