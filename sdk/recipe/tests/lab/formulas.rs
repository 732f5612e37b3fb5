//! What tests of single expressions share: many formulas in one component, and values compared with
//! their types.
//!
//! *Never:* two values of different types are the same.

use std::sync::Arc;

use engraft::engine::{InstancePolicy, Loadable, Metering};
use engraft::model::{Budget, Content, Description, Grant, Operation, Permissions};
use engraft_recipe::formula::Formula;
use serde_json::{Value, json};

/// A component of formulas, ready for an engine.
pub(crate) fn loadable(bytes: &[u8], formulas: &[(String, Formula)], budget: Budget) -> Loadable {
    let component: Arc<[u8]> = bytes.into();
    let operation = |name: &String| Operation {
        name: name.clone(),
        summary: String::new(),
        input_schema: json!(true),
        output_schema: json!(true),
        intents: vec![],
        examples: vec![],
    };
    Loadable {
        name: "test.formulas".parse().unwrap(),
        version: None,
        content: Content::new(component),
        description: Description {
            name: "test.formulas".parse().unwrap(),
            summary: String::new(),
            operations: formulas.iter().map(|(name, _)| operation(name)).collect(),
            permissions: Permissions::default(),
        },
        budget,
        grant: Grant::default(),
        lifetime: InstancePolicy::Fresh,
        metering: Metering::Fuel,
        native: Vec::new(),
    }
}

/// Whether two values that name their types are the same, whatever the order of a map's entries.
#[allow(dead_code, reason = "bounds ask for no values")]
pub(crate) fn same(found: &Value, wanted: &Value) -> bool {
    let entry = |value: &Value| {
        let (tag, held) = value.as_object()?.iter().next()?;
        Some((tag.clone(), held.clone()))
    };
    let (Some((found_tag, found)), Some((tag, wanted))) = (entry(found), entry(wanted)) else {
        return false;
    };
    if found_tag != tag {
        return false;
    }
    let items = |value: &Value| value.as_array().cloned().unwrap_or_default();
    match tag.as_str() {
        "double" => {
            let number = |value: &Value| value.as_str().unwrap().parse::<f64>().unwrap();
            let (found, wanted) = (number(&found), number(&wanted));
            found.to_bits() == wanted.to_bits() || found.is_nan() && wanted.is_nan()
        }
        "list" => {
            let (found, wanted) = (items(&found), items(&wanted));
            found.len() == wanted.len() && found.iter().zip(&wanted).all(|(a, b)| same(a, b))
        }
        "map" => {
            let (found, wanted) = (items(&found), items(&wanted));
            let holds = |pair: &Value| {
                wanted.iter().any(|other| same(&pair[0], &other[0]) && same(&pair[1], &other[1]))
            };
            found.len() == wanted.len() && found.iter().all(holds)
        }
        _ => found == wanted,
    }
}
