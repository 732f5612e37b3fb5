//! Whether a value fits a JSON Schema (2020-12), for the keywords that descriptions use.
//!
//! What is not known here (`pattern`, `format`, `$dynamicRef`, `unevaluated…`) is let through: a
//! value is only said not to fit where that is certain.
//!
//! *Never:* a value is called wrong for a keyword that was not understood.

use std::cell::Cell;

use serde_json::{Map, Value};

/// References that are followed one behind another; a schema that needs more is a bomb.
const DEPTH_MAX: usize = 64;

/// Schemas that one value is held against, all parts and alternatives together. Descriptions of large
/// interfaces come to some thousands; what needs more is let through, since nobody waits for it.
const STEPS_MAX: u32 = 200_000;

/// What of the value does not fit; none where it does, as far as can be told.
pub(crate) fn mismatch(schema: &Value, value: &Value) -> Option<String> {
    let judge = Judge { root: schema, steps_left: Cell::new(STEPS_MAX) };
    let verdict = judge.check(schema, value, "it", 0);
    // Halfway through nothing is certain.
    verdict.err().filter(|_| judge.steps_left.get() > 0)
}

struct Judge<'a> {
    root: &'a Value,
    steps_left: Cell<u32>,
}

type Verdict = Result<(), String>;

impl Judge<'_> {
    fn check(&self, schema: &Value, value: &Value, place: &str, depth: usize) -> Verdict {
        self.steps_left.set(self.steps_left.get().saturating_sub(1));
        if self.steps_left.get() == 0 {
            return Ok(());
        }
        if *schema == Value::Bool(false) {
            return Err(format!("{place} may not be there"));
        }
        let Some(object) = schema.as_object().filter(|_| depth < DEPTH_MAX) else { return Ok(()) };
        self.combined(object, value, place, depth)?;
        own(object, value, place)?;
        match value {
            Value::Object(members) => self.members(object, members, place, depth),
            Value::Array(items) => self.items(object, items, place, depth),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(()),
        }
    }

    fn fits(&self, schema: &Value, value: &Value, depth: usize) -> bool {
        self.check(schema, value, "it", depth + 1).is_ok()
    }

    fn combined(
        &self,
        object: &Map<String, Value>,
        value: &Value,
        place: &str,
        depth: usize,
    ) -> Verdict {
        let list = |keyword: &str| object.get(keyword).and_then(Value::as_array);
        if let Some(target) = object.get("$ref").and_then(Value::as_str)
            && let Some(schema) = self.target(target)
        {
            self.check(schema, value, place, depth + 1)?;
        }
        for schema in list("allOf").into_iter().flatten() {
            self.check(schema, value, place, depth + 1)?;
        }
        if list("anyOf").is_some_and(|all| !all.iter().any(|one| self.fits(one, value, depth))) {
            return Err(format!("{place} fits none of its alternatives"));
        }
        if let Some(all) = list("oneOf") {
            let fitting = all.iter().filter(|one| self.fits(one, value, depth)).count();
            // Where two fit, one may not have been understood.
            if fitting == 0 {
                return Err(format!("{place} fits none of its alternatives"));
            }
        }
        if let Some(condition) = object.get("if") {
            let branch = if self.fits(condition, value, depth) { "then" } else { "else" };
            if let Some(schema) = object.get(branch) {
                self.check(schema, value, place, depth + 1)?;
            }
        }
        Ok(())
    }

    fn target(&self, reference: &str) -> Option<&Value> {
        let pointer = reference.strip_prefix('#')?;
        self.root.pointer(pointer)
    }

    fn members(
        &self,
        object: &Map<String, Value>,
        members: &Map<String, Value>,
        place: &str,
        depth: usize,
    ) -> Verdict {
        for name in object.get("required").and_then(Value::as_array).into_iter().flatten() {
            if name.as_str().is_some_and(|name| !members.contains_key(name)) {
                return Err(format!("{place} lacks {name}"));
            }
        }
        let known = object.get("properties").and_then(Value::as_object);
        // What patterns take is not known here, so what is left over is not either.
        let has_patterns = object.contains_key("patternProperties");
        for (name, member) in members {
            let place = format!("{place}.{name}");
            match known.and_then(|known| known.get(name)) {
                Some(schema) => self.check(schema, member, &place, depth + 1)?,
                None if has_patterns => {}
                None => {
                    if let Some(rest) = object.get("additionalProperties") {
                        self.check(rest, member, &place, depth + 1)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn items(
        &self,
        object: &Map<String, Value>,
        items: &[Value],
        place: &str,
        depth: usize,
    ) -> Verdict {
        let first = object.get("prefixItems").and_then(Value::as_array);
        let first = first.map(Vec::as_slice).unwrap_or_default();
        for (at, item) in items.iter().enumerate() {
            let schema = first.get(at).or_else(|| object.get("items"));
            if let Some(schema) = schema {
                self.check(schema, item, &format!("{place}[{at}]"), depth + 1)?;
            }
        }
        Ok(())
    }
}

/// What a schema says of the value itself.
fn own(object: &Map<String, Value>, value: &Value, place: &str) -> Verdict {
    let fits_type = match object.get("type") {
        Some(Value::String(name)) => is_of(name, value),
        Some(Value::Array(names)) => {
            names.iter().filter_map(Value::as_str).any(|name| is_of(name, value))
        }
        _ => true,
    };
    if !fits_type {
        let name = object.get("type").map(ToString::to_string).unwrap_or_default();
        return Err(format!("{place} is not of type {name}"));
    }
    if object.get("const").is_some_and(|only| !same(only, value)) {
        return Err(format!("{place} is another value than the one that is allowed"));
    }
    if let Some(Value::Array(all)) = object.get("enum")
        && !all.iter().any(|one| same(one, value))
    {
        return Err(format!("{place} is none of the values that are allowed"));
    }
    bounds(object, value, place)
}

#[expect(clippy::cast_precision_loss, reason = "lengths of texts and lists are far below 2^52")]
fn bounds(object: &Map<String, Value>, value: &Value, place: &str) -> Verdict {
    let number = value.as_f64();
    let length = value.as_str().map(|text| text.chars().count() as f64);
    let items = value.as_array().map(|list| list.len() as f64);
    let members = value.as_object().map(|object| object.len() as f64);
    type Bound = (&'static str, Option<f64>, fn(f64, f64) -> bool);
    let all: [Bound; 10] = [
        ("minimum", number, |is, bound| is >= bound),
        ("maximum", number, |is, bound| is <= bound),
        ("exclusiveMinimum", number, |is, bound| is > bound),
        ("exclusiveMaximum", number, |is, bound| is < bound),
        ("minLength", length, |is, bound| is >= bound),
        ("maxLength", length, |is, bound| is <= bound),
        ("minItems", items, |is, bound| is >= bound),
        ("maxItems", items, |is, bound| is <= bound),
        ("minProperties", members, |is, bound| is >= bound),
        ("maxProperties", members, |is, bound| is <= bound),
    ];
    for (keyword, is, holds) in all {
        if let (Some(is), Some(bound)) = (is, object.get(keyword).and_then(Value::as_f64))
            && !holds(is, bound)
        {
            return Err(format!("{place} is against `{keyword}: {bound}`"));
        }
    }
    Ok(())
}

fn is_of(name: &str, value: &Value) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "number" => value.is_number(),
        "integer" => {
            value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|it| it.fract() == 0.0)
        }
        _ => true,
    }
}

/// Equal as JSON: numbers by their value, so that 1 and 1.0 are one.
pub(crate) fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| same(a, b)))
        }
        _ => left == right,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_schema_that_would_take_for_ever_is_given_up() {
        let round = json!({"anyOf": [{"$ref": "#"}, {"$ref": "#"}, {"$ref": "#"}], "const": 5});
        assert_eq!(mismatch(&round, &json!(4)), None);
    }

    #[test]
    fn only_what_certainly_does_not_fit_is_told() {
        let schema = json!({
            "type": "object",
            "properties": {
                "n": {"type": "integer", "minimum": 1},
                "t": {"$ref": "#/$defs/t"},
                "l": {"prefixItems": [{"type": "string"}], "items": {"type": "number"}},
                "p": {"pattern": "^x$"},
            },
            "required": ["n"],
            "additionalProperties": false,
            "$defs": {"t": {"anyOf": [{"type": "string", "maxLength": 2}, {"const": 5}]}},
        });
        let says = |value: Value| mismatch(&schema, &value);
        for fits in
            [json!({"n": 1.0, "t": "ab", "l": ["a", 1], "p": "y"}), json!({"n": 2, "t": 5.0})]
        {
            assert_eq!(says(fits.clone()), None, "{fits}");
        }
        for (value, why) in [
            (json!([]), "not of type"),
            (json!({}), "lacks \"n\""),
            (json!({"n": 0}), "minimum"),
            (json!({"n": 1, "t": "abc"}), "alternatives"),
            (json!({"n": 1, "l": [1]}), "it.l[0]"),
            (json!({"n": 1, "x": 1}), "it.x may not be there"),
        ] {
            let said = says(value.clone()).unwrap_or_default();
            assert!(said.contains(why), "{value}: {said}");
        }
        let round = json!({"$ref": "#"});
        assert_eq!(mismatch(&round, &json!(1)), None);
    }
}
