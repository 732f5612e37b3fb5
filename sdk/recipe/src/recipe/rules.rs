//! What the schemas of input and output say beyond types, as conditions that become code.
//!
//! Every keyword that the format allows becomes an expression of the language, with a sentence for
//! whoever breaks it; so it is checked, bounded and compiled like everything else.
//!
//! *Never:* a keyword is read and not enforced.

mod shown;

use super::schema::{DEPTH_MAX, is_shaped, type_of};
use crate::cel::{Environment, Mode, Node, Type, check, parse};
use serde_json::{Map, Value};

pub(super) use shown::shown;

/// A condition, and what is said where it does not hold.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) condition: Node,
    pub(super) about: String,
}

/// What must hold of an input that has the shape of its schema.
pub(super) fn of_input(schema: &Value) -> Vec<Rule> {
    rules("input", schema, type_of(schema, 0), true)
}

/// What must hold of a result, of whose type nothing is known.
pub(super) fn of_output(schema: &Value) -> Vec<Rule> {
    rules("output", schema, Type::Dyn, false)
}

fn rules(name: &'static str, schema: &Value, ty: Type, shaped: bool) -> Vec<Rule> {
    let mut environment = Environment::default();
    environment.names.insert(name.to_owned(), ty);
    let mut writer = Writer { conditions: Vec::new(), around: Vec::new(), shaped };
    writer.schema(schema, name, name, 0);
    let rule = |(condition, about): (String, String)| Rule {
        condition: compiled(&condition, &environment),
        about,
    };
    writer.conditions.into_iter().map(rule).collect()
}

/// A condition that was written here fits by construction, and a test compiles every keyword; one
/// that did not would hold for nothing, rather than for everything.
fn compiled(condition: &str, environment: &Environment) -> Node {
    let checked = parse(condition)
        .map_err(|problem| vec![problem])
        .and_then(|expr| check(&expr, environment, Mode::Strict));
    debug_assert!(checked.is_ok(), "{condition}: {checked:?}");
    checked.map_or_else(|_| Node::never(), |checked| checked.root)
}

/// What stands around a condition: the value may be missing, or one of many.
enum Around {
    /// `!('name' in object) || …`
    IfPresent(String, String),
    /// `list.all(item, …)`
    ForAll(String, String),
    /// `!guard || …`
    Unless(String),
}

struct Writer {
    conditions: Vec<(String, String)>,
    around: Vec<Around>,
    /// Whether values have been brought into the shape of the schema already.
    shaped: bool,
}

/// Text as a literal of the language.
fn quoted(text: &str) -> String {
    let mut out = String::from("'");
    for letter in text.chars() {
        match letter {
            '\'' | '\\' => out.extend(['\\', letter]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            _ => out.push(letter),
        }
    }
    out.push('\'');
    out
}

/// A JSON value as a literal of the language.
fn literal(value: &Value) -> String {
    match value {
        Value::Null | Value::Bool(_) => value.to_string(),
        Value::Number(number) if number.is_u64() && !number.is_i64() => format!("{number}u"),
        Value::Number(number) => number.to_string(),
        Value::String(text) => quoted(text),
        Value::Array(items) => {
            let items: Vec<String> =
                items.iter().map(|item| format!("dyn({})", literal(item))).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(fields) => {
            let pair = |(name, value): (&String, &Value)| {
                format!("{}: dyn({})", quoted(name), literal(value))
            };
            let pairs: Vec<String> = fields.iter().map(pair).collect();
            format!("{{{}}}", pairs.join(", "))
        }
    }
}

/// The types of values that JSON text has as this type, as the language names them.
fn types(of: &str, place: &str) -> String {
    let named = |types: &str| format!("type({place}) in [{types}]");
    match of {
        "string" => named(
            "string, bytes, google.protobuf.Timestamp, google.protobuf.Duration, net.IP, net.CIDR",
        ),
        "integer" => format!(
            "(type({place}) in [int, uint] || type({place}) == double \
             && math.trunc({place}) == {place})"
        ),
        "number" => named("int, uint, double"),
        "boolean" => named("bool"),
        "array" => named("list"),
        "object" => named("map"),
        _ => format!("{place} == null"),
    }
}

impl Writer {
    fn holds(&mut self, condition: String, about: String) {
        let mut whole = condition;
        for around in self.around.iter().rev() {
            whole = match around {
                Around::IfPresent(field, object) => {
                    format!("(!({field} in {object}) || ({whole}))")
                }
                Around::ForAll(list, item) => format!("{list}.all({item}, {whole})"),
                Around::Unless(guard) => format!("(!({guard}) || ({whole}))"),
            };
        }
        self.conditions.push((whole, about));
    }

    fn within(&mut self, around: Around, write: impl FnOnce(&mut Self)) {
        self.around.push(around);
        write(self);
        self.around.pop();
    }

    /// Keywords for one type hold only of values of it.
    fn typed(
        &mut self,
        schema: &Value,
        of: &str,
        place: &str,
        keywords: &[&str],
        write: impl FnOnce(&mut Self, &Map<String, Value>),
    ) {
        let Some(rules) = schema.as_object() else { return };
        if !keywords.iter().any(|keyword| rules.contains_key(*keyword)) {
            return;
        }
        let only = schema.get("type").and_then(Value::as_str);
        match only {
            Some(only) if only == of || only == "integer" && of == "number" => write(self, rules),
            Some(_) => {}
            None => {
                let guard = Around::Unless(types(of, place));
                self.within(guard, |writer| write(writer, rules));
            }
        }
    }

    fn schema(&mut self, schema: &Value, place: &str, name: &str, depth: u32) {
        if depth > DEPTH_MAX {
            return;
        }
        if *schema == Value::Bool(false) {
            return self.holds("false".to_owned(), format!("{name} may not be there"));
        }
        self.of_type(schema, place, name);
        if let Some(values) = schema.get("enum").and_then(Value::as_array) {
            let all = literal(&Value::Array(values.clone()));
            self.holds(
                format!("dyn({place}) in {all}"),
                format!("{name} is none of the values that it may be"),
            );
        }
        if let Some(value) = schema.get("const") {
            self.holds(
                format!("dyn({place}) == dyn({})", literal(value)),
                format!("{name} is not {value}"),
            );
        }
        self.text(schema, place, name);
        self.number(schema, place, name);
        self.list(schema, place, name, depth);
        self.object(schema, place, name, depth);
    }

    fn of_type(&mut self, schema: &Value, place: &str, name: &str) {
        let wanted: Vec<&str> = match schema.get("type") {
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect(),
            _ => return,
        };
        if self.shaped && is_shaped(schema) {
            return;
        }
        let any: Vec<String> = wanted.iter().map(|wanted| types(wanted, place)).collect();
        self.holds(any.join(" || "), format!("{name} is no {}", wanted.join(" or ")));
    }

    fn bound(
        &mut self,
        rules: &Map<String, Value>,
        keyword: &str,
        condition: impl Fn(&str) -> String,
        about: impl Fn(&str) -> String,
    ) {
        if let Some(bound) = rules.get(keyword).filter(|bound| bound.is_number()) {
            let bound = literal(bound);
            self.holds(condition(&bound), about(&bound));
        }
    }

    fn text(&mut self, schema: &Value, place: &str, name: &str) {
        let keywords = ["minLength", "maxLength", "pattern", "format"];
        self.typed(schema, "string", place, &keywords, |writer, rules| {
            // What is written as text may be a moment or bytes; its text is what counts.
            let place = if writer.shaped { place.to_owned() } else { format!("string({place})") };
            writer.bound(
                rules,
                "minLength",
                |bound| format!("{place}.size() >= {bound}"),
                |bound| format!("{name} has fewer than {bound} letters"),
            );
            writer.bound(
                rules,
                "maxLength",
                |bound| format!("{place}.size() <= {bound}"),
                |bound| format!("{name} has more than {bound} letters"),
            );
            if let Some(pattern) = rules.get("pattern").and_then(Value::as_str) {
                writer.holds(
                    format!("{place}.matches({})", quoted(pattern)),
                    format!("{name} does not match {pattern}"),
                );
            }
            if let Some(format) = rules.get("format").and_then(Value::as_str) {
                writer.holds(formatted(format, &place), format!("{name} is no {format}"));
            }
        });
    }

    fn number(&mut self, schema: &Value, place: &str, name: &str) {
        let keywords = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"];
        self.typed(schema, "number", place, &keywords, |writer, rules| {
            let compared = [
                ("minimum", ">=", "less than"),
                ("maximum", "<=", "more than"),
                ("exclusiveMinimum", ">", "not more than"),
                ("exclusiveMaximum", "<", "not less than"),
            ];
            for (keyword, operator, words) in compared {
                writer.bound(
                    rules,
                    keyword,
                    |bound| format!("dyn({place}) {operator} {bound}"),
                    |bound| format!("{name} is {words} {bound}"),
                );
            }
            writer.bound(
                rules,
                "multipleOf",
                |of| format!("double({place}) / double({of}) == math.trunc(double({place}) / double({of}))"),
                |of| format!("{name} is no multiple of {of}"),
            );
        });
    }

    fn list(&mut self, schema: &Value, place: &str, name: &str, depth: u32) {
        let keywords = ["items", "minItems", "maxItems", "uniqueItems"];
        self.typed(schema, "array", place, &keywords, |writer, rules| {
            writer.bound(
                rules,
                "minItems",
                |bound| format!("{place}.size() >= {bound}"),
                |bound| format!("{name} has fewer than {bound} items"),
            );
            writer.bound(
                rules,
                "maxItems",
                |bound| format!("{place}.size() <= {bound}"),
                |bound| format!("{name} has more than {bound} items"),
            );
            if rules.get("uniqueItems") == Some(&Value::Bool(true)) {
                writer.holds(
                    format!("{place}.distinct().size() == {place}.size()"),
                    format!("{name} has an item twice"),
                );
            }
            if let Some(items) = rules.get("items") {
                let item = format!("item{depth}");
                let around = Around::ForAll(place.to_owned(), item.clone());
                let name = format!("an item of {name}");
                writer.within(around, |writer| writer.schema(items, &item, &name, depth + 1));
            }
        });
    }

    fn object(&mut self, schema: &Value, place: &str, name: &str, depth: u32) {
        let keywords =
            ["properties", "required", "additionalProperties", "minProperties", "maxProperties"];
        self.typed(schema, "object", place, &keywords, |writer, rules| {
            writer.bound(
                rules,
                "minProperties",
                |bound| format!("size(dyn({place})) >= {bound}"),
                |bound| format!("{name} has fewer than {bound} fields"),
            );
            writer.bound(
                rules,
                "maxProperties",
                |bound| format!("size(dyn({place})) <= {bound}"),
                |bound| format!("{name} has more than {bound} fields"),
            );
            let shaped = writer.shaped && is_shaped(schema);
            let required = rules.get("required").and_then(Value::as_array);
            for field in required.into_iter().flatten().filter_map(Value::as_str) {
                if !shaped {
                    writer.holds(
                        format!("{} in dyn({place})", quoted(field)),
                        format!("{name} lacks {field}"),
                    );
                }
            }
            writer.fields(rules, place, depth);
        });
    }

    fn fields(&mut self, rules: &Map<String, Value>, place: &str, depth: u32) {
        let none = Map::new();
        let known = rules.get("properties").and_then(Value::as_object).unwrap_or(&none);
        for (field, schema) in known {
            let literal = quoted(field);
            let around = Around::IfPresent(literal.clone(), format!("dyn({place})"));
            let inner = format!("{place}[{literal}]");
            self.within(around, |writer| writer.schema(schema, &inner, field, depth + 1));
        }
        let Some(others) = rules.get("additionalProperties") else { return };
        if *others == Value::Bool(true) {
            return;
        }
        // Other fields, one after the other, by their names.
        let key = format!("key{depth}");
        let around = Around::ForAll(format!("dyn({place})"), key.clone());
        let names: Vec<String> = known.keys().map(|name| quoted(name)).collect();
        let is_known = format!("{key} in [{}]", names.join(", "));
        self.within(around, |writer| {
            if *others == Value::Bool(false) {
                return writer.holds(is_known, "there is a field that may not be there".to_owned());
            }
            let guard = Around::Unless(format!("!({is_known})"));
            let inner = format!("dyn({place})[{key}]");
            let write = |writer: &mut Self| {
                // Only values of objects without known fields have been brought into a shape.
                let shaped = writer.shaped;
                writer.shaped &= known.is_empty();
                writer.schema(others, &inner, "a field", depth + 1);
                writer.shaped = shaped;
            };
            if known.is_empty() { write(writer) } else { writer.within(guard, write) }
        });
    }
}

/// Whether a text is what a format says. A fault of it is a no.
fn formatted(format: &str, place: &str) -> String {
    let matches = |pattern: &str| format!("{place}.matches({})", quoted(pattern));
    match format {
        "date-time" => format!("timestamp({place}).getFullYear() > 0"),
        "date" => format!("timestamp({place} + 'T00:00:00Z').getFullYear() > 0"),
        "time" => format!("timestamp('2000-01-01T' + {place}).getFullYear() > 0"),
        "ipv4" => format!("isIP({place}) && ip({place}).family() == 4"),
        "ipv6" => format!("isIP({place}) && ip({place}).family() == 6"),
        "email" => matches(r"^[^@\s]+@[^@\s.]+(\.[^@\s.]+)+$"),
        "uuid" => matches("^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$"),
        "hostname" => matches(
            "^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$",
        ),
        // A URI: a scheme, a colon, and no blanks.
        _ => matches(r"^[A-Za-z][A-Za-z0-9+.-]*:\S+$"),
    }
}

#[cfg(test)]
mod tests;
