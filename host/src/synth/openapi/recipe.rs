//! Operations as recipes: one for each, or one for all that have a tag in common.
//!
//! *Never:* a recipe asks for more than its operations do.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::operation::Operation;
use crate::model::CapabilityName;
use crate::synth::author::{Draft, Source};
use crate::synth::prose::quoted;
use crate::synth::words::spoken;

/// A recipe takes 100 steps and 50 rules, and each operation wants one of both.
pub(super) const TOGETHER_MAX: usize = 40;
/// A recipe takes 262,144 bytes and 20,000 values; less leaves room for being written otherwise.
const DOCUMENT_BYTES_MAX: usize = 200_000;
const VALUES_MAX: usize = 16_000;
/// How sure it is that an operation does what its document says.
const SURE: f64 = 0.8;
/// The same of one that is to be taken out of use.
const DEPRECATED: f64 = 0.4;

/// A recipe of one operation.
pub(super) fn single(name: &CapabilityName, operation: &Operation) -> Option<Draft> {
    let mut steps = vec![Value::Object(named(operation.step.clone(), "answer"))];
    steps.push(content("answer"));
    let mut output = json!({"status": {"type": "integer"}, "body": operation.output, "error": {}});
    let mut result = gives();
    if operation.has_headers {
        insert(&mut output, "headers", json!({"type": "object"}));
        insert(&mut result, "headers", json!("answer.headers"));
    }
    let document = json!({
        "name": name.as_str(),
        "version": "0.1.0",
        "summary": operation.summary,
        "intents": operation.intents,
        "input": operation.input,
        "output": {"type": "object", "properties": output, "required": ["status"]},
        "permissions": permissions(&[operation]),
        "steps": steps,
        "return": result,
    });
    let reasons = vec![format!("`{}` of the document: {}", operation.shown, operation.summary)];
    draft(name, document, reasons, operation.is_deprecated)
}

/// A recipe of several operations: its input names one of them, and holds what that one takes.
pub(super) fn group(name: &CapabilityName, tag: &str, operations: &[&Operation]) -> Option<Draft> {
    let mut properties = Map::new();
    let mut steps = Vec::new();
    for (at, operation) in operations.iter().enumerate() {
        let mut input = operation.input.clone();
        insert(&mut input, "description", operation.summary.clone().into());
        properties.insert(operation.word.clone(), input);
        let mut step = named(operation.step.clone(), &format!("answer_{at}"));
        let asked = format!("{} in dyn(input)", quoted(&operation.word));
        step.insert("when".to_owned(), asked.into());
        steps.push(Value::Object(step));
    }
    let all: Vec<String> = (0..operations.len()).map(|at| format!("dyn(answer_{at})")).collect();
    let first = format!("[{}].filter(a, a != null)[0]", all.join(", "));
    steps.push(json!({"set": first, "as": "answer"}));
    steps.push(content("answer"));
    let mut result = gives();
    let mut output = json!({"status": {"type": "integer"}, "body": {}, "error": {}});
    if operations.iter().any(|operation| operation.has_headers) {
        insert(&mut output, "headers", json!({"type": "object"}));
        insert(&mut result, "headers", json!("answer.headers"));
    }
    let does: Vec<String> = operations.iter().map(|it| spoken(&it.word)).collect();
    let summary: String =
        format!("{}: {}.", spoken(tag), does.join(", ")).chars().take(480).collect();
    let document = json!({
        "name": name.as_str(),
        "version": "0.1.0",
        "summary": summary,
        "input": {"type": "object", "properties": properties, "additionalProperties": false,
            "minProperties": 1, "maxProperties": 1},
        "output": {"type": "object", "properties": output, "required": ["status"]},
        "permissions": permissions(operations),
        "steps": steps,
        "return": result,
    });
    let reasons = operations.iter().map(|it| format!("`{}` of the document", it.shown)).collect();
    draft(name, document, reasons, operations.iter().all(|it| it.is_deprecated))
}

/// None where the document is larger than a recipe may be.
fn draft(
    name: &CapabilityName,
    document: Value,
    reasons: Vec<String>,
    is_deprecated: bool,
) -> Option<Draft> {
    let text = format!("{document:#}\n");
    if text.len() > DOCUMENT_BYTES_MAX || values(&document) > VALUES_MAX {
        return None;
    }
    Some(Draft {
        author: super::NAME.to_owned(),
        name: name.clone(),
        source: Source::Recipe(text),
        examples: Vec::new(),
        reasons,
        doubts: Vec::new(),
        confidence: if is_deprecated { DEPRECATED } else { SURE },
    })
}

fn values(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(values).sum::<usize>(),
        Value::Object(fields) => 1 + fields.values().map(values).sum::<usize>(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 1,
    }
}

fn insert(object: &mut Value, name: &str, value: Value) {
    if let Some(fields) = object.as_object_mut() {
        fields.insert(name.to_owned(), value);
    }
}

fn named(mut step: Map<String, Value>, name: &str) -> Map<String, Value> {
    step.insert("as".to_owned(), name.into());
    step
}

/// What the answer holds: JSON as a value, anything else as it came.
pub(in crate::synth) fn content(answer: &str) -> Value {
    let kind = format!("dyn({answer}).headers[?'content-type'].orValue('json')");
    json!({
        "set": format!(
            "cel.bind(kind, {kind}, size(dyn({answer}).body) == 0 ? dyn(null) : \
             string(kind).contains('json') ? dyn(json.decode(string(dyn({answer}).body))) : \
             dyn({answer}.body))"
        ),
        "else": format!("dyn({answer}.body)"),
        "as": "content",
    })
}

/// What a recipe gives: the status, and what the server said as `body` or as `error`.
pub(in crate::synth) fn gives() -> Value {
    let good = "int(dyn(answer).status) / 100 == 2";
    json!({
        "status": "int(dyn(answer).status)",
        "body": format!("{good} ? dyn(content) : dyn(null)"),
        "error": format!("{good} ? dyn(null) : dyn(content)"),
    })
}

/// Exactly what the steps do.
fn permissions(operations: &[&Operation]) -> Value {
    let mut rules: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    let mut secrets: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for operation in operations {
        let (host, method, path) = &operation.rule;
        rules.entry((host, path)).or_default().insert(method);
        for secret in &operation.secrets {
            secrets.entry(secret).or_default().insert(host);
        }
    }
    let rules: Vec<Value> = rules
        .iter()
        .map(|((host, path), methods)| json!({"host": host, "methods": methods, "path": path}))
        .collect();
    let mut asks = json!({"http": rules});
    if !secrets.is_empty() {
        let secrets: Vec<Value> =
            secrets.iter().map(|(name, hosts)| json!({"name": name, "hosts": hosts})).collect();
        insert(&mut asks, "secrets", secrets.into());
    }
    asks
}
