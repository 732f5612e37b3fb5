//! Every text of a candidate that a person or a language model may come to read.
//!
//! *Never:* a text is left out because of where it stands in a schema.

use serde_json::Value;

use super::facts::{Custom, Facts};
use super::subject::Text;
use crate::artifact::Manifest;
use crate::model::Permissions;

/// Texts in all; a manifest of half a megabyte has fewer.
const TEXTS_MAX: usize = 100_000;
/// Documentation of a WIT package is text of this size at most; more is looked at in part.
const DOCS_BYTES_MAX: usize = 1 << 20;
/// Shorter runs of letters between other bytes say nothing.
const RUN_CHARS_MIN: usize = 12;

/// Gathers all texts, each with its place.
pub(crate) fn of(manifest: Option<&Manifest>, facts: &Facts<'_>) -> Vec<Text> {
    let mut texts = Vec::new();
    if let Some(manifest) = manifest {
        of_manifest(manifest, &mut texts);
    }
    for name in &facts.imports {
        push(&mut texts, "an import's name".to_owned(), name);
    }
    for export in &facts.exports {
        push(&mut texts, "an export's name".to_owned(), &export.name);
    }
    for custom in &facts.customs {
        push(&mut texts, "the name of a section".to_owned(), custom.name);
        if !custom.name.starts_with("package-docs") {
            of_section(custom, &mut texts);
            continue;
        }
        let bytes = custom.bytes.get(..DOCS_BYTES_MAX).unwrap_or(custom.bytes);
        // A version number stands before the JSON of newer sections.
        let begin = bytes.iter().position(|byte| *byte == b'{').unwrap_or_default();
        let json = bytes.get(begin..).unwrap_or_default();
        match serde_json::from_slice::<Value>(json) {
            Ok(docs) => of_value("its documentation", &docs, &mut texts),
            Err(_) => {
                let text = String::from_utf8_lossy(bytes);
                push(&mut texts, "its documentation".to_owned(), &text);
            }
        }
    }
    texts
}

/// A section that is text, whoever is meant to read it. Compilers' own are none, or lists of names.
fn of_section(custom: &Custom<'_>, texts: &mut Vec<Text>) {
    let is_compilers = matches!(custom.name, "name" | "component-name" | "producers")
        || custom.name.starts_with(".debug_");
    if is_compilers {
        return;
    }
    let bytes = custom.bytes.get(..DOCS_BYTES_MAX).unwrap_or(custom.bytes);
    let place = || format!("section `{}`", custom.name);
    let is_text = |run: &str| run.chars().count() >= RUN_CHARS_MIN;
    if let Ok(text) = std::str::from_utf8(bytes) {
        // Lengths stand between the words of some, as single bytes.
        let is_between =
            |letter: char| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t');
        let runs = text.split(is_between);
        runs.filter(|run| is_text(run)).for_each(|run| push(texts, place(), run));
    } else {
        let runs = bytes.split(|byte| !matches!(byte, b' '..=b'~' | b'\n' | b'\t'));
        let runs = runs.filter_map(|run| std::str::from_utf8(run).ok());
        runs.filter(|run| is_text(run)).for_each(|run| push(texts, place(), run));
    }
}

/// What it asks for is shown to whoever decides on it.
fn of_permissions(asked: &Permissions, texts: &mut Vec<Text>) {
    let rules = asked.http.iter();
    let http = rules.flat_map(|rule| rule.methods.iter().chain([&rule.path_prefix]));
    let secrets = asked.secrets.iter().map(|rule| &rule.name);
    let files = asked.files.iter().map(|rule| &rule.guest_path);
    for text in http.chain(secrets).chain(files).chain(&asked.env) {
        push(texts, "what it asks for".to_owned(), text);
    }
    let names = asked.call.iter().chain(&asked.config).chain(&asked.custom);
    names.for_each(|name| push(texts, "what it asks for".to_owned(), &name.to_string()));
}

fn of_manifest(manifest: &Manifest, texts: &mut Vec<Text>) {
    push(texts, "the summary".to_owned(), &manifest.description.summary);
    of_permissions(manifest.permissions(), texts);
    for formula in manifest.bound.iter().flat_map(|bound| [&bound.fuel, &bound.memory_bytes]) {
        push(texts, "the bound".to_owned(), formula);
    }
    for operation in &manifest.description.operations {
        let name = &operation.name;
        push(texts, format!("the name of operation `{name}`"), name);
        push(texts, format!("the summary of `{name}`"), &operation.summary);
        for intent in &operation.intents {
            push(texts, format!("an intent of `{name}`"), intent);
        }
        of_value(&format!("the input schema of `{name}`"), &operation.input_schema, texts);
        of_value(&format!("the output schema of `{name}`"), &operation.output_schema, texts);
        for example in &operation.examples {
            let place = format!("an example of `{name}`");
            of_value(&place, &example.input, texts);
            if let Some(output) = &example.output {
                of_value(&place, output, texts);
            }
        }
    }
}

/// Every string and key of a JSON value. On a list of its own, not the call stack: a value that was
/// read elsewhere may be nested deeper than ours are.
fn of_value(place: &str, value: &Value, texts: &mut Vec<Text>) {
    let mut left = vec![value];
    while let Some(value) = left.pop() {
        match value {
            Value::String(text) => push(texts, place.to_owned(), text),
            Value::Array(items) => left.extend(items.iter().rev()),
            Value::Object(members) => {
                for name in members.keys() {
                    push(texts, place.to_owned(), name);
                }
                left.extend(members.values().rev());
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

fn push(texts: &mut Vec<Text>, place: String, text: &str) {
    if !text.is_empty() && texts.len() < TEXTS_MAX {
        texts.push(Text { place, text: text.to_owned() });
    }
}
