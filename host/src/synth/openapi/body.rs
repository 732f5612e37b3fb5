//! Bodies: what is sent with a request, and what an answer holds.
//!
//! *Never:* a body is sent in a form that the document does not name.

use serde_json::{Map, Value, json};

use super::document::Document;
use super::parameter::{Root, Takes};
use super::schema::{self, Way};
use crate::synth::prose::quoted;

/// What is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Body {
    None,
    /// An expression, and the content type where it is not the usual one.
    Json(String, Option<String>),
    /// Names and expressions.
    Form(Vec<(String, String)>),
    /// An expression, and its content type.
    Text(String, String),
}

/// Reads the body that an operation takes.
pub(super) fn request(
    document: &Document,
    operation: &Value,
    takes: &mut Takes,
    root: &Root,
) -> Result<Body, String> {
    let Some(body) = operation.get("requestBody") else { return Ok(Body::None) };
    let body = document.at(body)?;
    let required = body.get("required").and_then(Value::as_bool).unwrap_or(false);
    let content = body.get("content").and_then(Value::as_object);
    let Some(content) = content.filter(|content| !content.is_empty()) else {
        return Ok(Body::None);
    };
    let Some((kind, media)) = best(content) else {
        let kinds: Vec<&str> = content.keys().map(String::as_str).collect();
        let kinds: String = kinds.join(" or ").chars().take(120).collect();
        let why = format!("its body is {kinds}, and JSON, forms and text can be sent");
        if !required {
            takes.notes.push(format!("{why}; it is sent without a body, which it need not have"));
            return Ok(Body::None);
        }
        return Err(why);
    };
    let none = json!({});
    let written = media.get("schema").unwrap_or(&none);
    let mut schema = schema::noted(document, Way::Given, written, "its body", &mut takes.notes);
    if schema.get("description").is_none() {
        describe(&mut schema, body);
    }
    let name = takes.property("body", "request");
    let is_form = kind.starts_with("application/x-www-form-urlencoded");
    let sent = if is_form {
        Body::Form(form(&schema, media, &name, root)?)
    } else if is_json(kind) {
        let other = (kind != "application/json").then(|| kind.to_owned());
        let value = match required {
            true => root.sure(&name),
            // Most documents forget to say that a body is needed; an empty one stands for none.
            false => format!("{}[?{}].orValue({{}})", root.0, quoted(&name)),
        };
        Body::Json(value, other)
    } else {
        let value = match required {
            true => root.sure(&name),
            false => format!("{}[?{}].orValue('')", root.0, quoted(&name)),
        };
        Body::Text(format!("string({value})"), kind.to_owned())
    };
    takes.add(name, schema, required);
    Ok(sent)
}

fn describe(schema: &mut Value, body: &Value) {
    let text = body.get("description").and_then(Value::as_str);
    let told = text.and_then(|it| crate::synth::prose::described(it, 160).0);
    if let (Some(told), Some(schema)) = (told, schema.as_object_mut()) {
        schema.insert("description".to_owned(), told.into());
    }
}

/// The media type that is sent best: JSON before a form before text.
fn best(content: &Map<String, Value>) -> Option<(&str, &Value)> {
    let rank = |kind: &str| match kind {
        "application/json" => Some(0),
        kind if is_json(kind) => Some(1),
        kind if kind.starts_with("application/x-www-form-urlencoded") => Some(2),
        "*/*" | "application/*" => Some(3),
        kind if kind.starts_with("text/") => Some(4),
        _ => None,
    };
    let ranked = content.iter().filter_map(|(kind, media)| Some((rank(kind)?, kind, media)));
    let (rank, kind, media) = ranked.min_by_key(|(rank, ..)| *rank)?;
    Some((if rank == 3 { "application/json" } else { kind }, media))
}

fn is_json(kind: &str) -> bool {
    let plain = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    plain == "application/json" || plain.ends_with("+json") || plain == "text/json"
}

/// The fields of a form: lists once for each item, objects as JSON, or spread where the document
/// says so.
fn form(
    schema: &Value,
    media: &Value,
    name: &str,
    root: &Root,
) -> Result<Vec<(String, String)>, String> {
    let properties = schema.get("properties").and_then(Value::as_object);
    let Some(properties) = properties.filter(|all| !all.is_empty()) else {
        return Err("its form has no known fields, so that none can be written".to_owned());
    };
    let body = format!("{}[?{}]", root.0, quoted(name));
    let mut fields = Vec::new();
    for (field, inner) in properties {
        let style = media
            .pointer("/encoding")
            .and_then(|all| all.get(field))
            .and_then(|it| it.get("style"));
        let value = format!("{body}[?{}]", quoted(field));
        let inner = inner.get("properties").and_then(Value::as_object);
        match (inner, style.and_then(Value::as_str)) {
            (Some(inner), Some("deepObject")) => {
                let spread = inner.keys().map(|name| {
                    (
                        format!("{field}[{name}]"),
                        format!("{value}[?{}].orValue(null)", quoted(name)),
                    )
                });
                fields.extend(spread);
            }
            _ => {
                let whole = format!(
                    "cel.bind(v, {value}.orValue(null), type(v) == map ? dyn(json.encode(v)) : dyn(v))"
                );
                fields.push((field.clone(), whole));
            }
        }
    }
    Ok(fields)
}

/// What an answer holds where all went well: the schema of its JSON, and whether the document names
/// headers that come with it.
pub(super) fn answer(
    document: &Document,
    operation: &Value,
    notes: &mut Vec<String>,
) -> (Value, bool) {
    let all = operation.get("responses").and_then(Value::as_object);
    let mut good: Vec<(&String, &Value)> = all
        .into_iter()
        .flatten()
        .filter(|(status, _)| status.starts_with('2') || *status == "default")
        .collect();
    // `default` stands behind every number.
    good.sort_by_key(|(status, _)| (*status).clone());
    let mut has_headers = false;
    let mut schemas = Vec::new();
    for (_, response) in good {
        let response = match document.at(response) {
            Ok(response) => response,
            Err(reason) => {
                notes.push(format!("nothing is known of its answer: {reason}"));
                continue;
            }
        };
        has_headers |=
            response.get("headers").and_then(Value::as_object).is_some_and(|it| !it.is_empty());
        let content = response.get("content").and_then(Value::as_object);
        for (kind, media) in content.into_iter().flatten() {
            let schema = media.get("schema").filter(|_| is_json(kind));
            let taken =
                schema.map(|it| schema::noted(document, Way::Answered, it, "its answer", notes));
            schemas.push(taken);
        }
    }
    // An error's schema stands under `default` as a rule; what a good status holds comes first. Where
    // an answer may be something else than this JSON, nothing is said of it.
    let first = schemas.first().cloned().flatten();
    let is_sure = first.is_some() && schemas.iter().take(2).all(Option::is_some);
    (if is_sure { first.unwrap_or_default() } else { json!({}) }, has_headers)
}
