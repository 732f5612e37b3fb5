//! Whether a newer release still does what an older one promised: no operation gone, no input
//! refused that was taken, no output given that was not promised.
//!
//! The part of JSON Schema that is understood is the one that schemas of operations are made of:
//! `type`, `properties`, `required`, `enum`, `const`, `items`, `additionalProperties` and bounds.
//! Whatever else differs counts as a difference, so that nothing slips through.
//!
//! *Never:* a change that is not understood passes as compatible.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::{Map, Value};

use crate::registry::op::OperationCard;

/// One promise that a newer release does not keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Where: the operation and the place in its schema.
    pub place: String,
    /// What.
    pub what: String,
}

/// What a schema says without refusing or promising anything.
const REMARKS: [&str; 8] =
    ["title", "description", "$schema", "$id", "examples", "default", "$comment", "deprecated"];

/// Bounds whose values may only move one way: the name, and whether more is wider.
const BOUNDS: [(&str, bool); 8] = [
    ("minimum", false),
    ("maximum", true),
    ("exclusiveMinimum", false),
    ("exclusiveMaximum", true),
    ("minLength", false),
    ("maxLength", true),
    ("minItems", false),
    ("maxItems", true),
];

/// Schemas that are nested deeper than this are compared as a whole.
const DEPTH_MAX: usize = 32;

/// What the newer operations do not keep of what the older ones promised.
pub(crate) fn differences(older: &[OperationCard], newer: &[OperationCard]) -> Vec<Difference> {
    let mut found = Vec::new();
    for old in older {
        let Some(new) = newer.iter().find(|new| new.name == old.name) else {
            found.push(Difference { place: old.name.clone(), what: "is gone".to_owned() });
            continue;
        };
        // What was taken has to be taken still; what is given has to have been promised.
        let input = format!("{} input", old.name);
        covers(&new.input, &old.input, &input, 0, &mut found);
        let output = format!("{} output", old.name);
        covers(&old.output, &new.output, &output, 0, &mut found);
    }
    found
}

/// Notes where `wide` refuses something that `narrow` allows.
fn covers(wide: &Value, narrow: &Value, place: &str, depth: usize, found: &mut Vec<Difference>) {
    let is_any = matches!(wide, Value::Bool(true)) || wide.as_object().is_some_and(Map::is_empty);
    if is_any || without_remarks(wide) == without_remarks(narrow) || *narrow == Value::Bool(false) {
        return;
    }
    let mut note = |what: &str| {
        found.push(Difference { place: place.to_owned(), what: what.to_owned() });
    };
    let (Value::Object(wide), Value::Object(narrow)) = (wide, narrow) else {
        return note("is narrower");
    };
    if depth == DEPTH_MAX {
        return note("differs, deeper than is compared");
    }
    let keys: BTreeSet<&String> = wide.keys().chain(narrow.keys()).collect();
    for key in keys {
        let (allows, had) = (wide.get(key), narrow.get(key));
        if allows == had || REMARKS.contains(&key.as_str()) {
            continue;
        }
        compare(key, allows, had, (wide, narrow), place, depth, found);
    }
}

fn compare(
    key: &str,
    allows: Option<&Value>,
    had: Option<&Value>,
    (wide, narrow): (&Map<String, Value>, &Map<String, Value>),
    place: &str,
    depth: usize,
    found: &mut Vec<Difference>,
) {
    let at = format!("{place} {key}");
    let mut note = |what: String| found.push(Difference { place: at.clone(), what });
    let bound = BOUNDS.iter().find(|(name, _)| *name == key);
    match (key, allows, had) {
        // What is not said any more is not asked for any more.
        (_, None, Some(_)) if key != "additionalProperties" && key != "properties" => {}
        ("type", Some(allows), had) => {
            let allowed = words(Some(allows));
            let missing: Vec<_> = words(had).into_iter().filter(|t| !fits(t, &allowed)).collect();
            if had.is_none() || !missing.is_empty() {
                note(format!("no longer allows {}", missing.join(", ")));
            }
        }
        ("enum", Some(Value::Array(allowed)), had) => {
            let had = had.and_then(Value::as_array);
            if !had.is_some_and(|had| had.iter().all(|value| allowed.contains(value))) {
                note("allows fewer values".to_owned());
            }
        }
        ("required", Some(_), had) => {
            let had = words(had);
            let more: Vec<_> = words(allows).into_iter().filter(|w| !had.contains(w)).collect();
            if !more.is_empty() {
                note(format!("also wants {}", more.join(", ")));
            }
        }
        ("properties", allows, had) => {
            properties((allows, had), (wide, narrow), place, depth, found);
        }
        ("items", Some(allows), had) => {
            covers(allows, had.unwrap_or(&Value::Bool(true)), &at, depth + 1, found);
        }
        ("additionalProperties", allows, had) => {
            let open = Value::Bool(true);
            covers(allows.unwrap_or(&open), had.unwrap_or(&open), &at, depth + 1, found);
        }
        (_, Some(allows), had) => {
            let wider = bound.is_some_and(|(_, more_is_wider)| {
                let (Some(new), Some(old)) = (allows.as_f64(), had.and_then(Value::as_f64)) else {
                    return false;
                };
                if *more_is_wider { new >= old } else { new <= old }
            });
            if !wider {
                note("is narrower or differs".to_owned());
            }
        }
        (_, None, _) => {}
    }
}

/// Each property on its own; one that only one side names is held against what the other says of
/// properties that it does not name.
fn properties(
    (allows, had): (Option<&Value>, Option<&Value>),
    (wide, narrow): (&Map<String, Value>, &Map<String, Value>),
    place: &str,
    depth: usize,
    found: &mut Vec<Difference>,
) {
    let open = Value::Bool(true);
    let named = |side: Option<&Value>| side.and_then(Value::as_object).cloned().unwrap_or_default();
    let (allows, had) = (named(allows), named(had));
    let others = |side: &Map<String, Value>| {
        side.get("additionalProperties").cloned().unwrap_or_else(|| open.clone())
    };
    let (wide_others, narrow_others) = (others(wide), others(narrow));
    let keys: BTreeSet<&String> = allows.keys().chain(had.keys()).collect();
    for key in keys {
        // A property that is new and that nobody named before is allowed to be new.
        if !had.contains_key(key) && narrow_others == open {
            continue;
        }
        let wide = allows.get(key).unwrap_or(&wide_others);
        let narrow = had.get(key).unwrap_or(&narrow_others);
        covers(wide, narrow, &format!("{place}.{key}"), depth + 1, found);
    }
}

fn words(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(word)) => vec![word.clone()],
        Some(Value::Array(words)) => {
            words.iter().filter_map(Value::as_str).map(str::to_owned).collect()
        }
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) | None => {
            Vec::new()
        }
    }
}

/// Every integer is a number.
fn fits(word: &String, allowed: &[String]) -> bool {
    allowed.contains(word) || (word == "integer" && allowed.iter().any(|other| other == "number"))
}

fn without_remarks(schema: &Value) -> Value {
    let Value::Object(fields) = schema else { return schema.clone() };
    let kept = fields.iter().filter(|(key, _)| !REMARKS.contains(&key.as_str()));
    Value::Object(kept.map(|(key, value)| (key.clone(), value.clone())).collect())
}

// === impl Difference ===

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.place, self.what)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(old: (Value, Value), new: (Value, Value)) -> Vec<String> {
        let card = |(input, output)| OperationCard { name: "do".to_owned(), input, output };
        differences(&[card(old)], &[card(new)]).iter().map(ToString::to_string).collect()
    }

    fn object(properties: Value, required: Value) -> Value {
        json!({ "type": "object", "properties": properties, "required": required })
    }

    #[test]
    fn what_was_promised_and_is_kept_is_no_difference() {
        let text = || object(json!({"text": {"type": "string"}}), json!(["text"]));
        let more_in = object(
            json!({"text": {"type": "string"}, "width": {"type": "integer"}}),
            json!(["text"]),
        );
        assert_eq!(found((text(), text()), (text(), text())), [""; 0]);
        assert_eq!(found((text(), text()), (more_in.clone(), text())), [""; 0], "optional input");
        assert_eq!(found((text(), text()), (text(), more_in)), [""; 0], "more output");
        let remark = json!({"type": "string", "description": "new words"});
        let plain = json!({"type": "string"});
        assert_eq!(found((plain.clone(), plain.clone()), (remark, plain)), [""; 0]);
        let wider = json!({"type": ["string", "null"]});
        let plain = json!({"type": "string"});
        assert_eq!(found((plain.clone(), wider.clone()), (wider, plain)), [""; 0]);
        let (int, number) = (json!({"type": "integer"}), json!({"type": "number"}));
        assert_eq!(found((int.clone(), number.clone()), (number, int)), [""; 0]);
    }

    #[test]
    fn what_is_taken_away_is_told_with_its_place() {
        let text = json!({"type": "string"});
        let cases = [
            ((text.clone(), text.clone()), (json!({"type": "integer"}), text.clone()), "string"),
            ((text.clone(), text.clone()), (text.clone(), json!({"type": "null"})), "null"),
            ((json!({}), text.clone()), (text.clone(), text.clone()), "input"),
            ((text.clone(), text.clone()), (text.clone(), json!({})), "output"),
            (
                (json!({"maxLength": 9}), json!(true)),
                (json!({"maxLength": 5}), json!(true)),
                "maxLength",
            ),
            (
                (json!({"enum": [1, 2]}), json!(true)),
                (json!({"enum": [1]}), json!(true)),
                "fewer values",
            ),
            (
                (object(json!({}), json!([])), json!(true)),
                (object(json!({}), json!(["name"])), json!(true)),
                "also wants name",
            ),
            (
                (json!(true), object(json!({"a": text}), json!(["a"]))),
                (json!(true), object(json!({"a": text}), json!([]))),
                "output required",
            ),
            (
                (json!({"pattern": "a"}), json!(true)),
                (json!({"pattern": "b"}), json!(true)),
                "pattern",
            ),
        ];
        for (old, new, word) in cases {
            let told = found(old.clone(), new.clone()).join("; ");
            assert!(told.contains(word), "{old:?} to {new:?}: {told:?} should tell of {word}");
        }
    }

    #[test]
    fn an_operation_that_is_gone_is_told() {
        let card = OperationCard { name: "do".to_owned(), input: json!({}), output: json!({}) };
        assert_eq!(differences(&[card], &[])[0].to_string(), "do is gone");
    }
}
