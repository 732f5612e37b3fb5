//! Schemas of the types that everybody uses.
//!
//! *Never:* a type gets a schema here that its `serde` form does not fit.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::rc::Rc;
use std::sync::Arc;

use super::{Array, List, Map, Node, Place, Schema, Tuple};

/// Types whose schema is a kind and further members.
macro_rules! plain {
    ($($type:ty: $kind:literal, $more:literal;)*) => {$(
        impl Schema for $type {
            fn schema() -> Node {
                Node::Plain { kind: $kind, more: $more }
            }
        }
    )*};
}

plain! {
    str: "string", "";
    String: "string", "";
    char: "string", r#""minLength":1,"maxLength":1"#;
    bool: "boolean", "";
    f32: "number", r#""format":"float""#;
    f64: "number", r#""format":"double""#;
    i8: "integer", r#""format":"int8","minimum":-128,"maximum":127"#;
    i16: "integer", r#""format":"int16","minimum":-32768,"maximum":32767"#;
    i32: "integer", r#""format":"int32""#;
    i64: "integer", r#""format":"int64""#;
    i128: "integer", r#""format":"int128""#;
    isize: "integer", r#""format":"int""#;
    u8: "integer", r#""format":"uint8","minimum":0,"maximum":255"#;
    u16: "integer", r#""format":"uint16","minimum":0,"maximum":65535"#;
    u32: "integer", r#""format":"uint32","minimum":0"#;
    u64: "integer", r#""format":"uint64","minimum":0"#;
    u128: "integer", r#""format":"uint128","minimum":0"#;
    usize: "integer", r#""format":"uint","minimum":0"#;
    (): "null", "";
}

/// Types that have the schema of what is in them.
macro_rules! same {
    ($($type:ty => $inner:ident;)*) => {$(
        impl<$inner: Schema + ?Sized> Schema for $type {
            fn schema() -> Node {
                $inner::schema()
            }
        }
    )*};
}

same! {
    &T => T;
    Box<T> => T;
    Rc<T> => T;
    Arc<T> => T;
}

impl<T: Schema + ToOwned + ?Sized> Schema for Cow<'_, T> {
    fn schema() -> Node {
        T::schema()
    }
}

impl<T: Schema> Schema for Option<T> {
    fn schema() -> Node {
        Node::Optional(T::schema)
    }
}

impl<T: Schema> Schema for [T] {
    fn schema() -> Node {
        Node::Other(const { &List { of: T::schema, more: "" } })
    }
}

impl<T: Schema> Schema for Vec<T> {
    fn schema() -> Node {
        <[T]>::schema()
    }
}

impl<T: Schema> Schema for VecDeque<T> {
    fn schema() -> Node {
        <[T]>::schema()
    }
}

impl<T: Schema> Schema for BTreeSet<T> {
    fn schema() -> Node {
        Node::Other(const { &List { of: T::schema, more: r#""uniqueItems":true"# } })
    }
}

impl<T: Schema, S> Schema for HashSet<T, S> {
    fn schema() -> Node {
        Node::Other(const { &List { of: T::schema, more: r#""uniqueItems":true"# } })
    }
}

impl<K: Schema, V: Schema> Schema for BTreeMap<K, V> {
    fn schema() -> Node {
        Node::Other(const { &Map { keys: K::schema, of: V::schema } })
    }
}

impl<K: Schema, V: Schema, S> Schema for HashMap<K, V, S> {
    fn schema() -> Node {
        Node::Other(const { &Map { keys: K::schema, of: V::schema } })
    }
}

impl<T: Schema, const N: usize> Schema for [T; N] {
    fn schema() -> Node {
        Node::Other(const { &Array { of: T::schema, length: N } })
    }
}

/// Tuples, each place with its own schema.
macro_rules! tuples {
    ($(($($name:ident)+))+) => {$(
        impl<$($name: Schema),+> Schema for ($($name,)+) {
            fn schema() -> Node {
                Node::Other(const { &Tuple(const { &[
                    $(Place { is_read: true, is_written: true, of: $name::schema }),+
                ] }) })
            }
        }
    )+};
}

tuples! {
    (A)
    (A B)
    (A B C)
    (A B C D)
    (A B C D E)
    (A B C D E F)
    (A B C D E F G)
    (A B C D E F G H)
}
