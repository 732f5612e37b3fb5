//! Inputs made from a schema: ordinary ones, those at its edges, and those that do not fit.
//!
//! *Never:* chance; the same schema gives the same inputs.

use std::cell::Cell;

use serde_json::{Map, Value, json};

use crate::examine::checks::schema::regex::texts;
use crate::examine::conform::mismatch;

/// Inputs of each kind for one operation: enough for every property's edges in small schemas.
const CASES_MAX: usize = 24;
/// How deep values go where a schema refers to itself.
const DEPTH_MAX: usize = 6;
/// Parts of one value: a schema of a page may stand for millions, each in each of the others.
const PARTS_MAX: usize = 2_000;
/// Changed values that are made to choose from. Few of them do not fit, and each is a copy of the whole.
const TRIED_MAX: usize = 4 * CASES_MAX;
/// A text that is long for what people write, and short beside any budget.
const LONG_CHARS: usize = 2_000;
/// Texts in which programs trip: signs beyond ASCII, quotes, what looks like something else.
const TEXTS: [&str; 7] = [
    "",
    "a",
    "Grüße, 世界! 👩‍👩‍👧",
    "\"quoted\" \\ and 'single' </script>",
    "line one\nline two\ttab",
    "  spaces around  ",
    "-1e309",
];

/// The inputs of one operation.
#[derive(Debug, Default)]
pub(crate) struct Cases {
    pub(crate) valid: Vec<Value>,
    pub(crate) invalid: Vec<Value>,
}

/// Makes inputs for a schema.
pub(crate) fn cases(schema: &Value) -> Cases {
    let maker = Maker::new(schema);
    let mut cases = Cases::default();
    let base = maker.value(schema, 0);
    push(&mut cases.valid, base.clone(), |value| mismatch(schema, value).is_none());
    for value in maker.edges(schema, &base, 0) {
        push(&mut cases.valid, value, |value| mismatch(schema, value).is_none());
    }
    for value in maker.wrong(schema, &base) {
        push(&mut cases.invalid, value, |value| mismatch(schema, value).is_some());
    }
    cases
}

/// An ordinary value of a schema, which is a part of `root`.
pub(crate) fn ordinary(root: &Value, schema: &Value) -> Value {
    Maker::new(root).value(schema, 0)
}

/// The schema behind references and first alternatives.
pub(crate) fn plain<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    Maker::new(root).plain(schema)
}

fn push(cases: &mut Vec<Value>, value: Value, fits: impl Fn(&Value) -> bool) {
    if cases.len() < CASES_MAX && fits(&value) && !cases.contains(&value) {
        cases.push(value);
    }
}

struct Maker<'a> {
    root: &'a Value,
    /// Parts that the value under way may still have.
    parts_left: Cell<usize>,
}

impl<'a> Maker<'a> {
    const fn new(root: &'a Value) -> Self {
        Self { root, parts_left: Cell::new(PARTS_MAX) }
    }

    /// Takes room for one part; false where there is none left.
    fn has_room(&self) -> bool {
        let left = self.parts_left.get();
        self.parts_left.set(left.saturating_sub(1));
        left > 0
    }

    /// The schema behind references and first alternatives.
    fn plain(&self, mut schema: &'a Value) -> &'a Value {
        for _ in 0..DEPTH_MAX {
            let next = schema
                .get("$ref")
                .and_then(Value::as_str)
                .and_then(|target| self.root.pointer(target.strip_prefix('#')?))
                .or_else(|| {
                    ["anyOf", "oneOf", "allOf"].iter().find_map(|it| schema.get(it)?.get(0))
                });
            match next {
                Some(next) => schema = next,
                None => break,
            }
        }
        schema
    }

    /// An ordinary value.
    fn value(&self, schema: &'a Value, depth: usize) -> Value {
        let schema = self.plain(schema);
        let first = |keyword: &str| schema.get(keyword).and_then(|list| list.get(0)).cloned();
        if let Some(value) = schema.get("const").cloned().or_else(|| first("enum")) {
            return value;
        }
        if let Some(value) = first("examples").or_else(|| schema.get("default").cloned()) {
            return value;
        }
        match type_of(schema) {
            "object" => self.object(schema, depth),
            "array" if depth < DEPTH_MAX => self.array(schema, depth),
            "array" => json!([]),
            "string" => text(schema),
            "boolean" => json!(true),
            "null" => Value::Null,
            "number" | "integer" => number(schema),
            _ => json!({}),
        }
    }

    fn object(&self, schema: &'a Value, depth: usize) -> Value {
        let mut members = Map::new();
        let required: Vec<&str> = schema
            .get("required")
            .and_then(Value::as_array)
            .map(|names| names.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default();
        for (name, member) in
            schema.get("properties").and_then(Value::as_object).into_iter().flatten()
        {
            // What is not asked for is left out where a schema goes on for ever.
            let is_wanted =
                depth < DEPTH_MAX / 2 || required.contains(&name.as_str()) && depth < DEPTH_MAX;
            if is_wanted && self.has_room() {
                members.insert(name.clone(), self.value(member, depth + 1));
            }
        }
        Value::Object(members)
    }

    fn array(&self, schema: &'a Value, depth: usize) -> Value {
        let first = schema.get("prefixItems").and_then(Value::as_array);
        let mut items: Vec<Value> = first
            .into_iter()
            .flatten()
            .take_while(|_| self.has_room())
            .map(|item| self.value(item, depth + 1))
            .collect();
        let least = schema.get("minItems").and_then(Value::as_u64).unwrap_or(2).clamp(1, 16);
        if let Some(item) = schema.get("items").filter(|item| item.is_object()) {
            while (items.len() as u64) < least && self.has_room() {
                items.push(self.value(item, depth + 1));
            }
        }
        let most = schema.get("maxItems").and_then(Value::as_u64).unwrap_or(u64::MAX);
        items.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        Value::Array(items)
    }

    /// The ordinary value with one place at an edge, place by place.
    fn edges(&self, schema: &'a Value, base: &Value, depth: usize) -> Vec<Value> {
        let schema = self.plain(schema);
        let mut edges = Vec::new();
        if let Some(all) = schema.get("enum").and_then(Value::as_array) {
            return all.iter().take(TRIED_MAX).cloned().collect();
        }
        match (type_of(schema), base) {
            ("object", Value::Object(members)) if depth < DEPTH_MAX => {
                let properties = schema.get("properties").and_then(Value::as_object);
                for (name, member) in properties.into_iter().flatten() {
                    if edges.len() >= TRIED_MAX {
                        break;
                    }
                    let old = members.get(name).unwrap_or(&Value::Null);
                    for edge in self.edges(member, old, depth + 1) {
                        let mut changed = members.clone();
                        changed.insert(name.clone(), edge);
                        edges.push(Value::Object(changed));
                    }
                }
                for name in members.keys().take(TRIED_MAX) {
                    let mut changed = members.clone();
                    changed.remove(name);
                    edges.push(Value::Object(changed));
                }
            }
            ("array", Value::Array(items)) if depth < DEPTH_MAX => {
                edges.push(json!([]));
                if let (Some(item), Some(first)) = (schema.get("items"), items.first()) {
                    edges.push(Value::Array(vec![first.clone(); 50]));
                    let inner = self.edges(item, first, depth + 1);
                    edges.extend(inner.into_iter().map(|edge| json!([edge])));
                }
            }
            ("string", _) => {
                edges.extend(patterned(schema).into_iter().map(Value::String));
                edges.extend(TEXTS.iter().map(|text| json!(text)));
                edges.push(json!("x".repeat(LONG_CHARS)));
            }
            ("boolean", _) => edges.push(json!(false)),
            ("integer", _) => edges.extend(numbers(schema).into_iter().filter(|it| !it.is_f64())),
            ("number", _) => edges.extend(numbers(schema)),
            _ => {}
        }
        edges
    }

    /// Values that do not fit: of other types, with something missing, beyond the bounds.
    fn wrong(&self, schema: &'a Value, base: &Value) -> Vec<Value> {
        let mut wrong =
            vec![Value::Null, json!(true), json!(12), json!("text"), json!([]), json!({})];
        let Value::Object(members) = base else { return wrong };
        let plain = self.plain(schema);
        // Seven are made of each at most.
        for (name, member) in members.iter().take(TRIED_MAX / 7) {
            for other in
                [Value::Null, json!({"deep": [[[[1]]]]}), json!("not a number"), json!(-1e300)]
            {
                let mut changed = members.clone();
                changed.insert(name.clone(), other);
                wrong.push(Value::Object(changed));
            }
            let schema = plain.get("properties").and_then(|it| it.get(name));
            let bound = |keyword: &str| schema.and_then(|it| it.get(keyword)?.as_f64());
            for (keyword, by) in [("minimum", -1.0), ("maximum", 1.0)] {
                if let (Some(bound), true) = (bound(keyword), member.is_number()) {
                    let mut changed = members.clone();
                    changed.insert(name.clone(), json!(bound + by));
                    wrong.push(Value::Object(changed));
                }
            }
            let mut without = members.clone();
            without.remove(name);
            wrong.push(Value::Object(without));
        }
        let mut more = members.clone();
        more.insert("no such property".to_owned(), json!(1));
        wrong.push(Value::Object(more));
        wrong
    }
}

fn type_of(schema: &Value) -> &str {
    let named = match schema.get("type") {
        Some(Value::String(name)) => Some(name.as_str()),
        Some(Value::Array(names)) => {
            names.iter().filter_map(Value::as_str).find(|it| *it != "null")
        }
        _ => None,
    };
    let has = |keyword: &str| schema.get(keyword).is_some();
    let told = [
        ("properties", "object"),
        ("items", "array"),
        ("minLength", "string"),
        ("maxLength", "string"),
        ("minimum", "number"),
        ("maximum", "number"),
    ];
    let guessed = || told.into_iter().find(|(keyword, _)| has(keyword)).map(|(_, name)| name);
    named.or_else(guessed).unwrap_or("anything")
}

fn text(schema: &Value) -> Value {
    let bound = |keyword: &str| schema.get(keyword).and_then(Value::as_u64);
    let common = match schema.get("format").and_then(Value::as_str) {
        Some("date") => "2026-01-01",
        Some("date-time") => "2026-01-01T12:00:00Z",
        Some("time") => "12:00:00Z",
        Some("email") => "someone@example.org",
        Some("uri" | "url") => "https://example.org/",
        Some("uuid") => "6f1e0a52-2b5e-4b1e-9d53-0f7f6ad0b0a1",
        Some("ipv4") => "192.0.2.1",
        _ => "some words",
    };
    if let Some(text) = patterned(schema).into_iter().next() {
        return Value::String(text);
    }
    let least = usize::try_from(bound("minLength").unwrap_or(0)).unwrap_or(0).min(LONG_CHARS);
    let most = usize::try_from(bound("maxLength").unwrap_or(u64::MAX)).unwrap_or(usize::MAX);
    let mut text = common.to_owned();
    while text.chars().count() < least {
        text.push('x');
    }
    json!(text.chars().take(most).collect::<String>())
}

/// Texts by its pattern that fit it, and its bounds.
fn patterned(schema: &Value) -> Vec<String> {
    let pattern = schema.get("pattern").and_then(Value::as_str);
    let mut texts = pattern.map(texts).unwrap_or_default();
    texts.retain(|text| mismatch(schema, &json!(text)).is_none());
    texts
}

fn number(schema: &Value) -> Value {
    let bound = |keyword: &str| schema.get(keyword).cloned();
    let first = bound("minimum").or_else(|| bound("maximum")).unwrap_or_else(|| json!(3));
    let is_strict = ["exclusiveMinimum", "exclusiveMaximum", "multipleOf"]
        .iter()
        .any(|keyword| schema.get(keyword).is_some());
    if !is_strict || mismatch(schema, &first).is_none() {
        return first;
    }
    let fitting = numbers(schema).into_iter().find(|number| mismatch(schema, number).is_none());
    fitting.unwrap_or(first)
}

/// Numbers at the edges of a schema, and of machines.
fn numbers(schema: &Value) -> Vec<Value> {
    let mut numbers = vec![json!(0), json!(1), json!(-1), json!(255), json!(65_536)];
    numbers.extend(["minimum", "maximum"].iter().filter_map(|it| schema.get(it).cloned()));
    let bound = |keyword: &str| schema.get(keyword).and_then(Value::as_f64);
    // Just within bounds that are no values themselves, and at the first steps.
    for by in [1.0, 0.5] {
        numbers.extend(bound("exclusiveMinimum").map(|least| whole(least + by)));
        numbers.extend(bound("exclusiveMaximum").map(|most| whole(most - by)));
    }
    if let Some(step) = bound("multipleOf") {
        let least = bound("minimum").or_else(|| bound("exclusiveMinimum")).unwrap_or(step);
        let first = (least / step).ceil();
        numbers.extend([first, first + 1.0].map(|times| whole(times * step)));
    }
    numbers.extend([json!(i32::MAX), json!(i32::MIN), json!(9_007_199_254_740_991_i64)]);
    numbers.extend([json!(0.5), json!(-0.1), json!(1e21)]);
    numbers
}

/// A number as JSON writes it, without a fraction where it has none.
fn whole(number: f64) -> Value {
    // Beyond this, doubles leave whole numbers out.
    const MOST: f64 = 9_007_199_254_740_992.0;
    if number.fract() == 0.0 && number.abs() < MOST { json!(number as i64) } else { json!(number) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Twenty properties, each of which has twenty, six times over: 64 million parts.
    #[test]
    fn a_schema_that_stands_for_millions_makes_small_values() {
        let mut schema = json!({"type": "array", "minItems": 16, "items": {"type": "string"}});
        for _ in 0..6 {
            let names: Vec<String> = (0..20).map(|number| format!("p{number}")).collect();
            let members: Map<String, Value> =
                names.iter().map(|name| (name.clone(), schema.clone())).take(2).collect();
            let mut members = members;
            // The others refer to the first, so that the schema itself stays small.
            for name in names.iter().skip(2) {
                members.insert(name.clone(), json!({"$ref": "#/properties/p0"}));
            }
            schema = json!({"type": "object", "required": names, "properties": members});
        }
        let parts = |value: &Value| {
            let (mut count, mut left) = (0, vec![value]);
            while let Some(value) = left.pop() {
                count += 1;
                left.extend(value.as_array().into_iter().flatten());
                left.extend(value.as_object().into_iter().flat_map(Map::values));
            }
            count
        };
        assert!(parts(&ordinary(&schema, &schema)) <= PARTS_MAX + 1);
        let made = cases(&schema);
        assert!(made.invalid.len() > 5);
        assert!(made.valid.iter().chain(&made.invalid).all(|it| parts(it) < 2 * PARTS_MAX));
    }

    #[test]
    fn patterns_and_strict_bounds_have_inputs_that_fit() {
        for (schema, least) in [
            (json!({"type": "string", "pattern": "^[A-Z]{2}-\\d{4}$"}), 2),
            (json!({"type": "string", "pattern": "^(in|out):[a-z]+$"}), 2),
            (json!({"type": "string", "pattern": "^#[0-9a-f]{6}$", "maxLength": 7}), 2),
            (json!({"type": "string", "pattern": "\\.(png|jpg)$"}), 2),
            (json!({"type": "integer", "exclusiveMinimum": 10, "exclusiveMaximum": 13}), 2),
            (json!({"type": "integer", "minimum": 7, "multipleOf": 5}), 2),
            (json!({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}), 1),
        ] {
            let made = cases(&schema);
            assert!(made.valid.len() >= least, "{schema}: {:?}", made.valid);
            assert!(mismatch(&schema, &ordinary(&schema, &schema)).is_none(), "{schema}");
        }
    }

    #[test]
    fn cases_are_what_they_are_said_to_be_and_always_the_same() {
        let schema = json!({"type": "object", "required": ["city"], "properties": {
            "city": {"type": "string", "minLength": 1},
            "days": {"type": "integer", "minimum": 1, "maximum": 7},
            "tags": {"type": "array", "items": {"enum": ["a", "b"]}},
            "inside": {"$ref": "#"},
        }});
        let made = cases(&schema);
        assert!(made.valid.len() > 8 && made.invalid.len() > 8, "{made:#?}");
        assert!(made.valid.iter().all(|value| mismatch(&schema, value).is_none()));
        assert!(made.invalid.iter().all(|value| mismatch(&schema, value).is_some()));
        assert!(made.valid.iter().any(|value| value["days"] == json!(7)));
        assert_eq!(format!("{made:?}"), format!("{:?}", cases(&schema)));
    }
}
