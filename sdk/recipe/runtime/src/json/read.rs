//! JSON text to values in the shape that is wanted, in one pass: what nobody reads is looked at and
//! not kept.
//!
//! A shape is laid out in words by the compiler: the kind of value; behind it, for lists and maps, the
//! shape of what is in them and has no name there; behind that, for maps, the number of fields that
//! have, and for each its name as a value, its shape, and whether it must be there.
//!
//! *Never:* a value goes on whose type is not the wanted one; nor is recursion deeper than is allowed.

use super::DEPTH_MAX;
use super::numeral::number;
use super::place::Place;
use super::string::escaped;
use crate::fault::{Cause, raise_with};
use crate::same::same;
use crate::value::{Kind, NONE, Value};
use crate::{list, map};

/// The kind of a wanted value: a kind's number, or one of [`Shape`]'s.
pub(super) type Wanted = u32;

/// What is wanted: the address of its words, or one of two that stand for themselves.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape(u32);

/// A field of a map.
#[derive(Clone, Copy)]
#[repr(C)]
struct Field {
    name: Value,
    shape: Shape,
    is_required: u32,
}

impl Shape {
    /// Any value.
    pub(super) const ANY: Wanted = 0;
    /// No value: what is there is looked at and left.
    pub(super) const NOTHING: Wanted = 1;
    pub(super) const INT: Wanted = Kind::Int as u32;
    pub(super) const DOUBLE: Wanted = Kind::Double as u32;
    const TEXT: Wanted = Kind::Text as u32;
    /// No value, and none may be there: a map with this around its fields has no others.
    const REFUSED: Wanted = 2;
    const LIST: Wanted = Kind::List as u32;
    const MAP: Wanted = Kind::Map as u32;

    pub(super) fn at(words: u32) -> Self {
        Self(words)
    }

    fn word(self, at: u32) -> u32 {
        // SAFETY: the compiler laid shapes out in whole words.
        unsafe { *((self.0 + at * 4) as *const u32) }
    }

    fn is_laid_out(self) -> bool {
        self.0 > Self::REFUSED
    }

    fn wanted(self) -> Wanted {
        if self.is_laid_out() { self.word(0) } else { self.0 }
    }

    /// The shape of what is in a list or map, as far as no field has one of its own.
    fn inner(self) -> Self {
        if self.is_laid_out() { Self(self.word(1)) } else { self }
    }

    /// Whether a list or map of this has anything in it but its fields.
    fn has_others(self) -> bool {
        !matches!(self.inner().0, Self::NOTHING | Self::REFUSED)
    }

    fn fields(self) -> &'static [Field] {
        if self.is_laid_out() && self.word(0) == Self::MAP {
            // SAFETY: the compiler laid out as many as it says.
            unsafe {
                core::slice::from_raw_parts((self.0 + 12) as *const Field, self.word(2) as usize)
            }
        } else {
            &[]
        }
    }
}

/// What is being read.
struct Reader {
    /// What is in the lists and maps that have begun.
    open: Value,
    /// The string that was read last.
    text: &'static [u8],
}

/// A list, map or document that has begun.
struct Begun {
    /// What ends it.
    end: u8,
    shape: Shape,
    /// The name that it has where it stands.
    name: Value,
    /// How many may yet stand in each other.
    depth: u32,
}

/// Reads one value and nothing after it. None where it is no JSON, or has not the shape; then there is
/// a fault.
pub(super) fn read(start: Place, length: u32, shape: Shape) -> Option<Value> {
    let mut reader = Reader { open: list::rt_list(ROOM), text: &[] };
    let whole = Begun { end: 0, shape, name: NONE, depth: DEPTH_MAX };
    let end = reader.within(start, &whole)?;
    // The one value is all there is, and the zero behind it is not one of the text's.
    match reader.open.items() {
        [value] if end == start.on(length + 1) => Some(*value),
        _ => None,
    }
}

/// Room for what stands in most inputs side by side.
const ROOM: u32 = 32;

impl Reader {
    /// Reads up to what ends this, and puts what is in there behind all that is open.
    fn within(&mut self, start: Place, begun: &Begun) -> Option<Place> {
        let is_map = begun.end == b'}';
        let (inner, fields) = match begun.end {
            0 => (begun.shape, [].as_slice()),
            _ => (begun.shape.inner(), begun.shape.fields()),
        };
        let first = self.open.len();
        let mut at = start.past_space();
        if at.byte() == begun.end {
            return Some(at.on(1));
        }
        loop {
            let (mut shape, mut name) = (inner, begun.name);
            if is_map {
                at = self.string(at)?.past_space().past_letter(b':')?.past_space();
                if let Some(field) = fields.iter().find(|one| same(one.name.raw(), self.text)) {
                    (shape, name) = (field.shape, field.name);
                    // Two readers of one text must not see two things.
                    if self.open.items()[first..].iter().step_by(2).any(|other| *other == name) {
                        return None;
                    }
                    self.open.push(name);
                } else if inner.0 == Shape::REFUSED {
                    return misfit(Value::text("there is a field that may not be there"));
                } else if inner.0 != Shape::NOTHING {
                    name = Value::text_over(self.text);
                    self.open.push(name);
                }
            }
            at = self.value(at, shape, name, begun.depth)?.past_space();
            let byte = at.byte();
            at = at.on(1);
            if byte == begun.end {
                return Some(at);
            }
            if byte != b',' {
                return None;
            }
            at = at.past_space();
        }
    }

    /// Reads one value, and puts it behind all that is open where it is wanted.
    #[inline(always)]
    fn value(&mut self, at: Place, shape: Shape, name: Value, depth: u32) -> Option<Place> {
        let wanted = shape.wanted();
        let byte = at.byte();
        let (end, value) = match byte {
            b'"' => {
                let end = self.string(at)?;
                let is_wanted = matches!(wanted, Shape::ANY | Shape::TEXT);
                (end, if is_wanted { Value::text_over(self.text) } else { Value::null() })
            }
            b'[' | b'{' => {
                let kind = if byte == b'[' { Shape::LIST } else { Shape::MAP };
                if wanted > Shape::NOTHING && wanted != kind {
                    return misfit(name);
                }
                // Two letters on from an opening bracket or brace stands the closing one.
                let begun = Begun { end: byte + 2, shape, name, depth: depth.checked_sub(1)? };
                self.whole(at.on(1), &begun)?
            }
            b'n' => (at.past(b"null")?, Value::null()),
            b't' => (at.past(b"true")?, Value::bool(true)),
            b'f' => (at.past(b"false")?, Value::bool(false)),
            _ => number(at, wanted)?,
        };
        if wanted != Shape::NOTHING {
            if wanted != Shape::ANY && wanted != value.kind() as u32 {
                return misfit(name);
            }
            self.open.push(value);
        }
        Some(end)
    }

    /// Reads a list or map as a value.
    fn whole(&mut self, at: Place, begun: &Begun) -> Option<(Place, Value)> {
        let first = self.open.len();
        let end = self.within(at, begun)?;
        if begun.shape.0 == Shape::NOTHING {
            return Some((end, Value::null()));
        }
        let items = self.open.cut(first);
        if begun.end == b']' {
            return Some((end, Value::new(Kind::List, items.len() as u32, items.as_ptr() as u64)));
        }
        let map = Value::new(Kind::Map, items.len() as u32 / 2, items.as_ptr() as u64);
        let is_there = |field: &Field| items.iter().step_by(2).any(|name| *name == field.name);
        for field in begun.shape.fields() {
            if field.is_required != 0 && !is_there(field) {
                return misfit(field.name);
            }
        }
        if begun.shape.has_others() && !map::opt_unique(map) {
            return None;
        }
        Some((end, map))
    }

    /// Reads a string into `text`.
    #[inline(always)]
    fn string(&mut self, at: Place) -> Option<Place> {
        let start = at.past_letter(b'"')?;
        let mut end = start.past_plain();
        self.text = start.until(end);
        if end.byte() != b'"' {
            (end, self.text) = escaped(start, end)?;
        }
        Some(end.on(1))
    }
}

/// The fault of a value that does not fit, by its name; what has none is all of the input.
#[cold]
#[inline(never)]
fn misfit<T>(name: Value) -> Option<T> {
    let about = if name.is_none() { Value::text("the input is not an object") } else { name };
    raise_with(Cause::BadInput, about);
    None
}
