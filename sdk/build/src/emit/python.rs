//! `engraft_description.py`: what a capability in Python says of itself, as JSON within JSON.
//!
//! *Never:* a text of the author is read as Python.

use serde_json::{Value, json};

use super::snake;
use crate::description::{Description, Permissions};

pub(crate) fn description(description: &Description) -> String {
    let operations: Vec<Value> = description
        .operations
        .iter()
        .map(|(name, operation)| {
            let examples: Vec<Value> = operation
                .examples
                .iter()
                .map(|one| {
                    json!([one.input.to_string(), one.output.as_ref().map(Value::to_string)])
                })
                .collect();
            json!({
                "name": name,
                "summary": operation.summary,
                "input_schema": operation.input.to_string(),
                "output_schema": operation.output.to_string(),
                "intents": operation.intents,
                "examples": examples,
            })
        })
        .collect();
    let said = json!({
        "name": description.name(),
        "summary": description.summary,
        "operations": operations,
        "permissions": permissions(&description.permissions),
    });
    let functions: serde_json::Map<String, Value> =
        description.operations.keys().map(|name| (name.clone(), json!(snake(name)))).collect();
    // A JSON text within a JSON text: Python reads its escapes as JSON does.
    format!(
        "\"\"\"Made by `engraft build` from capability.yaml.\"\"\"\n\nimport json\n\n\
         DESCRIPTION = json.loads({})\n\nOPERATIONS = {}\n\n\
         # Whether files and the interpreter's own time and output are those of WASI.\nHAS_WASI = {}\n",
        json!(said.to_string()),
        Value::Object(functions),
        if description.wasi.is_some() { "True" } else { "False" }
    )
}

fn permissions(permissions: &Permissions) -> Vec<Value> {
    let Permissions { log, clock, random, progress, kv, http, secrets, call, config } = permissions;
    let plain = [("log", log), ("clock", clock), ("random", random), ("progress", progress)];
    let mut all: Vec<Value> = plain
        .into_iter()
        .filter(|(_, asked)| **asked)
        .map(|(name, _)| json!([name, null]))
        .collect();
    all.extend(kv.map(|quota| json!(["kv", {"bytes": quota.bytes, "keys": quota.keys}])));
    all.extend(http.iter().map(|rule| {
        json!(["http", {"host": rule.host, "methods": rule.methods, "path_prefix": rule.path_prefix}])
    }));
    all.extend(
        secrets.iter().map(|rule| json!(["secret", {"name": rule.name, "hosts": rule.hosts}])),
    );
    for (tag, patterns) in [("call", call), ("config", config)] {
        all.extend(patterns.iter().map(|pattern| json!([tag, pattern])));
    }
    all
}
