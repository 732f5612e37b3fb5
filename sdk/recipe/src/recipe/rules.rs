//! What the schemas of input and output say beyond types, as conditions that become code.
//!
//! Every keyword that the format allows becomes an expression of the language, with a sentence for
//! whoever breaks it; so it is checked, bounded and compiled like everything else.
//!
//! *Never:* a keyword is read and not enforced.

mod shown;
mod source;

use super::schema::{DEPTH_MAX, type_of};
use crate::cel::{Environment, Mode, Node, Type, check, parse};
use serde_json::{Map, Value};
use shown::json_type;
use source::{field_of, formatted, literal, quoted, types};

pub(super) use shown::{shown, type_shown};

/// A condition, and what is said where it does not hold.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) condition: Node,
    pub(super) about: String,
}

/// What must hold of an input that has the shape of its schema.
pub(super) fn of_input(schema: &Value) -> Vec<Rule> {
    rules("input", schema, &type_of(schema, 0), Before::Shaped)
}

/// What must hold of a result, as far as its type does not show it.
pub(super) fn of_output(schema: &Value, ty: &Type) -> Vec<Rule> {
    rules("output", schema, ty, Before::Anything)
}

/// What a value has gone through before its rules are looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    /// It was read in the shape of its schema, so an object has no fields but those that it may have.
    Shaped,
    Anything,
}

fn rules(name: &'static str, schema: &Value, ty: &Type, before: Before) -> Vec<Rule> {
    let mut environment = Environment::default();
    environment.names.insert(name.to_owned(), ty.clone());
    let mut writer = Writer { before, conditions: Vec::new(), around: Vec::new() };
    writer.schema(schema, Place { at: name, name, ty, depth: 0 });
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

/// What stands around a condition: the value may be missing or of another type, or one of many.
enum Around {
    /// `test ? … : true`
    If(String),
    /// `list.all(item, …)`
    ForAll(String, String),
}

struct Writer {
    before: Before,
    conditions: Vec<(String, String)>,
    around: Vec<Around>,
}

/// A value that a schema is about.
#[derive(Clone, Copy)]
struct Place<'a> {
    /// The expression that gives it.
    at: &'a str,
    /// What it is called to whoever breaks a rule.
    name: &'a str,
    /// What it is known to be: it has been brought into its shape, or the types of a result show it.
    ty: &'a Type,
    depth: u32,
}

/// A bound as a literal that a value of this type is compared with, and the value made ready for it.
fn comparable(place: Place<'_>, bound: &Value) -> (String, String) {
    match (place.ty, bound.as_f64()) {
        (Type::Int, _) if bound.is_i64() => (place.at.to_owned(), literal(bound)),
        (Type::Double, Some(bound)) => (place.at.to_owned(), format!("{bound:?}")),
        _ => (format!("dyn({})", place.at), literal(bound)),
    }
}

impl Writer {
    fn holds(&mut self, condition: String, about: String) {
        let mut whole = condition;
        for around in self.around.iter().rev() {
            whole = match around {
                Around::If(test) => format!("({test} ? ({whole}) : true)"),
                Around::ForAll(list, item) => format!("{list}.all({item}, {whole})"),
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
        place: Place<'_>,
        keywords: &[&str],
        write: impl FnOnce(&mut Self, &Map<String, Value>),
    ) {
        let Some(rules) = schema.as_object() else { return };
        if !keywords.iter().any(|keyword| rules.contains_key(*keyword)) {
            return;
        }
        let only = schema.get("type").and_then(Value::as_str);
        match only.or(json_type(place.ty)) {
            Some(only) if only == of || only == "integer" && of == "number" => write(self, rules),
            Some(_) => {}
            None => {
                let test = format!("({})", types(of, place.at));
                self.within(Around::If(test), |writer| write(writer, rules));
            }
        }
    }

    fn schema(&mut self, schema: &Value, place: Place<'_>) {
        if place.depth > DEPTH_MAX {
            return;
        }
        let Place { at, name, .. } = place;
        if *schema == Value::Bool(false) {
            return self.holds("false".to_owned(), format!("{name} may not be there"));
        }
        if !self.can_fit(schema, place) {
            return;
        }
        if let Some(values) = schema.get("enum").and_then(Value::as_array) {
            let all = literal(&Value::Array(values.clone()));
            self.holds(
                format!("dyn({at}) in {all}"),
                format!("{name} is none of the values that it may be"),
            );
        }
        if let Some(value) = schema.get("const") {
            let literal = literal(value);
            self.holds(format!("dyn({at}) == dyn({literal})"), format!("{name} is not {value}"));
        }
        self.text(schema, place);
        self.number(schema, place);
        self.list(schema, place);
        self.object(schema, place);
    }

    /// The keyword `type`; tells whether a value of the known type can fit at all.
    fn can_fit(&mut self, schema: &Value, Place { at, name, ty, .. }: Place<'_>) -> bool {
        let wanted: Vec<&str> = match schema.get("type") {
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect(),
            _ => return true,
        };
        let about = format!("{name} is no {}", wanted.join(" or "));
        let fits = |given: &str| {
            wanted.contains(&given) || given == "integer" && wanted.contains(&"number")
        };
        match json_type(ty) {
            Some(given) if fits(given) => return true,
            // A double may be whole.
            Some("number") if wanted.contains(&"integer") => {}
            Some(_) => {
                self.holds("false".to_owned(), about);
                return false;
            }
            None => {}
        }
        let any: Vec<String> = wanted.iter().map(|wanted| types(wanted, at)).collect();
        self.holds(any.join(" || "), about);
        true
    }

    fn bound(
        &mut self,
        rules: &Map<String, Value>,
        keyword: &str,
        condition: impl Fn(&Value) -> String,
        about: impl Fn(&str) -> String,
    ) {
        if let Some(bound) = rules.get(keyword).filter(|bound| bound.is_number()) {
            self.holds(condition(bound), about(&literal(bound)));
        }
    }

    /// The least and the most of something that is counted.
    fn counted(
        &mut self,
        rules: &Map<String, Value>,
        [least, most]: [&str; 2],
        count: &str,
        [name, units]: [&str; 2],
    ) {
        self.bound(
            rules,
            least,
            |bound| format!("{count} >= {}", literal(bound)),
            |bound| format!("{name} has fewer than {bound} {units}"),
        );
        self.bound(
            rules,
            most,
            |bound| format!("{count} <= {}", literal(bound)),
            |bound| format!("{name} has more than {bound} {units}"),
        );
    }

    fn text(&mut self, schema: &Value, place: Place<'_>) {
        let keywords = ["minLength", "maxLength", "pattern", "format"];
        self.typed(schema, "string", place, &keywords, |writer, rules| {
            let name = place.name;
            // What is written as text may be a moment or bytes; its text is what counts.
            let is_text = *place.ty == Type::Text;
            let at = if is_text { place.at.to_owned() } else { format!("string({})", place.at) };
            let lengths = ["minLength", "maxLength"];
            writer.counted(rules, lengths, &format!("{at}.size()"), [name, "letters"]);
            if let Some(pattern) = rules.get("pattern").and_then(Value::as_str) {
                writer.holds(
                    format!("{at}.matches({})", quoted(pattern)),
                    format!("{name} does not match {pattern}"),
                );
            }
            if let Some(format) = rules.get("format").and_then(Value::as_str) {
                writer.holds(formatted(format, &at), format!("{name} is no {format}"));
            }
        });
    }

    fn number(&mut self, schema: &Value, place: Place<'_>) {
        let keywords = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"];
        self.typed(schema, "number", place, &keywords, |writer, rules| {
            let Place { at, name, .. } = place;
            let compared = [
                ("minimum", ">=", "less than"),
                ("maximum", "<=", "more than"),
                ("exclusiveMinimum", ">", "not more than"),
                ("exclusiveMaximum", "<", "not less than"),
            ];
            for (keyword, operator, words) in compared {
                let condition = |bound: &Value| {
                    let (value, bound) = comparable(place, bound);
                    format!("{value} {operator} {bound}")
                };
                let about = |bound: &str| format!("{name} is {words} {bound}");
                writer.bound(rules, keyword, condition, about);
            }
            let condition = |of: &Value| {
                let quotient = format!("double({at}) / double({})", literal(of));
                format!("{quotient} == math.trunc({quotient})")
            };
            let about = |of: &str| format!("{name} is no multiple of {of}");
            writer.bound(rules, "multipleOf", condition, about);
        });
    }

    fn list(&mut self, schema: &Value, place: Place<'_>) {
        let keywords = ["items", "minItems", "maxItems", "uniqueItems"];
        self.typed(schema, "array", place, &keywords, |writer, rules| {
            let Place { at, name, ty, depth } = place;
            writer.counted(
                rules,
                ["minItems", "maxItems"],
                &format!("{at}.size()"),
                [name, "items"],
            );
            if rules.get("uniqueItems") == Some(&Value::Bool(true)) {
                writer.holds(
                    format!("{at}.distinct().size() == {at}.size()"),
                    format!("{name} has an item twice"),
                );
            }
            if let Some(items) = rules.get("items") {
                let item = format!("item{depth}");
                let around = Around::ForAll(at.to_owned(), item.clone());
                let name = format!("an item of {name}");
                let ty = if let Type::List(item) = ty { item.as_ref() } else { &Type::Dyn };
                let inner = Place { at: &item, name: &name, ty, depth: depth + 1 };
                writer.within(around, |writer| writer.schema(items, inner));
            }
        });
    }

    fn object(&mut self, schema: &Value, place: Place<'_>) {
        let keywords =
            ["properties", "required", "additionalProperties", "minProperties", "maxProperties"];
        self.typed(schema, "object", place, &keywords, |writer, rules| {
            let Place { at, name, ty, .. } = place;
            let count = format!("size(dyn({at}))");
            writer.counted(rules, ["minProperties", "maxProperties"], &count, [name, "fields"]);
            let required = rules.get("required").and_then(Value::as_array);
            for field in required.into_iter().flatten().filter_map(Value::as_str) {
                if !is_there(ty, field) {
                    writer.holds(
                        format!("{} in dyn({at})", quoted(field)),
                        format!("{name} lacks {field}"),
                    );
                }
            }
            writer.fields(rules, place);
        });
    }

    fn fields(&mut self, rules: &Map<String, Value>, place: Place<'_>) {
        let none = Map::new();
        let known = rules.get("properties").and_then(Value::as_object).unwrap_or(&none);
        for (field, schema) in known {
            let ty = match place.ty {
                Type::Record(all) => match all.iter().find(|one| one.name == *field) {
                    Some(found) => &found.ty,
                    // It is never there.
                    None => continue,
                },
                Type::Map(_, value) => value.as_ref(),
                _ => &Type::Dyn,
            };
            let (at, test) = field_of(place.at, field);
            let inner = Place { at: &at, name: field, ty, depth: place.depth + 1 };
            if is_there(place.ty, field) {
                self.schema(schema, inner);
            } else {
                self.within(Around::If(test), |writer| writer.schema(schema, inner));
            }
        }
        self.others(rules, known, place);
    }

    /// Fields that are not among the known ones, one after the other, by their names.
    fn others(
        &mut self,
        rules: &Map<String, Value>,
        known: &Map<String, Value>,
        Place { at, ty, depth, .. }: Place<'_>,
    ) {
        let Some(others) = rules.get("additionalProperties") else { return };
        let is_closed = self.before == Before::Shaped && matches!(ty, Type::Record(_));
        if *others == Value::Bool(true) || *others == Value::Bool(false) && is_closed {
            return;
        }
        let key = format!("key{depth}");
        let around = Around::ForAll(format!("dyn({at})"), key.clone());
        let names: Vec<String> = known.keys().map(|name| quoted(name)).collect();
        let is_known = format!("{key} in [{}]", names.join(", "));
        self.within(around, |writer| {
            if *others == Value::Bool(false) {
                return writer.holds(is_known, "there is a field that may not be there".to_owned());
            }
            // What stands beside known fields has been brought into no shape.
            let ty = if let Type::Map(_, value) = ty { value.as_ref() } else { &Type::Dyn };
            let value = if known.is_empty() { at.to_owned() } else { format!("dyn({at})") };
            let inner = format!("{value}[{key}]");
            let inner = Place { at: &inner, name: "a field", ty, depth: depth + 1 };
            let write = |writer: &mut Self| writer.schema(others, inner);
            if known.is_empty() {
                write(writer);
            } else {
                writer.within(Around::If(format!("!({is_known})")), write);
            }
        });
    }
}

/// Whether every value of this type has the field.
fn is_there(ty: &Type, field: &str) -> bool {
    let Type::Record(fields) = ty else { return false };
    fields.iter().any(|one| one.name == field && one.required)
}

#[cfg(test)]
mod tests;
