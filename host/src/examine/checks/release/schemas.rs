//! What callers of the release before meet in the schemas of the new one.
//!
//! *Never:* a change is called harmless because it could not be understood.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::model::Operation;
use crate::model::json_type::type_of;

/// How deep schemas are compared; deeper ones are told of by the check of schemas themselves.
const DEPTH_MAX: usize = 24;
/// Pairs of schemas in all; those of large interfaces come to some thousands.
const STEPS_MAX: u32 = 20_000;
/// References that are followed one behind another.
const REFERENCES_MAX: usize = 16;

/// Alternatives that are compared.
const BRANCHES_MAX: usize = 200;

/// Bounds of an input that leave less room when they grow, and those that do when they shrink.
const LEAST: [&str; 5] = ["minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"];
const MOST: [&str; 5] = ["maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"];
/// Keywords whose change only a reader can weigh.
const UNCLEAR: [&str; 4] = ["pattern", "format", "not", "multipleOf"];

/// What a change does to those who call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Weight {
    Adds,
    Unclear,
    Breaks,
}

/// One change of a schema.
#[derive(Debug)]
pub(super) struct Change {
    pub(super) place: String,
    pub(super) what: String,
    pub(super) weight: Weight,
}

/// Callers write inputs and read outputs: what is wider for one is narrower for the other.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Input,
    Output,
}

/// All changes from an operation to the one of the same name that follows it.
pub(super) fn changes(old: &Operation, new: &Operation) -> Vec<Change> {
    let input = (Side::Input, &old.input_schema, &new.input_schema, "the input");
    let output = (Side::Output, &old.output_schema, &new.output_schema, "the output");
    let mut changes = Vec::new();
    for (side, old, new, place) in [input, output] {
        if old != new {
            let mut walk = Walk { old, new, side, changes: Vec::new(), steps_left: STEPS_MAX };
            walk.compare(old, new, place, 0);
            changes.append(&mut walk.changes);
        }
    }
    changes
}

struct Walk<'a> {
    old: &'a Value,
    new: &'a Value,
    side: Side,
    changes: Vec<Change>,
    steps_left: u32,
}

impl<'a> Walk<'a> {
    fn compare(&mut self, old: &'a Value, new: &'a Value, place: &str, depth: usize) {
        self.steps_left = self.steps_left.saturating_sub(1);
        if depth > DEPTH_MAX || self.steps_left == 0 {
            return;
        }
        if self.steps_left == 1 {
            return self.tell(Weight::Unclear, place, "is too large to compare as a whole");
        }
        let (old, new) = (resolved(self.old, old), resolved(self.new, new));
        self.types(old, new, place);
        let (Some(old), Some(new)) = (old.as_object(), new.as_object()) else { return };
        self.values(old, new, place);
        self.bounds(old, new, place);
        self.required(old, new, place);
        self.members(old, new, place, depth);
        for (key, inside) in [("items", "an item"), ("additionalProperties", "any other member")] {
            if let (Some(old), Some(new)) = (old.get(key), new.get(key)) {
                self.compare(old, new, &format!("{inside} of {place}"), depth + 1);
            }
        }
        for key in ["anyOf", "oneOf", "allOf", "prefixItems"] {
            self.branches(key, (old, new), place, depth);
        }
    }

    fn tell(&mut self, weight: Weight, place: &str, what: impl Into<String>) {
        self.changes.push(Change { place: place.to_owned(), what: what.into(), weight });
    }

    fn types(&mut self, old: &Value, new: &Value, place: &str) {
        let before = self.kinds(self.old, old, 0);
        let now = self.kinds(self.new, new, 0);
        if self.steps_left <= 1 {
            return;
        }
        let (wide, narrow) = match self.side {
            Side::Input => (&now, &before),
            Side::Output => (&before, &now),
        };
        if !covers(wide.as_ref(), narrow.as_ref()) {
            let what = format!("was {}, and is {}", spelt(before.as_ref()), spelt(now.as_ref()));
            self.tell(Weight::Breaks, place, what);
        }
    }

    /// The types that a schema takes; none where it takes any.
    fn kinds(&mut self, root: &Value, schema: &Value, depth: usize) -> Option<BTreeSet<String>> {
        // One step is left for saying that there were too many.
        if self.steps_left > 1 {
            self.steps_left -= 1;
        }
        let is_left = depth < REFERENCES_MAX && self.steps_left > 1;
        let schema = resolved(root, schema).as_object().filter(|_| is_left)?;
        if let Some(Value::String(kind)) = schema.get("type") {
            return Some([kind.clone()].into());
        }
        if let Some(Value::Array(kinds)) = schema.get("type") {
            return Some(kinds.iter().filter_map(Value::as_str).map(str::to_owned).collect());
        }
        if let Some(values) = schema.get("enum").and_then(Value::as_array) {
            return Some(values.iter().map(|value| type_of(value).to_owned()).collect());
        }
        if let Some(value) = schema.get("const") {
            return Some([type_of(value).to_owned()].into());
        }
        let branches = schema.get("anyOf").or_else(|| schema.get("oneOf"))?.as_array()?;
        let mut all = BTreeSet::new();
        for branch in branches {
            all.extend(self.kinds(root, branch, depth + 1)?);
        }
        Some(all)
    }

    fn values(&mut self, old: &Map<String, Value>, new: &Map<String, Value>, place: &str) {
        let (before, now) = (listed(old), listed(new));
        type Listed = Option<BTreeSet<String>>;
        let beyond = |list: &Listed, other: &Listed| match (list, other) {
            (_, None) => None,
            (None, Some(_)) => Some("others".to_owned()),
            (Some(list), Some(other)) => list.difference(other).next().cloned(),
        };
        match (self.side, beyond(&before, &now), beyond(&now, &before)) {
            (Side::Input, Some(value), _) => {
                self.tell(Weight::Breaks, place, format!("no longer takes {value}"));
            }
            (_, _, Some(value)) => self.tell(Weight::Adds, place, format!("may now be {value}")),
            (_, _, None) => {}
        }
    }

    fn bounds(&mut self, old: &Map<String, Value>, new: &Map<String, Value>, place: &str) {
        if self.side == Side::Output {
            return;
        }
        let number = |schema: &Map<String, Value>, key: &str| schema.get(key)?.as_f64();
        for (keys, sign) in [(LEAST, 1.0), (MOST, -1.0)] {
            for key in keys {
                let Some(now) = number(new, key) else { continue };
                if number(old, key).is_none_or(|before| sign * now > sign * before) {
                    self.tell(Weight::Breaks, place, format!("its `{key}` is now {now}"));
                }
            }
        }
        for key in UNCLEAR {
            if new.get(key).is_some_and(|now| old.get(key) != Some(now)) {
                self.tell(Weight::Unclear, place, format!("its `{key}` is another"));
            }
        }
    }

    fn required(&mut self, old: &Map<String, Value>, new: &Map<String, Value>, place: &str) {
        let (before, now) = (names(old), names(new));
        match self.side {
            Side::Input => {
                for name in now.difference(&before) {
                    let what = format!("`{name}` is required, and was not");
                    self.tell(Weight::Breaks, place, what);
                }
                let is_closed = |it: &Map<String, Value>| {
                    it.get("additionalProperties") == Some(&Value::Bool(false))
                };
                if is_closed(new) && !is_closed(old) {
                    self.tell(Weight::Breaks, place, "no longer takes members beyond its own");
                }
            }
            Side::Output => {
                for name in before.difference(&now) {
                    let what = format!("`{name}` was always there, and may now be missing");
                    self.tell(Weight::Breaks, place, what);
                }
            }
        }
    }

    fn members(
        &mut self,
        old: &'a Map<String, Value>,
        new: &'a Map<String, Value>,
        place: &str,
        depth: usize,
    ) {
        let members = |it: &'a Map<String, Value>| it.get("properties").and_then(Value::as_object);
        let is_closed = new.get("additionalProperties") == Some(&Value::Bool(false));
        for (name, before) in members(old).into_iter().flatten() {
            match members(new).and_then(|all| all.get(name)) {
                Some(now) => self.compare(before, now, &format!("`{name}` of {place}"), depth + 1),
                None if self.side == Side::Output => {
                    self.tell(Weight::Breaks, place, format!("`{name}` is gone"));
                }
                None if is_closed => {
                    self.tell(Weight::Breaks, place, format!("no longer takes `{name}`"));
                }
                None => self.tell(Weight::Unclear, place, format!("no longer names `{name}`")),
            }
        }
        for (name, _) in members(new).into_iter().flatten() {
            if members(old).is_none_or(|all| !all.contains_key(name)) {
                self.tell(Weight::Adds, place, format!("`{name}` is new"));
            }
        }
    }

    /// Alternatives are compared one by one where there are as many as before, in their order.
    fn branches(
        &mut self,
        key: &str,
        (old, new): (&'a Map<String, Value>, &'a Map<String, Value>),
        place: &str,
        depth: usize,
    ) {
        let list = |it: &'a Map<String, Value>| it.get(key).and_then(Value::as_array);
        let (before, now) = match (list(old), list(new)) {
            (Some(before), Some(now)) => (before, now),
            (None, None) => return,
            _ => return self.tell(Weight::Unclear, place, format!("its `{key}` is another")),
        };
        let is_within = |some: &[Value], all: &[Value]| some.iter().all(|it| all.contains(it));
        if before.len().max(now.len()) > BRANCHES_MAX {
            // Each would be held against each.
            self.tell(Weight::Unclear, place, format!("its `{key}` is too large to compare"));
        } else if before.len() == now.len() {
            if !is_within(before, now) {
                for (before, now) in before.iter().zip(now) {
                    self.compare(before, now, place, depth + 1);
                }
            }
        } else if is_within(before, now) && matches!(key, "anyOf" | "oneOf") {
            self.tell(Weight::Adds, place, format!("its `{key}` has more"));
        } else if self.side == Side::Input && is_within(now, before) && key == "anyOf" {
            self.tell(Weight::Breaks, place, "an alternative is gone");
        } else {
            self.tell(Weight::Unclear, place, format!("its `{key}` is another"));
        }
    }
}

/// The schema that a reference leads to.
fn resolved<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    let mut at = schema;
    for _ in 0..REFERENCES_MAX {
        let reference = at.get("$ref").and_then(Value::as_str);
        let target = reference.and_then(|it| it.strip_prefix('#')).and_then(|it| root.pointer(it));
        let Some(target) = target else { break };
        at = target;
    }
    at
}

fn covers(wide: Option<&BTreeSet<String>>, narrow: Option<&BTreeSet<String>>) -> bool {
    let Some(wide) = wide else { return true };
    narrow.is_some_and(|narrow| {
        let is_in =
            |kind: &String| wide.contains(kind) || (kind == "integer" && wide.contains("number"));
        narrow.iter().all(is_in)
    })
}

fn spelt(kinds: Option<&BTreeSet<String>>) -> String {
    kinds.map_or_else(
        || "anything".to_owned(),
        |kinds| kinds.iter().map(String::as_str).collect::<Vec<_>>().join(" or "),
    )
}

/// The values that a schema lists, as JSON, where it does.
fn listed(schema: &Map<String, Value>) -> Option<BTreeSet<String>> {
    let only = schema.get("const").map(|value| [value.to_string()].into());
    let values = || schema.get("enum").and_then(Value::as_array);
    only.or_else(|| Some(values()?.iter().map(Value::to_string).collect()))
}

/// The members that have to be there.
fn names(schema: &Map<String, Value>) -> BTreeSet<&str> {
    let required = schema.get("required").and_then(Value::as_array);
    required.into_iter().flatten().filter_map(Value::as_str).collect()
}
