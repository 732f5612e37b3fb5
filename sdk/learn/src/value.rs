//! Values as programs see them, and how they are read from JSON and written to it.
//!
//! *Never:* a value is equal here and different in a recipe.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// Numbers that differ by less than this part of themselves are the same answer: two ways to one
/// sum differ in the last bits.
const TOLERANCE: f64 = 1e-9;

/// A value: JSON's, with whole numbers apart from others, and points in time.
#[derive(Debug, Clone)]
pub enum Value {
    /// Nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other number.
    Float(f64),
    /// Text.
    Text(Arc<str>),
    /// Seconds since 1970 in UTC, and nanoseconds.
    Time(i64, u32),
    /// A list.
    List(Arc<[Value]>),
    /// An object. Its keys are in the order of their bytes.
    Map(Arc<BTreeMap<Arc<str>, Value>>),
}

impl Value {
    /// Text from anything that is text.
    pub fn text(text: impl AsRef<str>) -> Self {
        Self::Text(text.as_ref().into())
    }

    /// A list of values.
    pub fn list(items: impl IntoIterator<Item = Self>) -> Self {
        Self::List(items.into_iter().collect())
    }

    /// A value of JSON. Whole numbers that do not fit into 64 bits become floating.
    ///
    /// ```
    /// use engraft_learn::Value;
    /// assert_eq!(Value::of_json(&serde_json::json!([1, "a"])).to_json().to_string(), "[1,\"a\"]");
    /// ```
    pub fn of_json(json: &serde_json::Value) -> Self {
        match json {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(truth) => Self::Bool(*truth),
            serde_json::Value::Number(number) => match number.as_i64() {
                Some(whole) => Self::Int(whole),
                None => Self::Float(number.as_f64().unwrap_or(f64::MAX)),
            },
            serde_json::Value::String(text) => Self::text(text),
            serde_json::Value::Array(items) => Self::list(items.iter().map(Self::of_json)),
            serde_json::Value::Object(fields) => Self::Map(Arc::new(
                fields
                    .iter()
                    .map(|(name, value)| (name.as_str().into(), Self::of_json(value)))
                    .collect(),
            )),
        }
    }

    /// The value as JSON. What JSON has no number for becomes null.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Bool(truth) => (*truth).into(),
            Self::Int(whole) => (*whole).into(),
            Self::Float(number) => (*number).into(),
            Self::Text(text) => text.as_ref().into(),
            Self::Time(seconds, nanos) => crate::eval::time::text(*seconds, *nanos).into(),
            Self::List(items) => items.iter().map(Self::to_json).collect(),
            Self::Map(fields) => serde_json::Value::Object(
                fields
                    .iter()
                    .map(|(name, value)| (name.as_ref().to_owned(), value.to_json()))
                    .collect(),
            ),
        }
    }

    /// Whether this is the answer that was wanted: numbers count by their value, and may differ in
    /// their last bits.
    pub fn answers(&self, wanted: &Self) -> bool {
        match (self, wanted) {
            (Self::Float(_), Self::Int(_) | Self::Float(_)) | (Self::Int(_), Self::Float(_)) => {
                match (self.as_f64(), wanted.as_f64()) {
                    (Some(a), Some(b)) => {
                        a.to_bits() == b.to_bits()
                            || (a - b).abs() <= TOLERANCE * a.abs().max(b.abs())
                    }
                    _ => false,
                }
            }
            (Self::List(a), Self::List(b)) => {
                a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| a.answers(b))
            }
            (Self::Map(a), Self::Map(b)) => {
                a.len() == b.len()
                    && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| a.answers(b)))
            }
            _ => self == wanted,
        }
    }

    /// About how much memory the value takes beside itself.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::List(items) => items.iter().map(Self::bytes).sum(),
            Self::Map(fields) => fields.iter().map(|(key, value)| key.len() + value.bytes()).sum(),
            _ => 8,
        }
    }

    pub(crate) fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    pub(crate) fn as_int(&self) -> Option<i64> {
        if let Self::Int(whole) = self { Some(*whole) } else { None }
    }

    pub(crate) fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Int(whole) => Some(*whole as f64),
            Self::Float(number) => Some(*number),
            _ => None,
        }
    }

    pub(crate) fn as_list(&self) -> Option<&[Self]> {
        if let Self::List(items) = self { Some(items) } else { None }
    }

    pub(crate) fn as_map(&self) -> Option<&BTreeMap<Arc<str>, Self>> {
        if let Self::Map(fields) = self { Some(fields) } else { None }
    }

    /// Equal as expressions have it: numbers by their value.
    pub(crate) fn equals(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Int(_) | Self::Float(_), Self::Int(_) | Self::Float(_)) => {
                self.number_order(other) == Some(Ordering::Equal)
            }
            (Self::List(a), Self::List(b)) => {
                a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| a.equals(b))
            }
            (Self::Map(a), Self::Map(b)) => {
                a.len() == b.len()
                    && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| a.equals(b)))
            }
            _ => self == other,
        }
    }

    fn number_order(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => Some(a.cmp(b)),
            _ => self.as_f64()?.partial_cmp(&other.as_f64()?),
        }
    }

    /// The order of two values that have one: of one kind, or both numbers.
    pub(crate) fn order(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Text(a), Self::Text(b)) => Some(a.as_bytes().cmp(b.as_bytes())),
            (Self::Bool(a), Self::Bool(b)) => Some(a.cmp(b)),
            (Self::Time(a, b), Self::Time(c, d)) => Some((a, b).cmp(&(c, d))),
            _ => self.number_order(other),
        }
    }

    /// A number to tell values apart by what they are.
    fn rank(&self) -> u8 {
        match self {
            Self::Null => 0,
            Self::Bool(_) => 1,
            Self::Int(_) => 2,
            Self::Float(_) => 3,
            Self::Text(_) => 4,
            Self::Time(..) => 5,
            Self::List(_) => 6,
            Self::Map(_) => 7,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

/// The same value in every bit, so that values can be looked up.
impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::Float(a), Self::Float(b)) => a.to_bits() == b.to_bits(),
            (Self::Text(a), Self::Text(b)) => a == b,
            (Self::Time(a, b), Self::Time(c, d)) => (a, b) == (c, d),
            (Self::List(a), Self::List(b)) => a == b,
            (Self::Map(a), Self::Map(b)) => a == b,
            _ => false,
        }
    }
}

impl Eq for Value {}

impl Hash for Value {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.rank().hash(state);
        match self {
            Self::Null => {}
            Self::Bool(truth) => truth.hash(state),
            Self::Int(whole) => whole.hash(state),
            Self::Float(number) => number.to_bits().hash(state),
            Self::Text(text) => text.hash(state),
            Self::Time(seconds, nanos) => (seconds, nanos).hash(state),
            Self::List(items) => items.hash(state),
            Self::Map(fields) => fields.hash(state),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_answer_by_value() {
        assert!(Value::Float(3.0).answers(&Value::Int(3)));
        assert!(Value::Float(0.1 + 0.2).answers(&Value::Float(0.3)));
        assert!(!Value::Int(3).answers(&Value::Int(4)));
        assert!(!Value::text("3").answers(&Value::Int(3)));
    }

    #[test]
    fn a_whole_number_too_large_becomes_floating() {
        let json: serde_json::Value = serde_json::from_str("18446744073709551615").unwrap();
        assert!(matches!(Value::of_json(&json), Value::Float(_)));
    }

    #[test]
    fn zero_and_minus_zero_are_equal_but_not_one_value() {
        assert!(Value::Float(0.0).equals(&Value::Float(-0.0)));
        assert_ne!(Value::Float(0.0), Value::Float(-0.0));
    }
}
