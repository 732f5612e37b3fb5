//! Parts of conditions as source of the language: literals, types, fields and formats.
//!
//! *Never:* a text of a schema stands in a condition other than between quotes.

use serde_json::Value;

/// Text as a literal of the language.
pub(super) fn quoted(text: &str) -> String {
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
pub(super) fn literal(value: &Value) -> String {
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
pub(super) fn types(of: &str, place: &str) -> String {
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

/// How a field is reached, and how it is asked whether it is there.
pub(super) fn field_of(object: &str, field: &str) -> (String, String) {
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let quotable = |letter: char| is_word(letter) || ".-/ ".contains(letter);
    let begins = field.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_');
    let is_name = begins && field.chars().all(is_word);
    let at = if is_name && !matches!(field, "in" | "true" | "false" | "null") {
        format!("{object}.{field}")
    } else if !field.is_empty() && field.chars().all(quotable) {
        format!("{object}.`{field}`")
    } else {
        let key = quoted(field);
        return (format!("{object}[{key}]"), format!("{key} in dyn({object})"));
    };
    let test = format!("has({at})");
    (at, test)
}

/// Whether a text is what a format says. A fault of it is a no.
pub(super) fn formatted(format: &str, place: &str) -> String {
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
