//! Network addresses and ranges of them.
//!
//! A cell holds the family (4 or 6) and, from bit 8 on, the length of the prefix; its bytes are the
//! address.
//!
//! *Never:* two families are compared bit by bit.

mod read;

use crate::decimal;
use crate::fault::{Cause, FAULT, raise, raise_with, undecided};
use crate::row::Row;
use crate::value::{Kind, Value};

use read::{Address, read, read_range};

fn address_of(value: Value) -> Address {
    // SAFETY: a cell of these kinds points to sixteen bytes, aligned to eight.
    let bits = unsafe { (value.b() as usize as *const u128).read_unaligned() };
    Address { family: value.a() & 0xff, bits }
}

fn made(kind: Kind, address: Address, prefix: u32) -> Value {
    let place = crate::heap::take(16);
    // SAFETY: the heap gave sixteen bytes.
    unsafe { place.cast::<u128>().write_unaligned(address.bits) };
    Value::new(kind, address.family | prefix << 8, place as u64)
}

fn prefix_of(value: Value) -> u32 {
    value.a() >> 8
}

fn mask(prefix: u32) -> u128 {
    if prefix == 0 { 0 } else { u128::MAX << (128 - prefix) }
}

pub(crate) fn same(left: Value, right: Value) -> bool {
    left.a() == right.a() && address_of(left) == address_of(right)
}

fn push_address(out: &mut Row<u8>, address: Address) {
    if address.family == 4 {
        for at in 0..4 {
            if at > 0 {
                out.push(b'.');
            }
            decimal::push_unsigned(out, (address.bits >> (120 - 8 * at)) as u64 & 255, 10, false);
        }
        return;
    }
    let group = |at: u32| (address.bits >> (112 - 16 * at)) as u64 & 0xffff;
    // The longest run of zeros, the first of equals, if it has two groups or more.
    let (mut best, mut length) = (8, 1);
    for start in 0..8 {
        let run = (start..8).take_while(|at| group(*at) == 0).count() as u32;
        if run > length {
            (best, length) = (start, run);
        }
    }
    let mut at = 0;
    while at < 8 {
        if at == best {
            out.extend_from_slice(b"::");
            at += length;
            continue;
        }
        if at > 0 && at != best + length {
            out.push(b':');
        }
        decimal::push_unsigned(out, group(at), 16, false);
        at += 1;
    }
}

#[unsafe(no_mangle)]
#[inline(never)]
pub(crate) fn opt_push_net(out: &mut Row<u8>, value: Value) {
    push_address(out, address_of(value));
    if value.is(Kind::Cidr) {
        out.push(b'/');
        decimal::push_unsigned(out, u64::from(prefix_of(value)), 10, false);
    }
}

fn to_address(value: Value) -> Value {
    match value.kind() {
        Kind::Ip => value,
        Kind::Text => match read(value.raw()) {
            Some(address) => made(Kind::Ip, address, 0),
            None => raise_with(Cause::BadAddress, value),
        },
        _ => raise(Cause::NoSuchOverload),
    }
}

/// `ip(text)`, and the address of a range.
#[unsafe(no_mangle)]
extern "C" fn rt_ip(value: Value) -> Value {
    if value.is(Kind::Cidr) {
        return made(Kind::Ip, address_of(value), 0);
    }
    if value.is(Kind::Ip) {
        return raise(Cause::NoSuchOverload);
    }
    to_address(value)
}

fn to_range(value: Value) -> Value {
    match value.kind() {
        Kind::Cidr => value,
        Kind::Text => match read_range(value.raw()) {
            Some((address, prefix)) => made(Kind::Cidr, address, prefix),
            None => raise_with(Cause::BadAddress, value),
        },
        _ => raise(Cause::NoSuchOverload),
    }
}

#[unsafe(no_mangle)]
extern "C" fn rt_cidr(value: Value) -> Value {
    if value.is(Kind::Cidr) { raise(Cause::NoSuchOverload) } else { to_range(value) }
}

#[unsafe(no_mangle)]
extern "C" fn rt_is_ip(value: Value) -> u32 {
    if !value.is(Kind::Text) {
        return undecided(Cause::NoSuchOverload);
    }
    u32::from(read(value.raw()).is_some())
}

#[unsafe(no_mangle)]
extern "C" fn rt_is_cidr(value: Value) -> u32 {
    if !value.is(Kind::Text) {
        return undecided(Cause::NoSuchOverload);
    }
    u32::from(read_range(value.raw()).is_some())
}

/// Whether text is the one canonical form of an address.
#[unsafe(no_mangle)]
extern "C" fn rt_is_canonical(value: Value) -> u32 {
    if !value.is(Kind::Text) {
        return undecided(Cause::NoSuchOverload);
    }
    let Some(address) = read(value.raw()) else {
        raise_with(Cause::BadAddress, value);
        return FAULT;
    };
    let mut out = Row::new();
    push_address(&mut out, address);
    u32::from(crate::same::same(&out, value.raw()))
}

#[unsafe(no_mangle)]
extern "C" fn rt_family(value: Value) -> Value {
    if !value.is(Kind::Ip) {
        return raise(Cause::NoSuchOverload);
    }
    Value::int(i64::from(value.a()))
}

/// `isUnspecified`, `isLoopback`, `isGlobalUnicast`, `isLinkLocalMulticast`, `isLinkLocalUnicast`.
#[unsafe(no_mangle)]
extern "C" fn rt_ip_is(value: Value, what: u32) -> u32 {
    if !value.is(Kind::Ip) {
        return undecided(Cause::NoSuchOverload);
    }
    let address = address_of(value);
    let bits = address.bits;
    let four = address.family == 4;
    let unspecified = bits == 0;
    let loopback = if four { bits >> 120 == 127 } else { bits == 1 };
    let multicast = if four { bits >> 124 == 0xe } else { bits >> 120 == 0xff };
    let link_multicast =
        if four { bits >> 104 == 0xe0_00_00 } else { bits >> 112 & 0xff0f == 0xff02 };
    let link_unicast = if four { bits >> 112 == 0xa9fe } else { bits >> 118 == 0xfe80 >> 6 };
    let broadcast = four && bits >> 96 == 0xffff_ffff;
    u32::from(match what {
        0 => unspecified,
        1 => loopback,
        2 => !(unspecified || loopback || multicast || link_unicast || broadcast),
        3 => link_multicast,
        _ => link_unicast,
    })
}

#[unsafe(no_mangle)]
extern "C" fn rt_contains_ip(range: Value, address: Value) -> u32 {
    if !range.is(Kind::Cidr) {
        return undecided(Cause::NoSuchOverload);
    }
    let address = to_address(address);
    if address.is_none() {
        return FAULT;
    }
    let (outer, inner) = (address_of(range), address_of(address));
    let mask = mask(prefix_of(range));
    u32::from(outer.family == inner.family && outer.bits & mask == inner.bits & mask)
}

#[unsafe(no_mangle)]
extern "C" fn rt_contains_cidr(range: Value, part: Value) -> u32 {
    if !range.is(Kind::Cidr) {
        return undecided(Cause::NoSuchOverload);
    }
    let part = to_range(part);
    if part.is_none() {
        return FAULT;
    }
    let (outer, inner) = (address_of(range), address_of(part));
    let mask = mask(prefix_of(range));
    let within = outer.family == inner.family && outer.bits & mask == inner.bits & mask;
    u32::from(within && prefix_of(range) <= prefix_of(part))
}

#[unsafe(no_mangle)]
extern "C" fn rt_masked(range: Value) -> Value {
    if !range.is(Kind::Cidr) {
        return raise(Cause::NoSuchOverload);
    }
    let mut address = address_of(range);
    address.bits &= mask(prefix_of(range));
    made(Kind::Cidr, address, prefix_of(range))
}

#[unsafe(no_mangle)]
extern "C" fn rt_is_mask(range: Value) -> u32 {
    if !range.is(Kind::Cidr) {
        return undecided(Cause::NoSuchOverload);
    }
    let bits = address_of(range).bits;
    u32::from(bits & mask(prefix_of(range)) == bits)
}

#[unsafe(no_mangle)]
extern "C" fn rt_prefix_length(range: Value) -> Value {
    if !range.is(Kind::Cidr) {
        return raise(Cause::NoSuchOverload);
    }
    Value::int(i64::from(prefix_of(range)))
}
