//! What is wanted of an input, laid out in words as the runtime's reader takes it.
//!
//! *Never:* a shape is laid out without the linker being told what its reader needs.

use crate::cel::Type;
use crate::wasm::{Data, kind, made};

/// A shape: where its words stand, or one of those that stand for themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape(u32);

/// A field of a map that has a shape of its own.
pub(crate) struct Field<'a> {
    pub(crate) name: &'a str,
    pub(crate) shape: Shape,
    pub(crate) is_required: bool,
}

impl Shape {
    /// Looked at and left.
    pub(crate) const NOTHING: Self = Self(1);

    /// Not allowed to be there.
    pub(crate) const REFUSED: Self = Self(2);

    /// Any value.
    pub(crate) fn any(data: &mut Data) -> Self {
        data.makes(made::ANYTHING);
        Self(0)
    }

    pub(crate) fn list(items: Self, data: &mut Data) -> Self {
        Self(data.words(&[kind::LIST, items.0]))
    }

    /// A map; `others` is the shape of what no field has the name of.
    pub(crate) fn map(others: Self, fields: &[Field<'_>], data: &mut Data) -> Self {
        if others != Self::NOTHING && others != Self::REFUSED {
            data.makes(made::NAMES);
        }
        let count = u32::try_from(fields.len()).unwrap_or(u32::MAX);
        let mut words = vec![kind::MAP, others.0, count];
        for field in fields {
            // The value that stands for this name in expressions too, so that it is found at a glance.
            words.extend([data.text(field.name), field.shape.0, u32::from(field.is_required)]);
        }
        Self(data.words(&words))
    }

    /// Values of a type, as far as JSON has it.
    pub(crate) fn of(ty: &Type, data: &mut Data) -> Self {
        match ty {
            Type::Text => Self(data.words(&[kind::TEXT])),
            Type::Int => {
                data.makes(made::WHOLE);
                Self(data.words(&[kind::INT]))
            }
            Type::Double => {
                data.makes(made::DOUBLE);
                Self(data.words(&[kind::DOUBLE]))
            }
            Type::Bool => Self(data.words(&[kind::BOOL])),
            Type::List(items) => {
                let items = Self::of(items, data);
                Self::list(items, data)
            }
            Type::Map(key, values) if **key == Type::Text => {
                let values = Self::of(values, data);
                Self::map(values, &[], data)
            }
            _ => Self::any(data),
        }
    }

    /// Whether values of a type are read without doubles, and without names that have to differ, both of
    /// which take the most of the time.
    pub(crate) fn is_plain(ty: &Type) -> bool {
        match ty {
            Type::Text | Type::Int | Type::Bool => true,
            Type::List(items) => Self::is_plain(items),
            Type::Record(fields) => fields.iter().all(|field| Self::is_plain(&field.ty)),
            _ => false,
        }
    }

    /// The word that a reader is given.
    pub(crate) fn word(self) -> u32 {
        self.0
    }
}
