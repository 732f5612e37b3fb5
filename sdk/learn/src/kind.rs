//! Kinds: what is known of values before a program runs.
//!
//! *Never:* a value of a kind has another kind inside.

use crate::value::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The kind of a value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Anything: values of several kinds stand in this place.
    Any,
    /// True or false.
    Bool,
    /// A whole number.
    Int,
    /// A number.
    Float,
    /// Text.
    Text,
    /// A point in time. No argument has it; programs read times from text.
    Time,
    /// A list of values of one kind.
    List(Arc<Kind>),
    /// An object with these fields.
    Record(Arc<BTreeMap<Arc<str>, Field>>),
    /// An object whose keys are data.
    Dict(Arc<Kind>),
}

/// A field of an object.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Field {
    /// What it holds.
    pub kind: Kind,
    /// Whether it is there in every value that was seen.
    pub required: bool,
}

/// What is known after some values; `None` while nothing is.
type Seen = Option<Kind>;

impl Kind {
    /// The kind that all the values have.
    ///
    /// ```
    /// use engraft_learn::{Kind, Value};
    /// assert_eq!(Kind::of([&Value::Int(1), &Value::Float(1.5)]), Kind::Float);
    /// ```
    pub fn of<'a>(values: impl IntoIterator<Item = &'a Value>) -> Self {
        values.into_iter().map(seen).fold(None, join).unwrap_or(Self::Any)
    }

    pub(crate) fn list(item: Self) -> Self {
        Self::List(Arc::new(item))
    }

    pub(crate) fn is_number(&self) -> bool {
        matches!(self, Self::Int | Self::Float)
    }

    /// Whether values of several kinds stand somewhere in values of this one.
    pub(crate) fn is_mixed(&self) -> bool {
        match self {
            Self::Any => true,
            Self::List(inner) | Self::Dict(inner) => inner.is_mixed(),
            Self::Record(fields) => fields.values().any(|field| field.kind.is_mixed()),
            Self::Bool | Self::Int | Self::Float | Self::Text | Self::Time => false,
        }
    }

    /// What a list of this kind holds.
    pub(crate) fn item(&self) -> Option<&Self> {
        if let Self::List(item) = self { Some(item) } else { None }
    }

    /// The value as this kind holds it: whole numbers become floating where numbers are.
    pub(crate) fn hold(&self, value: &Value) -> Value {
        match (self, value) {
            (Self::Float, Value::Int(whole)) => Value::Float(*whole as f64),
            (Self::List(item), Value::List(items)) => {
                Value::list(items.iter().map(|value| item.hold(value)))
            }
            (Self::Record(fields), Value::Map(map)) => Value::Map(Arc::new(
                map.iter()
                    .map(|(name, value)| {
                        let held = fields.get(name).map(|field| field.kind.hold(value));
                        (name.clone(), held.unwrap_or_else(|| value.clone()))
                    })
                    .collect(),
            )),
            (Self::Dict(inner), Value::Map(map)) => Value::Map(Arc::new(
                map.iter().map(|(name, value)| (name.clone(), inner.hold(value))).collect(),
            )),
            _ => value.clone(),
        }
    }

    /// An object whose keys vary and whose values are of one kind: its keys are data.
    pub(crate) fn loosened(self) -> Self {
        match self {
            Self::List(item) => Self::list(Self::clone(&item).loosened()),
            Self::Record(fields) => {
                // A single optional field among required ones is an option, not a key.
                let optional = fields.values().filter(|field| !field.required).count();
                let kinds = fields.values().map(|field| Some(field.kind.clone())).fold(None, join);
                match kinds {
                    Some(kind) if optional * 2 > fields.len() && kind != Self::Any => {
                        Self::Dict(Arc::new(kind.loosened()))
                    }
                    _ => Self::Record(Arc::new(
                        fields
                            .iter()
                            .map(|(name, field)| {
                                let kind = field.kind.clone().loosened();
                                (name.clone(), Field { kind, required: field.required })
                            })
                            .collect(),
                    )),
                }
            }
            other => other,
        }
    }
}

fn seen(value: &Value) -> Seen {
    Some(match value {
        Value::Null => Kind::Any,
        Value::Bool(_) => Kind::Bool,
        Value::Int(_) => Kind::Int,
        Value::Float(_) => Kind::Float,
        Value::Text(_) => Kind::Text,
        Value::Time(..) => Kind::Time,
        Value::List(items) => {
            Kind::list(items.iter().map(seen).fold(None, join).unwrap_or(Kind::Any))
        }
        Value::Map(map) => Kind::Record(Arc::new(
            map.iter()
                .map(|(name, value)| {
                    let kind = seen(value).unwrap_or(Kind::Any);
                    (name.clone(), Field { kind, required: true })
                })
                .collect(),
        )),
    })
}

fn join(left: Seen, right: Seen) -> Seen {
    let (Some(left), Some(right)) = (&left, &right) else { return left.or(right) };
    Some(match (left, right) {
        (a, b) if a == b => a.clone(),
        (Kind::Int | Kind::Float, Kind::Int | Kind::Float) => Kind::Float,
        // An empty list says nothing of what lists hold.
        (Kind::List(a), Kind::List(b)) if **a == Kind::Any => Kind::List(b.clone()),
        (Kind::List(a), Kind::List(b)) if **b == Kind::Any => Kind::List(a.clone()),
        (Kind::List(a), Kind::List(b)) => {
            Kind::list(join(Some(Kind::clone(a)), Some(Kind::clone(b))).unwrap_or(Kind::Any))
        }
        (Kind::Record(a), Kind::Record(b)) => Kind::Record(Arc::new(joined_fields(a, b))),
        _ => Kind::Any,
    })
}

fn joined_fields(
    left: &BTreeMap<Arc<str>, Field>,
    right: &BTreeMap<Arc<str>, Field>,
) -> BTreeMap<Arc<str>, Field> {
    let mut all = BTreeMap::new();
    for name in left.keys().chain(right.keys()) {
        let (a, b) = (left.get(name), right.get(name));
        let required =
            a.is_some_and(|field| field.required) && b.is_some_and(|field| field.required);
        let kinds = [a, b].into_iter().flatten().map(|field| Some(field.kind.clone()));
        let kind = kinds.fold(None, join).unwrap_or(Kind::Any);
        all.insert(name.clone(), Field { kind, required });
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn kind(values: &[serde_json::Value]) -> Kind {
        let values: Vec<Value> = values.iter().map(Value::of_json).collect();
        Kind::of(&values)
    }

    #[test]
    fn an_empty_list_says_nothing() {
        assert_eq!(kind(&[json!([]), json!(["a"])]), Kind::list(Kind::Text));
    }

    #[test]
    fn a_field_that_is_not_always_there_is_optional() {
        let found = kind(&[json!({"a": 1}), json!({"a": 2, "b": "x"})]);
        let Kind::Record(fields) = found else { panic!() };
        assert!(fields["a"].required && !fields["b"].required);
        assert_eq!(fields["b"].kind, Kind::Text);
    }

    #[test]
    fn keys_that_vary_are_data() {
        let found = kind(&[json!({"fr": 1}), json!({"de": 2}), json!({"it": 3, "es": 4})]);
        assert_eq!(found.loosened(), Kind::Dict(Arc::new(Kind::Int)));
    }

    #[test]
    fn what_has_no_common_kind_is_anything() {
        assert_eq!(kind(&[json!(1), json!("a")]), Kind::Any);
    }
}
