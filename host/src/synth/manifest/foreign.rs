//! Lists of tools in other formats: what servers of the Model Context Protocol answer, and functions
//! as chat models are given them.
//!
//! *Never:* a foreign format is guessed where two could be meant.

use serde_json::{Value, json};

use super::ManifestError;
use super::tool::{self, Tool, ToolError};
use crate::synth::prose;
use crate::synth::words::{Taken, word};

/// A tool with the name that it had.
type Named = (String, Result<Tool, ToolError>);

/// What another reader is for.
pub(super) fn refuse(value: &Value) -> Result<(), ManifestError> {
    if value.get("openapi").is_some() || value.get("swagger").is_some() {
        let (what, mend) = ("an OpenAPI document", "read it as one: `engraft make openapi`");
        return Err(ManifestError::Other { what, mend });
    }
    if value.get("schema_version").is_some() && value.get("api").is_some() {
        let what = "a plugin's description, whose tools stand in an OpenAPI document";
        let mend = "read the document at its `api.url` instead: `engraft make openapi`";
        return Err(ManifestError::Other { what, mend });
    }
    if value.get("mcpServers").is_some() {
        let what = "a list of MCP servers, which says nothing of their tools";
        let mend = "ask each for `tools/list`, and read what it answers";
        return Err(ManifestError::Other { what, mend });
    }
    Ok(())
}

/// The format in words, and its tools; none where it is no foreign one.
pub(super) fn listed(value: &Value, prefix: &str) -> Option<(&'static str, Vec<Named>)> {
    let inner = value.get("result").unwrap_or(value);
    let tools = inner.get("tools").or_else(|| inner.get("functions")).unwrap_or(inner);
    let tools = tools.as_array()?;
    let mut taken = Taken::default();
    let first = tools.first()?;
    let (format, schema) = if first.get("inputSchema").is_some() {
        ("lists of MCP tools", "inputSchema")
    } else if first.get("input_schema").is_some() {
        ("lists of functions for a chat model", "input_schema")
    } else if first.get("function").is_some() || first.get("parameters").is_some() {
        ("lists of functions for a chat model", "parameters")
    } else {
        return None;
    };
    let named = tools.iter().map(|tool| {
        let of = tool.get("function").unwrap_or(tool);
        let name = of.get("name").and_then(Value::as_str).unwrap_or("without a name");
        (name.to_owned(), translated(of, name, schema, prefix, &mut taken))
    });
    Some((format, named.collect()))
}

fn translated(
    of: &Value,
    name: &str,
    schema: &str,
    prefix: &str,
    taken: &mut Taken,
) -> Result<Tool, ToolError> {
    let mut input = of.get(schema).cloned().unwrap_or(Value::Null);
    if input.get("type").is_none() {
        input = json!({"type": "object"});
    }
    let text = |field: &str| of.get(field).and_then(Value::as_str).unwrap_or_default();
    let title = of.pointer("/annotations/title").and_then(Value::as_str);
    let said = [text("description"), text("title"), title.unwrap_or_default()];
    let told = said
        .iter()
        .find_map(|text| prose::described(text, prose::SUMMARY_CHARS_MAX).0)
        .unwrap_or_else(|| format!("Does what `{name}` says."));
    let word = taken.take(word(name, "tool"));
    let intents: Vec<String> = intents(&told, &word, &input);
    let output = of.get("outputSchema").cloned().unwrap_or_else(|| json!({}));
    tool::read(&json!({
        "name": format!("{prefix}.{word}"),
        "summary": told,
        "intents": intents,
        "input": input,
        "output": output,
    }))
}

/// What it is called and what it does, as sentences that ask for it, with what it needs behind.
fn intents(summary: &str, word: &str, input: &Value) -> Vec<String> {
    let required = input.get("required").and_then(Value::as_array);
    let slots: Vec<String> = required
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(|name| format!(" with {} {{{name}}}", name.replace('_', " ")))
        .collect();
    let spoken = word.replace('-', " ");
    let asked = [prose::asked(summary), Some(spoken)];
    let whole = asked.into_iter().flatten().map(|asked| asked + &slots.concat());
    let whole = whole.filter(|it| it.len() <= 300 && !prose::is_order(it));
    whole.filter(|it| it.parse::<crate::model::Intent>().is_ok()).collect()
}
