//! Lists: building, indexing, and the functions of the lists and sets extensions.
//!
//! *Never:* a list that has been handed out changes.

use crate::compare::{equal, is_number, numbers};
use crate::fault::{Cause, raise, raise_with, undecided};
use crate::row::Row;
use crate::value::{Kind, NONE, Value};
use core::cmp::Ordering;

/// The most elements that `lists.range` makes and `flatten` reads, so that one small number cannot
/// fill the memory.
const RANGE_MAX: i64 = 1_000_000;

pub(crate) fn concatenated(left: Value, right: Value) -> Value {
    if right.len() == 0 {
        return left;
    }
    let mut items = Row::with_room(left.len() + right.len());
    items.extend_from_slice(left.items());
    items.extend_from_slice(right.items());
    Value::list(items)
}

/// An empty list with room.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn rt_list(room: u32) -> Value {
    let place = crate::heap::take(room as usize * 4);
    Value::new(Kind::List, 0, (u64::from(room) << 32) | place as u64)
}

#[unsafe(no_mangle)]
extern "C" fn rt_push(list: Value, item: Value) {
    list.push(item);
}

/// Adds what an optional holds, if anything.
#[unsafe(no_mangle)]
extern "C" fn rt_push_optional(list: Value, item: Value) -> Value {
    if !item.is(Kind::Optional) {
        return raise(Cause::NoSuchOverload);
    }
    if item.a() != 0 {
        list.push(Value(item.a()));
    }
    list
}

/// A position in a list as any number that is whole.
pub(crate) fn position(index: Value) -> Option<i64> {
    match index.kind() {
        Kind::Int => Some(index.as_int()),
        Kind::Uint => i64::try_from(index.b()).ok(),
        Kind::Double => {
            let double = index.as_double();
            let whole = double as i64;
            (whole as f64 == double).then_some(whole)
        }
        _ => None,
    }
}

pub(crate) fn at(list: Value, index: Value) -> Option<Value> {
    let at = usize::try_from(position(index)?).ok()?;
    list.items().get(at).copied()
}

/// What a comprehension runs over: the list itself, or a map's keys.
#[unsafe(no_mangle)]
extern "C" fn rt_range(whole: Value) -> Value {
    match whole.kind() {
        Kind::List => whole,
        Kind::Map => Value::list(whole.entries().iter().map(|(key, _)| *key).collect()),
        _ => raise(Cause::NoSuchOverload),
    }
}

/// The first variable of a comprehension with two: the position in a list, or a map's key.
#[unsafe(no_mangle)]
extern "C" fn rt_first(whole: Value, at: u32) -> Value {
    if whole.is(Kind::Map) { whole.entries()[at as usize].0 } else { Value::int(i64::from(at)) }
}

/// The second variable: the element, or a map's value.
#[unsafe(no_mangle)]
extern "C" fn rt_second(whole: Value, at: u32) -> Value {
    if whole.is(Kind::Map) { whole.entries()[at as usize].1 } else { whole.items()[at as usize] }
}

/// How many rounds a comprehension has; a fault where there is nothing to run over.
#[unsafe(no_mangle)]
extern "C" fn rt_rounds(whole: Value) -> Value {
    match whole.kind() {
        Kind::List | Kind::Map => whole,
        _ => raise(Cause::NoSuchOverload),
    }
}

#[unsafe(no_mangle)]
extern "C" fn rt_lists_range(count: Value) -> Value {
    if !count.is(Kind::Int) {
        return raise(Cause::NoSuchOverload);
    }
    let count = count.as_int();
    if count > RANGE_MAX {
        return raise_with(Cause::BadArgument, Value::text("lists.range of more than 1000000"));
    }
    Value::list((0..count).map(Value::int).collect())
}

#[unsafe(no_mangle)]
extern "C" fn rt_slice(list: Value, from: Value, to: Value) -> Value {
    if !list.is(Kind::List) || !from.is(Kind::Int) || !to.is(Kind::Int) {
        return raise(Cause::NoSuchOverload);
    }
    let range = usize::try_from(from.as_int()).ok().zip(usize::try_from(to.as_int()).ok());
    match range.and_then(|(from, to)| list.items().get(from..to)) {
        Some(items) => Value::list_over(items),
        None => raise(Cause::OutOfBounds),
    }
}

#[unsafe(no_mangle)]
extern "C" fn rt_flatten(list: Value, depth: Value) -> Value {
    if !list.is(Kind::List) || !depth.is(Kind::Int) {
        return raise(Cause::NoSuchOverload);
    }
    if depth.as_int() < 0 {
        return raise_with(Cause::BadArgument, Value::text("flatten with a negative depth"));
    }
    let mut items = Row::with_room(list.len());
    flatten_into(&mut items, list, depth.as_int());
    Value::list(items)
}

fn flatten_into(items: &mut Row<Value>, list: Value, depth: i64) {
    for item in list.items() {
        if item.is(Kind::List) && depth > 0 {
            flatten_into(items, *item, depth - 1);
        } else {
            items.push(*item);
        }
    }
}

#[unsafe(no_mangle)]
extern "C" fn rt_distinct(list: Value) -> Value {
    if !list.is(Kind::List) {
        return raise(Cause::NoSuchOverload);
    }
    let mut items: Row<Value> = Row::new();
    for item in list.items() {
        if !items.iter().any(|other| equal(*item, *other)) {
            items.push(*item);
        }
    }
    Value::list(items)
}

#[unsafe(no_mangle)]
extern "C" fn rt_reverse(whole: Value) -> Value {
    match whole.kind() {
        Kind::List => Value::list(whole.items().iter().rev().copied().collect()),
        Kind::Text => crate::text::reversed(whole),
        _ => raise(Cause::NoSuchOverload),
    }
}

#[unsafe(no_mangle)]
extern "C" fn rt_sort(list: Value) -> Value {
    if !list.is(Kind::List) {
        return raise(Cause::NoSuchOverload);
    }
    sorted(list, list)
}

/// The items of `list` in the order of `keys`, which stand beside them.
#[unsafe(no_mangle)]
extern "C" fn rt_sort_by(list: Value, keys: Value) -> Value {
    sorted(list, keys)
}

fn sorted(list: Value, keys: Value) -> Value {
    let keys = keys.items();
    let Some(first) = keys.first() else { return list };
    let sortable = matches!(
        first.kind(),
        Kind::Int
            | Kind::Uint
            | Kind::Double
            | Kind::Bool
            | Kind::Duration
            | Kind::Time
            | Kind::Text
            | Kind::Bytes
    );
    if !sortable || keys.iter().any(|key| key.kind() != first.kind()) {
        return raise_with(Cause::BadArgument, Value::text("sort of values without one order"));
    }
    let mut order: Row<u32> = (0..keys.len() as u32).collect();
    merge_sort(&mut order, &|a, b| ordered(keys[a as usize], keys[b as usize]));
    Value::list(order.iter().map(|at| list.items()[*at as usize]).collect())
}

/// The order of two values of one kind.
pub(crate) fn ordered(left: Value, right: Value) -> Ordering {
    match left.kind() {
        Kind::Text | Kind::Bytes => left.raw().cmp(right.raw()),
        Kind::Bool => left.a().cmp(&right.a()),
        Kind::Time => left.as_int().cmp(&right.as_int()).then(left.a().cmp(&right.a())),
        Kind::Duration => left.as_int().cmp(&right.as_int()),
        kind if is_number(kind) => numbers(left, right).unwrap_or(Ordering::Equal),
        _ => Ordering::Equal,
    }
}

/// Stable, and never more than n log n steps: halves are merged from the bottom up.
pub(crate) fn merge_sort(order: &mut [u32], compare: &dyn Fn(u32, u32) -> Ordering) {
    let count = order.len();
    let mut other = Row::from(&*order);
    let (mut from, mut to) = (order, &mut *other);
    let mut width = 1;
    while width < count {
        let mut start = 0;
        while start < count {
            let middle = (start + width).min(count);
            let stop = (start + 2 * width).min(count);
            let (mut left, mut right) = (start, middle);
            for slot in &mut to[start..stop] {
                let take_left = left < middle
                    && (right >= stop || compare(from[left], from[right]) != Ordering::Greater);
                *slot = if take_left { from[left] } else { from[right] };
                left += usize::from(take_left);
                right += usize::from(!take_left);
            }
            start = stop;
        }
        (from, to) = (to, from);
        width *= 2;
    }
    // Which of the two has them now depends on how often they changed.
    to.copy_from_slice(from);
}

#[unsafe(no_mangle)]
extern "C" fn rt_first_item(list: Value) -> Value {
    if !list.is(Kind::List) {
        return raise(Cause::NoSuchOverload);
    }
    crate::optional::of(list.items().first().copied().unwrap_or(NONE))
}

#[unsafe(no_mangle)]
extern "C" fn rt_last_item(list: Value) -> Value {
    if !list.is(Kind::List) {
        return raise(Cause::NoSuchOverload);
    }
    crate::optional::of(list.items().last().copied().unwrap_or(NONE))
}

fn both_lists(left: Value, right: Value) -> bool {
    left.is(Kind::List) && right.is(Kind::List)
}

fn holds_all(whole: Value, part: Value) -> bool {
    part.items().iter().all(|item| whole.items().iter().any(|other| equal(*item, *other)))
}

#[unsafe(no_mangle)]
extern "C" fn rt_sets_contains(whole: Value, part: Value) -> u32 {
    if !both_lists(whole, part) {
        return undecided(Cause::NoSuchOverload);
    }
    u32::from(holds_all(whole, part))
}

#[unsafe(no_mangle)]
extern "C" fn rt_sets_equivalent(left: Value, right: Value) -> u32 {
    if !both_lists(left, right) {
        return undecided(Cause::NoSuchOverload);
    }
    u32::from(holds_all(left, right) && holds_all(right, left))
}

#[unsafe(no_mangle)]
extern "C" fn rt_sets_intersects(left: Value, right: Value) -> u32 {
    if !both_lists(left, right) {
        return undecided(Cause::NoSuchOverload);
    }
    let shared = left.items().iter().any(|item| right.items().iter().any(|o| equal(*item, *o)));
    u32::from(shared)
}

/// The sum of numbers or durations of one type; of nothing it is the whole number zero.
#[unsafe(no_mangle)]
extern "C" fn rt_sum(list: Value) -> Value {
    if !list.is(Kind::List) {
        return raise(Cause::NoSuchOverload);
    }
    let Some((first, rest)) = list.items().split_first() else { return Value::int(0) };
    if !matches!(first.kind(), Kind::Int | Kind::Uint | Kind::Double | Kind::Duration) {
        return raise(Cause::NoSuchOverload);
    }
    let mut sum = *first;
    for item in rest {
        sum = crate::arith::rt_add(sum, *item);
        if sum.is_none() {
            return NONE;
        }
    }
    sum
}
