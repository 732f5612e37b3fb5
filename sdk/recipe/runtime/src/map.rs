//! Maps: entries in the order they came, and a sorted index for those with many.
//!
//! *Never:* two keys of a map are equal.

use crate::compare::{equal, is_number, numbers};
use crate::fault::{Cause, raise, raise_with, undecided};
use crate::list::{self, merge_sort};
use crate::optional;
use crate::row::Row;
use crate::same::same;
use crate::value::{Kind, NONE, Value};
use core::cmp::Ordering;

/// Maps with more entries than this get an index when they are made, so that what a look-up costs
/// does not depend on those before it; below it a scan is faster.
const SCAN_MAX: usize = 8;

/// An order over all keys: numbers by value, then truth values, then text.
fn key_order(left: Value, right: Value) -> Ordering {
    let class = |key: Value| match key.kind() {
        kind if is_number(kind) => 0,
        Kind::Bool => 1,
        _ => 2,
    };
    class(left).cmp(&class(right)).then_with(|| match class(left) {
        0 => numbers(left, right).unwrap_or(Ordering::Equal),
        1 => left.a().cmp(&right.a()),
        _ => name_order(left, right),
    })
}

/// The same order where the right key is text: the length first, since it is at hand, and any order
/// will do.
fn name_order(left: Value, right: Value) -> Ordering {
    if !left.is(Kind::Text) {
        return Ordering::Less;
    }
    left.a().cmp(&right.a()).then_with(|| left.raw().cmp(right.raw()))
}

type Order = fn(Value, Value) -> Ordering;

/// The numbers of a map's entries in the order of their keys, which is `key_order` or comes to the
/// same. One that is named by a pointer is linked only where it is wanted.
#[unsafe(no_mangle)]
#[inline(never)]
fn map_index(map: Value, order_of: Order) -> &'static [u32] {
    if map.index() == 0 {
        let entries = map.entries();
        let mut order: Row<u32> = (0..entries.len() as u32).collect();
        merge_sort(&mut order, &|a, b| order_of(entries[a as usize].0, entries[b as usize].0));
        map.set_index(order.leak().as_ptr() as u32);
    }
    // SAFETY: the index has as many numbers as the map has entries.
    unsafe { core::slice::from_raw_parts(map.index() as *const u32, map.len()) }
}

/// What a value is as a key; none where a key can never be such a value.
fn is_key(key: Value) -> bool {
    matches!(key.kind(), Kind::Int | Kind::Uint | Kind::Double | Kind::Bool | Kind::Text)
}

/// The value under a key.
pub(crate) fn find(map: Value, key: Value) -> Option<Value> {
    if !is_key(key) {
        return None;
    }
    let entries = map.entries();
    if entries.len() <= SCAN_MAX {
        return entries.iter().find(|(other, _)| equal(key, *other)).map(|(_, value)| *value);
    }
    if key.is(Kind::Double) && key.as_double().is_nan() {
        return None;
    }
    indexed_at(map, map_index(map, key_order), key, key_order)
}

/// The value under a key of a map with an index.
#[inline(never)]
fn indexed_at(map: Value, index: &[u32], key: Value, order_of: Order) -> Option<Value> {
    let entries = map.entries();
    let found = index.binary_search_by(|at| order_of(entries[*at as usize].0, key)).ok()?;
    Some(entries[index[found] as usize].1)
}

/// The value under a name.
pub(crate) fn field(map: Value, name: Value) -> Option<Value> {
    if !map.is(Kind::Map) {
        return None;
    }
    // Maps with many entries have an index from the start, but for those whose names are known.
    if map.index() != 0 {
        return opt_indexed(map, name);
    }
    // A name that the compiler wrote is the same value wherever it stands.
    let named = |key: Value| key == name || key.is(Kind::Text) && same(key.raw(), name.raw());
    map.entries().iter().find(|(key, _)| named(*key)).map(|(_, value)| *value)
}

/// The value under a name of a map with an index.
#[unsafe(no_mangle)]
#[inline(never)]
fn opt_indexed(map: Value, name: Value) -> Option<Value> {
    indexed_at(map, map_index(map, name_order), name, name_order)
}

/// Whether no key stands twice in a map whose keys are all text.
#[unsafe(no_mangle)]
#[inline(never)]
pub(crate) fn opt_unique(map: Value) -> bool {
    let entries = map.entries();
    let same = |a: usize, b: usize| same(entries[a].0.raw(), entries[b].0.raw());
    let twice = if entries.len() <= SCAN_MAX {
        (1..entries.len()).any(|at| (0..at).any(|before| same(before, at)))
    } else {
        let index = map_index(map, name_order);
        index.windows(2).any(|pair| same(pair[0] as usize, pair[1] as usize))
    };
    !twice
}

/// A map from a list of few names and values in turn; the compiler has seen that no name stands twice,
/// and that there are no more than are found without an index. A list is laid out as a map is.
#[unsafe(no_mangle)]
extern "C" fn rt_few_names(flat: Value) -> Value {
    Value::new(Kind::Map, flat.a() / 2, u64::from(flat.b() as u32))
}

/// The same for any number of them.
#[unsafe(no_mangle)]
extern "C" fn rt_names(flat: Value) -> Value {
    let map = rt_few_names(flat);
    if map.len() > SCAN_MAX {
        map_index(map, name_order);
    }
    map
}

/// A map from a list of keys and values in turn; a repeated key is a fault.
#[unsafe(no_mangle)]
extern "C" fn rt_map(flat: Value) -> Value {
    let mut entries = Row::with_room(flat.len() / 2);
    for pair in flat.items().chunks_exact(2) {
        if !is_key(pair[0]) || pair[0].is(Kind::Double) {
            return raise_with(Cause::BadKey, pair[0]);
        }
        entries.push((pair[0], pair[1]));
    }
    let map = Value::map(entries);
    match repeated(map) {
        Some(key) => raise_with(Cause::DuplicateKey, key),
        None => map,
    }
}

/// A map whose keys are known to differ.
pub(crate) fn indexed(entries: Row<(Value, Value)>) -> Value {
    let map = Value::map(entries);
    if map.len() > SCAN_MAX {
        map_index(map, key_order);
    }
    map
}

/// A key that stands twice.
pub(crate) fn repeated(map: Value) -> Option<Value> {
    let entries = map.entries();
    if entries.len() <= SCAN_MAX {
        let before = |at: usize| entries[..at].iter().any(|(key, _)| equal(*key, entries[at].0));
        return (1..entries.len()).find(|at| before(*at)).map(|at| entries[at].0);
    }
    let key = |at: &u32| entries[*at as usize].0;
    let twice =
        map_index(map, key_order).windows(2).find(|pair| equal(key(&pair[0]), key(&pair[1])))?;
    Some(key(&twice[1]))
}

/// Adds a pair to the flat list that becomes a map, if the optional holds a value.
#[unsafe(no_mangle)]
extern "C" fn rt_pair_optional(flat: Value, key: Value, item: Value) -> Value {
    if !item.is(Kind::Optional) {
        return raise(Cause::NoSuchOverload);
    }
    if item.a() != 0 {
        flat.push(key);
        flat.push(Value(item.a()));
    }
    flat
}

/// Adds the entries of a map to the flat list that becomes one.
#[unsafe(no_mangle)]
extern "C" fn rt_pairs_of(flat: Value, map: Value) -> Value {
    if !map.is(Kind::Map) {
        return raise(Cause::NoSuchOverload);
    }
    for (key, value) in map.entries() {
        flat.push(*key);
        flat.push(*value);
    }
    flat
}

/// `whole[index]`, for lists, maps and optionals of them.
#[unsafe(no_mangle)]
extern "C" fn rt_index(whole: Value, index: Value) -> Value {
    match whole.kind() {
        Kind::List => match list::at(whole, index) {
            Some(item) => item,
            None if list::position(index).is_some() => raise_with(Cause::OutOfBounds, index),
            None => raise(Cause::NoSuchOverload),
        },
        Kind::Map => find(whole, index).unwrap_or_else(|| raise_with(Cause::NoSuchKey, index)),
        Kind::Optional => rt_index_optional(whole, index),
        _ => raise(Cause::NoSuchOverload),
    }
}

/// `whole[?index]`.
#[unsafe(no_mangle)]
extern "C" fn rt_index_optional(whole: Value, index: Value) -> Value {
    match whole.kind() {
        Kind::List => match list::at(whole, index) {
            None if list::position(index).is_none() => raise(Cause::NoSuchOverload),
            item => optional::of(item.unwrap_or(NONE)),
        },
        Kind::Map => optional::of(find(whole, index).unwrap_or(NONE)),
        Kind::Optional if whole.a() == 0 => whole,
        Kind::Optional => rt_index_optional(Value(whole.a()), index),
        _ => raise(Cause::NoSuchOverload),
    }
}

/// `whole.name`, where the name is text.
#[unsafe(no_mangle)]
extern "C" fn rt_select(whole: Value, name: Value) -> Value {
    match whole.kind() {
        Kind::Map => field(whole, name).unwrap_or_else(|| raise_with(Cause::NoSuchKey, name)),
        Kind::Optional => rt_select_optional(whole, name),
        _ => raise(Cause::NoSuchOverload),
    }
}

/// `whole.?name`.
#[unsafe(no_mangle)]
extern "C" fn rt_select_optional(whole: Value, name: Value) -> Value {
    match whole.kind() {
        Kind::Map => optional::of(field(whole, name).unwrap_or(NONE)),
        Kind::Optional if whole.a() == 0 => whole,
        Kind::Optional => rt_select_optional(Value(whole.a()), name),
        _ => raise(Cause::NoSuchOverload),
    }
}

/// `has(whole.name)`.
#[unsafe(no_mangle)]
extern "C" fn rt_has(whole: Value, name: Value) -> u32 {
    match whole.kind() {
        Kind::Map => u32::from(field(whole, name).is_some()),
        Kind::Optional if whole.a() == 0 => 0,
        Kind::Optional => rt_has(Value(whole.a()), name),
        _ => undecided(Cause::NoSuchOverload),
    }
}

/// The size of anything that has one.
#[unsafe(no_mangle)]
extern "C" fn rt_size(whole: Value) -> Value {
    match whole.kind() {
        Kind::Text => Value::int(crate::text::count(whole.raw()) as i64),
        Kind::Bytes | Kind::List | Kind::Map => Value::int(whole.len() as i64),
        _ => raise(Cause::NoSuchOverload),
    }
}
