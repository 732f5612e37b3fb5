//! Durations: nanoseconds in 64 bits, some 292 years either way.
//!
//! *Never:* a duration wraps around.

mod read;

use crate::decimal;
use crate::fault::{Cause, raise};
use crate::row::Row;
use crate::value::Value;

pub(crate) use read::parse;

const SECOND: i64 = 1_000_000_000;

pub(crate) fn checked(nanos: Option<i64>) -> Value {
    match nanos {
        Some(nanos) => Value::duration(nanos),
        None => raise(Cause::TimeRange),
    }
}

/// Seconds as a decimal number, with `s` behind.
#[unsafe(no_mangle)]
#[inline(never)]
pub(crate) fn opt_push_duration(out: &mut Row<u8>, nanos: i64) {
    if nanos < 0 {
        out.push(b'-');
    }
    let total = nanos.unsigned_abs();
    decimal::push_unsigned(out, total / SECOND as u64, 10, false);
    push_fraction(out, (total % SECOND as u64) as u32);
    out.push(b's');
}

/// Nanoseconds as a fraction without zeros at its end; nothing where there are none.
pub(crate) fn push_fraction(out: &mut Row<u8>, nanos: u32) {
    if nanos == 0 {
        return;
    }
    out.push(b'.');
    let mut rest = nanos;
    let mut unit = 100_000_000;
    while rest > 0 {
        out.push(b'0' + (rest / unit) as u8);
        rest %= unit;
        unit /= 10;
    }
}
