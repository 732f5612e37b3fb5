//! `guest.js`, the entry of capabilities in JavaScript and TypeScript, and `types.ts`.
//!
//! *Never:* a number that a double cannot hold is written as one.

use serde_json::{Value, json};

use crate::description::{Description, Permissions};
use crate::stub::{self, Kind};

/// `state.save` is there only where the world exports it.
pub(crate) fn entry(description: &Description, source: &str) -> String {
    let mut text = "// Made by `engraft build` from capability.yaml.\n".to_owned();
    let interfaces = description.permissions.interfaces();
    for interface in &interfaces {
        text.push_str(&format!(
            "import * as {interface} from \"engraft:capability/{interface}@1.0.0\";\n"
        ));
    }
    text.push_str(&format!(
        "import {{ guest }} from \"../engraft/guest.js\";\nimport * as capability from \"../{source}\";\n\n"
    ));
    text.push_str(&format!("const description = {};\n\n", literal(description)));
    text.push_str("const operations = {\n");
    for name in description.operations.keys() {
        let function = stub::function(name);
        text.push_str(&format!("  {}: capability[\"{function}\"],\n", json!(name)));
    }
    text.push_str("};\nfor (const [name, run] of Object.entries(operations)) {\n  if (typeof run !== \"function\") {\n    ");
    text.push_str(&format!(
        "throw new Error(`{source} exports no function for the operation ${{name}}; capability.yaml lists it`);\n  }}\n}}\n\n"
    ));
    text.push_str(&format!(
        "const made = guest(description, operations, {{ {} }}, capability);\n\
         export const describe = made.describe;\nexport const invoke = made.invoke;\n",
        interfaces.join(", ")
    ));
    if description.state {
        text.push_str("export const state = made.state;\n");
    }
    text
}

fn literal(description: &Description) -> String {
    let operations: Vec<Value> = description
        .operations
        .iter()
        .map(|(name, operation)| {
            let examples: Vec<Value> = operation
                .examples
                .iter()
                .map(|example| {
                    let mut value = json!({"input": example.input.to_string()});
                    if let (Some(output), Some(fields)) = (&example.output, value.as_object_mut()) {
                        fields.insert("output".to_owned(), json!(output.to_string()));
                    }
                    value
                })
                .collect();
            json!({
                "name": name,
                "summary": operation.summary,
                "inputSchema": operation.input.to_string(),
                "outputSchema": operation.output.to_string(),
                "intents": operation.intents,
                "examples": examples,
            })
        })
        .collect();
    format!(
        "{{\n  name: {},\n  summary: {},\n  operations: {},\n  permissions: [{}],\n}}",
        json!(description.name()),
        json!(description.summary),
        Value::Array(operations),
        permissions(&description.permissions).join(", ")
    )
}

fn permissions(permissions: &Permissions) -> Vec<String> {
    let Permissions { log, clock, random, progress, kv, http, secrets, call, config } = permissions;
    let plain = [("log", log), ("clock", clock), ("random", random), ("progress", progress)];
    let mut all: Vec<String> = plain
        .into_iter()
        .filter(|(_, asked)| **asked)
        .map(|(name, _)| format!("{{ tag: \"{name}\" }}"))
        .collect();
    all.extend(kv.map(|quota| {
        format!("{{ tag: \"kv\", val: {{ bytes: {}, keys: {} }} }}", quota.bytes, quota.keys)
    }));
    all.extend(http.iter().map(|rule| {
        let rule =
            json!({"host": rule.host, "methods": rule.methods, "pathPrefix": rule.path_prefix});
        format!("{{ tag: \"http\", val: {rule} }}")
    }));
    all.extend(secrets.iter().map(|rule| {
        let rule = json!({"name": rule.name, "hosts": rule.hosts});
        format!("{{ tag: \"secret\", val: {rule} }}")
    }));
    for (tag, patterns) in [("call", call), ("config", config)] {
        all.extend(
            patterns.iter().map(|pattern| format!("{{ tag: \"{tag}\", val: {} }}", json!(pattern))),
        );
    }
    all
}

/// The types of inputs and outputs, and of the host as far as it is asked for.
pub(crate) fn types(description: &Description) -> String {
    let mut text = "// Made by `engraft build` from capability.yaml.\n\
                    import type * as engraft from \"../engraft/engraft.js\";\n"
        .to_owned();
    for (name, operation) in &description.operations {
        let name = stub::camel(name);
        for (which, schema) in [("Input", &operation.input), ("Output", &operation.output)] {
            text.push_str(&format!("\nexport type {name}{which} = {};\n", type_of(schema)));
        }
    }
    text.push_str("\nexport interface Host {\n");
    for interface in description.permissions.interfaces() {
        let line = match interface {
            "log" => "log: engraft.Log;",
            "clock" => "now: () => Date;",
            "random" => "random: engraft.Random;",
            "kv" => "kv: engraft.Kv;",
            "http" => "http: engraft.Http;",
            "call" => "call: engraft.Call;",
            "progress" => "progress: engraft.Progress;",
            "secrets" => "secrets: engraft.Secrets;",
            "config" => "config: engraft.Config;",
            _ => continue,
        };
        text.push_str(&format!("  {line}\n"));
    }
    text.push_str("}\n");
    text
}

fn type_of(schema: &Value) -> String {
    match stub::kind(schema) {
        Kind::Text => "string".to_owned(),
        Kind::Integer => "number | bigint".to_owned(),
        Kind::Number => "number".to_owned(),
        Kind::Boolean => "boolean".to_owned(),
        Kind::List(items) => format!("({})[]", type_of(items)),
        Kind::Anything => {
            let properties = stub::properties(schema);
            if properties.is_empty() {
                return "any".to_owned();
            }
            let members: Vec<String> = properties
                .iter()
                .map(|property| {
                    let mark = if property.is_required { "" } else { "?" };
                    format!("{}{mark}: {}", json!(property.name), type_of(property.schema))
                })
                .collect();
            format!("{{ {} }}", members.join("; "))
        }
    }
}
