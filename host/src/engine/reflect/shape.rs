//! The types of a component as the conversion needs them: resolved once, shared, without wasmtime.
//!
//! *Never:* a shape is deeper than [`DEPTH_MAX`], so following one cannot exhaust the stack.

use std::sync::Arc;

/// Values nested deeper are refused when the component is described. Every level of a type is at
/// most one level of JSON, so inputs stay below the 128 levels that JSON readers commonly accept,
/// and the conversion needs little stack. Real interfaces have fewer than ten.
pub(super) const DEPTH_MAX: usize = 64;

/// One type.
#[derive(Debug)]
pub(super) enum Shape {
    Bool,
    Whole(Whole),
    F32,
    F64,
    Char,
    Text,
    /// `list<u8>`.
    Bytes,
    /// Text, or bytes where they are not text: the streams of a command.
    Data,
    List(Arc<Shape>),
    FixedList(Arc<Shape>, u32),
    Map(Key, Arc<Shape>),
    Record(Record),
    Tuple(Box<[Arc<Shape>]>),
    Variant(Variant),
    Enum(Choice),
    Flags(Choice),
    Option(Arc<Shape>),
    Result {
        ok: Option<Arc<Shape>>,
        err: Option<Arc<Shape>>,
    },
    Handle {
        resource: Resource,
        owned: bool,
    },
}

/// The whole numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whole {
    U8,
    U16,
    U32,
    U64,
    S8,
    S16,
    S32,
    S64,
}

/// What the keys of a map are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    Bool,
    Char,
    Text,
    Whole(Whole),
}

/// A resource that the component defines and exports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Resource {
    /// Tells it from the component's other resources.
    pub(super) number: u32,
    pub(super) name: Arc<str>,
}

/// Properties, in order.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) title: Title,
    pub(super) names: Names,
    pub(super) fields: Box<[Arc<Shape>]>,
}

#[derive(Debug)]
pub(super) struct Variant {
    pub(super) title: Title,
    pub(super) names: Names,
    pub(super) payloads: Box<[Option<Arc<Shape>>]>,
}

/// Of an enumeration or of flags.
#[derive(Debug)]
pub(super) struct Choice {
    pub(super) title: Title,
    pub(super) names: Names,
}

/// What a named type and its parts are called and what is said of them.
#[derive(Debug, Default)]
pub(super) struct Title {
    pub(super) name: Option<Arc<str>>,
    pub(super) docs: String,
}

/// Names of fields, cases or flags, found in logarithmic time so that an input with many cannot
/// keep the host busy.
#[derive(Debug)]
pub(super) struct Names {
    names: Box<[Box<str>]>,
    docs: Box<[String]>,
    sorted: Box<[usize]>,
}

impl Names {
    /// `docs` has as many texts as there are names, or none.
    pub(super) fn new(names: Box<[Box<str>]>, docs: Box<[String]>) -> Self {
        let mut sorted: Box<[usize]> = (0..names.len()).collect();
        sorted.sort_unstable_by_key(|index| names.get(*index));
        Self { names, docs, sorted }
    }

    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    pub(super) fn name(&self, index: usize) -> &str {
        self.names.get(index).map_or("", |name| name)
    }

    pub(super) fn docs(&self, index: usize) -> &str {
        self.docs.get(index).map_or("", String::as_str)
    }

    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        self.names.iter().map(|name| &**name)
    }

    /// Where this name is; looks at `likely` first.
    pub(super) fn find(&self, name: &str, likely: usize) -> Option<usize> {
        if self.names.get(likely).is_some_and(|likely| **likely == *name) {
            return Some(likely);
        }
        let key = |index: &usize| self.names.get(*index).map_or("", |name| &**name);
        let at = self.sorted.binary_search_by(|index| key(index).cmp(name)).ok()?;
        self.sorted.get(at).copied()
    }
}

impl Shape {
    /// Whether a missing value means `none`.
    pub(super) const fn is_option(&self) -> bool {
        matches!(self, Self::Option(_))
    }
}

impl Whole {
    /// Least and greatest.
    pub(super) const fn range(self) -> (i128, i128) {
        match self {
            Self::U8 => (0, u8::MAX as i128),
            Self::U16 => (0, u16::MAX as i128),
            Self::U32 => (0, u32::MAX as i128),
            Self::U64 => (0, u64::MAX as i128),
            Self::S8 => (i8::MIN as i128, i8::MAX as i128),
            Self::S16 => (i16::MIN as i128, i16::MAX as i128),
            Self::S32 => (i32::MIN as i128, i32::MAX as i128),
            Self::S64 => (i64::MIN as i128, i64::MAX as i128),
        }
    }

    /// Whether programs that keep numbers as doubles would round it, so that text is taken too.
    pub(super) const fn is_wide(self) -> bool {
        matches!(self, Self::U64 | Self::S64)
    }
}
