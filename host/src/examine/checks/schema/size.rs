//! What validating with a schema costs at most, counted without doing it.
//!
//! *Never:* references are followed without remembering where from.

use std::collections::HashMap;

use serde_json::{Map, Value};

/// Schemas in one document. The largest generated interfaces have some thousands.
const NODES_MAX: usize = 20_000;
/// Schemas inside one another: what the strict reader lets through at all is 64.
const DEPTH_MAX: usize = 48;
/// Steps at one place of an instance, all alternatives and references together.
const STEPS_MAX: u64 = 100_000;
/// Values of one `enum`.
const ENUM_MAX: usize = 10_000;
/// A least length or count; no input has more bytes.
const LEAST_MAX: f64 = 1_048_576.0;

/// Keywords whose schemas are tried at the same place of an instance.
const IN_PLACE: [&str; 8] =
    ["allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas"];
/// Keywords that name a schema that is tried there as well.
pub(super) const REFERENCES: [&str; 3] = ["$ref", "$dynamicRef", "$recursiveRef"];
/// Keywords by which a schema has a name.
const NAMES: [&str; 3] = ["$id", "$anchor", "$dynamicAnchor"];

/// Why a schema costs too much; none where it does not.
pub(super) fn too_costly(schema: &Value) -> Option<String> {
    shape(schema).or_else(|| Count::of(schema))
}

fn shape(schema: &Value) -> Option<String> {
    let (mut nodes, mut left) = (0, vec![(schema, 0)]);
    while let Some((value, depth)) = left.pop() {
        nodes += 1;
        if nodes > NODES_MAX {
            return Some(format!("it has more than {NODES_MAX} parts"));
        }
        if depth > DEPTH_MAX {
            return Some(format!("it is nested more than {DEPTH_MAX} deep"));
        }
        match value {
            Value::Object(object) => {
                if let Some(why) = figures(object) {
                    return Some(why);
                }
                left.extend(object.values().map(|value| (value, depth + 1)));
            }
            Value::Array(items) => left.extend(items.iter().map(|item| (item, depth + 1))),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    None
}

fn figures(object: &Map<String, Value>) -> Option<String> {
    if let Some(Value::Array(values)) = object.get("enum")
        && values.len() > ENUM_MAX
    {
        return Some(format!("an `enum` has {} values", values.len()));
    }
    for keyword in ["minLength", "minItems", "minProperties", "minContains"] {
        if let Some(least) = object.get(keyword).and_then(Value::as_f64)
            && least > LEAST_MAX
        {
            return Some(format!("`{keyword}` is {least}, which no input reaches"));
        }
    }
    None
}

/// Steps at one place of an instance, for each schema once; a schema that comes back to itself
/// without going down into the instance never ends.
struct Count<'a> {
    root: &'a Value,
    /// Schemas by what they are called, each of whom a name may mean.
    named: HashMap<&'a str, Vec<&'a Value>>,
    known: HashMap<*const Value, State>,
}

#[derive(Clone, Copy)]
enum State {
    Open,
    Steps(u64),
}

/// What is left to do: look into a schema, or add up what its parts cost.
enum Step<'a> {
    Enter(&'a Value),
    Leave(&'a Value),
}

impl<'a> Count<'a> {
    fn of(root: &'a Value) -> Option<String> {
        let mut count = Self { root, named: named(root), known: HashMap::new() };
        let mut places = vec![root];
        while let Some(place) = places.pop() {
            if let Err(why) = count.add_up(place) {
                return Some(why);
            }
            // Schemas for parts of an instance are places of their own.
            match place {
                Value::Object(object) => places.extend(object.values()),
                Value::Array(items) => places.extend(items),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
            }
        }
        None
    }

    fn add_up(&mut self, schema: &'a Value) -> Result<(), String> {
        let mut steps = vec![Step::Enter(schema)];
        while let Some(step) = steps.pop() {
            match step {
                Step::Enter(schema) => match self.known.get(&std::ptr::from_ref(schema)) {
                    Some(State::Steps(_)) => {}
                    Some(State::Open) => {
                        return Err("it refers to itself without end".to_owned());
                    }
                    None => {
                        self.known.insert(std::ptr::from_ref(schema), State::Open);
                        steps.push(Step::Leave(schema));
                        steps.extend(self.in_place(schema).into_iter().map(Step::Enter));
                    }
                },
                Step::Leave(schema) => {
                    let parts = self.in_place(schema).into_iter().map(|part| self.steps(part));
                    let sum = parts.fold(1_u64, u64::saturating_add);
                    if sum > STEPS_MAX {
                        return Err(format!("one value is tried against {sum} schemas"));
                    }
                    self.known.insert(std::ptr::from_ref(schema), State::Steps(sum));
                }
            }
        }
        Ok(())
    }

    fn steps(&self, schema: &Value) -> u64 {
        match self.known.get(&std::ptr::from_ref(schema)) {
            Some(State::Steps(steps)) => *steps,
            Some(State::Open) | None => 0,
        }
    }

    /// The schemas that are tried at the same place as this one.
    fn in_place(&self, schema: &'a Value) -> Vec<&'a Value> {
        let Value::Object(object) = schema else { return Vec::new() };
        let mut parts = Vec::new();
        for keyword in IN_PLACE {
            match object.get(keyword) {
                Some(Value::Array(all)) => parts.extend(all),
                Some(Value::Object(all)) if keyword == "dependentSchemas" => {
                    parts.extend(all.values());
                }
                Some(one) => parts.push(one),
                None => {}
            }
        }
        for keyword in REFERENCES {
            let to = object.get(keyword).and_then(Value::as_str);
            parts.extend(to.into_iter().flat_map(|to| self.targets(to)));
        }
        parts
    }

    /// Every schema that a reference may mean. A name that several have means any of them: which one that is
    /// depends on the way there.
    fn targets(&self, to: &str) -> Vec<&'a Value> {
        let (base, fragment) = to.split_once('#').unwrap_or((to, ""));
        let called = |name: &str| self.named.get(name).cloned().unwrap_or_default();
        let resources = if base.is_empty() { vec![self.root] } else { called(base) };
        match fragment {
            "" => resources,
            pointer if pointer.starts_with('/') => {
                let pointer = decoded(pointer);
                resources.iter().filter_map(|resource| resource.pointer(&pointer)).collect()
            }
            name => called(name),
        }
    }
}

/// The parts of a schema that have names.
fn named(root: &Value) -> HashMap<&str, Vec<&Value>> {
    let mut named: HashMap<&str, Vec<&Value>> = HashMap::new();
    let mut left = vec![root];
    while let Some(value) = left.pop() {
        match value {
            Value::Object(object) => {
                for name in NAMES.iter().filter_map(|keyword| object.get(*keyword)?.as_str()) {
                    named.entry(name.trim_end_matches('#')).or_default().push(value);
                }
                left.extend(object.values());
            }
            Value::Array(items) => left.extend(items),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    named
}

/// A pointer in a fragment may have its letters written as `%7B`.
pub(super) fn decoded(pointer: &str) -> String {
    let mut bytes = Vec::with_capacity(pointer.len());
    let mut rest = pointer.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let coded = (*first == b'%')
            .then(|| after.get(..2))
            .flatten()
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.push(coded.unwrap_or(*first));
        rest = if coded.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
