//! Operations as people write them: a map by name, or a list whose items have names.
//!
//! *Never:* of two operations with one name the second silently wins.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;

use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, de};
use serde_json::{Map, Value};

use super::Operation;

pub(super) fn operations<'de, D>(from: D) -> Result<BTreeMap<String, Operation>, D::Error>
where
    D: Deserializer<'de>,
{
    from.deserialize_any(Operations)
}

struct Operations;

/// An item of a list: an operation's fields, and its name among them.
#[derive(Deserialize)]
#[serde(try_from = "Map<String, Value>")]
struct Named {
    name: String,
    operation: Operation,
}

impl<'de> Visitor<'de> for Operations {
    type Value = BTreeMap<String, Operation>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("operations by their names, such as `greet: {summary: Greets.}`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut operations = BTreeMap::new();
        while let Some((name, operation)) = map.next_entry::<String, Operation>()? {
            put(&mut operations, name, operation)?;
        }
        Ok(operations)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut operations = BTreeMap::new();
        while let Some(Named { name, operation }) = list.next_element()? {
            put(&mut operations, name, operation)?;
        }
        Ok(operations)
    }
}

fn put<E: de::Error>(
    operations: &mut BTreeMap<String, Operation>,
    name: String,
    operation: Operation,
) -> Result<(), E> {
    match operations.entry(name) {
        Entry::Vacant(place) => {
            place.insert(operation);
            Ok(())
        }
        Entry::Occupied(first) => {
            Err(E::custom(format_args!("the operation `{}` stands there twice", first.key())))
        }
    }
}

// === impl Named ===

impl TryFrom<Map<String, Value>> for Named {
    type Error = serde_json::Error;

    fn try_from(mut fields: Map<String, Value>) -> Result<Self, Self::Error> {
        let Some(Value::String(name)) = fields.remove("name") else {
            return Err(Self::Error::custom("an operation in a list has a `name`"));
        };
        Ok(Self { name, operation: serde_json::from_value(Value::Object(fields))? })
    }
}
