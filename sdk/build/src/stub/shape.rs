//! The types of a language with types, as a schema has them: each object becomes a structure with a
//! name, those within others too.
//!
//! *Never:* two structures get one name.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Kind, camel, identifier, kind, properties};

/// What a value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Type {
    Text,
    Integer,
    Number,
    Boolean,
    List(Box<Type>),
    /// Values by names that the schema does not know.
    Map(Box<Type>),
    /// The structure of this name.
    Structure(String),
    Anything,
}

/// An object with known properties.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Structure {
    pub(super) name: String,
    pub(super) fields: Vec<Field>,
}

/// One of its properties.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) of: Type,
    pub(super) is_required: bool,
    pub(super) description: String,
}

/// Finds the structures of all schemas of one source file.
#[derive(Default)]
pub(super) struct Shapes {
    taken: BTreeSet<String>,
}

impl Shapes {
    /// The type of an operation's input or output, and the structures that it needs, itself first.
    pub(super) fn of(&mut self, name: &str, schema: &Value) -> (Type, Vec<Structure>) {
        let mut found = Vec::new();
        let mut of = self.typed(name, schema, &mut found);
        if matches!(of, Type::Anything) {
            // What an operation takes or gives has a name, even where nothing is known of it.
            of = self.structure(name, schema, &mut found);
        }
        (of, found)
    }

    fn typed(&mut self, name: &str, schema: &Value, found: &mut Vec<Structure>) -> Type {
        match kind(schema) {
            Kind::Text => Type::Text,
            Kind::Integer => Type::Integer,
            Kind::Number => Type::Number,
            Kind::Boolean => Type::Boolean,
            Kind::List(items) => {
                Type::List(Box::new(self.typed(&format!("{name}Item"), items, found)))
            }
            Kind::Anything if schema.get("properties").is_some() => {
                self.structure(name, schema, found)
            }
            Kind::Anything => match schema.get("additionalProperties") {
                Some(values @ Value::Object(_)) => {
                    Type::Map(Box::new(self.typed(&format!("{name}Value"), values, found)))
                }
                _ => Type::Anything,
            },
        }
    }

    fn structure(&mut self, name: &str, schema: &Value, found: &mut Vec<Structure>) -> Type {
        let name = self.free(name);
        let place = found.len();
        found.push(Structure { name: name.clone(), fields: Vec::new() });
        let mut fields = Vec::new();
        for property in properties(schema) {
            let within = format!("{name}{}", camel(&identifier(property.name)));
            fields.push(Field {
                name: property.name.to_owned(),
                of: self.typed(&within, property.schema, found),
                is_required: property.is_required,
                description: property.description.split_whitespace().collect::<Vec<_>>().join(" "),
            });
        }
        if let Some(structure) = found.get_mut(place) {
            structure.fields = fields;
        }
        Type::Structure(name)
    }

    /// This name, or where it is taken, with the first number that makes it another.
    fn free(&mut self, name: &str) -> String {
        let mut free = name.to_owned();
        let mut number = 1;
        while !self.taken.insert(free.clone()) {
            number += 1;
            free = format!("{name}{number}");
        }
        free
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn objects_within_objects_are_structures_with_names_of_their_own() {
        let schema = json!({
            "type": "object",
            "properties": {
                "people": {"type": "array", "items": {
                    "type": "object",
                    "properties": {"share": {"type": "integer"}},
                    "required": ["share"]
                }},
                "a-b": {"type": "object", "properties": {}},
                "a_b": {"type": "object", "properties": {}},
                "rates": {"type": "object", "additionalProperties": {"type": "number"}},
                "more": {"type": "object"},
            },
        });
        let (of, found) = Shapes::default().of("BillInput", &schema);
        assert_eq!(of, Type::Structure("BillInput".to_owned()));
        let names: Vec<&str> = found.iter().map(|structure| structure.name.as_str()).collect();
        assert_eq!(names, ["BillInput", "BillInputAB", "BillInputAB2", "BillInputPeopleItem"]);
        let of = |name: &str| &found[0].fields.iter().find(|field| field.name == name).unwrap().of;
        let item = Type::Structure("BillInputPeopleItem".to_owned());
        assert_eq!(*of("people"), Type::List(Box::new(item)));
        assert_eq!(*of("rates"), Type::Map(Box::new(Type::Number)));
        assert_eq!(*of("more"), Type::Anything);
        assert!(found[3].fields[0].is_required);
    }

    #[test]
    fn what_is_no_object_has_its_own_type() {
        let mut shapes = Shapes::default();
        assert_eq!(shapes.of("A", &json!({"type": "integer"})), (Type::Integer, Vec::new()));
        let (of, found) = shapes.of("B", &json!({}));
        assert_eq!((of, found.len()), (Type::Structure("B".to_owned()), 1));
    }
}
