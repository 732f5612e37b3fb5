//! Faults: why an expression has no value. The first one stays until it is taken.
//!
//! *Never:* a function gives no value without having raised a fault.

use crate::value::{Kind, NONE, Value};
use core::cell::Cell;

/// Causes, in the order of their messages.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum Cause {
    NoSuchOverload = 0,
    Overflow = 1,
    DivideByZero = 2,
    ModulusByZero = 3,
    NoSuchKey = 4,
    OutOfBounds = 5,
    Conversion = 6,
    DuplicateKey = 7,
    BadKey = 8,
    BadPattern = 9,
    BadArgument = 10,
    BadFormat = 11,
    NoValue = 12,
    TimeRange = 13,
    UnknownZone = 14,
    BadAddress = 15,
    #[expect(dead_code, reason = "only generated code raises it")]
    Unbound = 16,
    TooDeep = 17,
    BadInput = 18,
    /// From here on: what the host said to a step.
    Denied = 20,
    Exhausted = 21,
    Invalid = 22,
    Unavailable = 23,
    Failed = 24,
}

/// Beside a cause: the same call may succeed later.
const RETRYABLE: u32 = 0x100;

struct Current {
    fault: Cell<Value>,
    place: Cell<u32>,
    /// Whether anything has changed outside.
    effect: Cell<bool>,
}

// SAFETY: a component's instance has one thread.
unsafe impl Sync for Current {}

static CURRENT: Current =
    Current { fault: Cell::new(NONE), place: Cell::new(0), effect: Cell::new(false) };

/// Raises a fault and gives no value.
#[cold]
#[inline(never)]
pub(crate) fn raise(cause: Cause) -> Value {
    raise_with(cause, NONE)
}

/// Raises a fault that names the value it is about.
#[cold]
#[inline(never)]
pub(crate) fn raise_with(cause: Cause, about: Value) -> Value {
    CURRENT.place.set(0);
    CURRENT.fault.set(Value::new(Kind::Fault, cause as u32, u64::from(about.0)));
    NONE
}

/// Raises a fault that names what it is about, and tells whether a later try may succeed.
#[cold]
#[inline(never)]
pub(crate) fn raise_from(cause: Cause, about: Value, retryable: bool) -> Value {
    let flag = if retryable { RETRYABLE } else { 0 };
    CURRENT.place.set(0);
    CURRENT.fault.set(Value::new(Kind::Fault, cause as u32 | flag, u64::from(about.0)));
    NONE
}

/// For functions that tell yes or no: neither.
pub(crate) const FAULT: u32 = 2;

/// Raises a fault where yes or no was asked for.
#[cold]
#[inline(never)]
pub(crate) fn undecided(cause: Cause) -> u32 {
    raise(cause);
    FAULT
}

/// Whether there is a fault.
pub(crate) fn is_raised() -> bool {
    !CURRENT.fault.get().is_none()
}

/// Remembers that something outside may have changed.
pub(crate) fn effect() {
    CURRENT.effect.set(true);
}

/// Whether something outside may have changed since the call began.
pub(crate) fn effects() -> bool {
    CURRENT.effect.get()
}

/// Forgets the call that has ended.
pub(crate) fn forget() {
    CURRENT.fault.set(NONE);
    CURRENT.place.set(0);
    CURRENT.effect.set(false);
}

#[unsafe(no_mangle)]
extern "C" fn rt_raise(cause: Cause, about: Value) -> Value {
    raise_with(cause, about)
}

/// Raises a fault at a place.
#[unsafe(no_mangle)]
extern "C" fn rt_fail(cause: Cause, about: Value, place: u32) {
    raise_with(cause, about);
    CURRENT.place.set(place);
}

/// Says where in the recipe the current fault arose, unless a place deeper inside is known.
#[unsafe(no_mangle)]
extern "C" fn rt_at(place: u32) {
    if CURRENT.place.get() == 0 {
        CURRENT.place.set(place);
    }
}

/// Takes the fault away, so that the expression may go on; it can be raised again.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn rt_take() -> Value {
    let fault = CURRENT.fault.get();
    let place = u64::from(CURRENT.place.get()) << 32;
    CURRENT.fault.set(NONE);
    CURRENT.place.set(0);
    if fault.is_none() {
        return Value::new(Kind::Fault, Cause::NoSuchOverload as u32, place);
    }
    Value::new(Kind::Fault, fault.a(), fault.b() | place)
}

/// Raises a fault that was taken before.
#[unsafe(no_mangle)]
extern "C" fn rt_again(fault: Value) {
    CURRENT.place.set((fault.b() >> 32) as u32);
    CURRENT.fault.set(Value::new(Kind::Fault, fault.a(), fault.b() & 0xffff_ffff));
}

/// A fault that has been taken: cause, what it is about, and where.
pub(crate) fn parts(fault: Value) -> (u32, Value, u32) {
    (fault.a() & !RETRYABLE, Value(fault.b() as u32), (fault.b() >> 32) as u32)
}

/// Whether a later try may succeed where this fault arose.
pub(crate) fn retryable(fault: Value) -> bool {
    fault.a() & RETRYABLE != 0
}

/// What a cause is called. The order is that of `Cause`.
pub(crate) fn message(cause: u32) -> &'static str {
    match cause {
        0 => "no such overload",
        1 => "integer overflow",
        2 => "division by zero",
        3 => "modulus by zero",
        4 => "no such key",
        5 => "index out of bounds",
        6 => "cannot convert",
        7 => "repeated key",
        8 => "unsupported key type",
        9 => "invalid regular expression",
        10 => "invalid argument",
        11 => "invalid format",
        12 => "optional has no value",
        13 => "timestamp or duration out of range",
        14 => "unknown time zone",
        15 => "invalid network address",
        16 => "unbound name",
        17 => "value nested too deeply",
        18 => "input does not fit",
        20 => "denied",
        21 => "used up",
        22 => "refused as invalid",
        23 => "unavailable",
        _ => "failed",
    }
}
