//! Stubs in Rust: a struct for each input and output, so that the schemas come from the types.
//!
//! *Never:* the macros of the guest crate are given what they do not know.

use super::shape::{Shapes, Structure, Type};
use super::{camel, identifier, summary};
use crate::description::{Description, Permissions};
use crate::emit::snake;

/// Words that cannot name a field.
const KEYWORDS: [&str; 12] =
    ["type", "match", "ref", "use", "in", "fn", "for", "if", "loop", "move", "self", "where"];

pub(super) fn sources(name: &str, description: &Description) -> Vec<(String, String)> {
    let summary_text =
        if description.summary.is_empty() { "Not described yet." } else { &description.summary };
    let permissions = permissions(&description.permissions);
    let mut text = format!(
        "//! {summary_text}\n\nuse engraft_guest::capability;\n\n/// {summary_text}\n\
         #[capability(name = {name:?}{permissions})]\npub mod operations {{\n    \
         use engraft_guest::{{Failure, Schema}};\n    \
         use serde::{{Deserialize, Serialize}};\n"
    );
    let mut shapes = Shapes::default();
    for (name, operation) in &description.operations {
        let (function, types) = (snake(name), camel(name));
        let both = [
            ("Input", "Deserialize", &operation.input),
            ("Output", "Serialize", &operation.output),
        ];
        for (which, derive, schema) in both {
            let name = format!("{types}{which}");
            let (of, structures) = shapes.of(&name, schema);
            if !matches!(of, Type::Structure(_)) {
                text.push_str(&format!("\n    pub type {name} = {};\n", written(&of)));
            }
            structures.iter().for_each(|found| text.push_str(&structure(found, derive)));
        }
        let intents: Vec<String> =
            operation.intents.iter().map(|intent| format!("{intent:?}")).collect();
        let intents = if intents.is_empty() {
            String::new()
        } else {
            format!("(intents({}))", intents.join(", "))
        };
        text.push_str(&format!(
            "\n    /// {}\n    #[operation{intents}]\n    \
             pub fn {function}(input: {types}Input) -> Result<{types}Output, Failure> {{\n        \
             let _ = input;\n        Err(Failure::failed(\"`{name}` is not written yet\"))\n    }}\n",
            summary(operation)
        ));
    }
    if description.state {
        text.push_str(STATE);
    }
    text.push_str("}\n");
    vec![("src/lib.rs".to_owned(), text)]
}

const STATE: &str = "
    /// Everything worth keeping.
    #[save_state]
    fn save() -> Result<Vec<u8>, Failure> {
        Ok(Vec::new())
    }

    /// Takes over what another version has saved.
    #[restore_state]
    fn restore(version: &str, saved: Vec<u8>) -> Result<(), Failure> {
        let _ = (version, saved);
        Ok(())
    }
";

fn structure(structure: &Structure, derive: &str) -> String {
    let mut text = format!(
        "\n    #[derive({derive}, Schema)]\n    \
         #[allow(dead_code, reason = \"not written yet\")]\n    pub struct {} {{\n",
        structure.name
    );
    for field in &structure.fields {
        if !field.description.is_empty() {
            text.push_str(&format!("        /// {}\n", field.description));
        }
        let name = identifier(&field.name);
        let name = if KEYWORDS.contains(&name.as_str()) { format!("r#{name}") } else { name };
        if name != field.name && name != format!("r#{}", field.name) {
            text.push_str(&format!("        #[serde(rename = {:?})]\n", field.name));
        }
        let of = written(&field.of);
        let of = if field.is_required { of } else { format!("Option<{of}>") };
        text.push_str(&format!("        pub {name}: {of},\n"));
    }
    text.push_str("    }\n");
    text
}

fn written(of: &Type) -> String {
    match of {
        Type::Text => "String".to_owned(),
        Type::Integer => "i64".to_owned(),
        Type::Number => "f64".to_owned(),
        Type::Boolean => "bool".to_owned(),
        Type::List(items) => format!("Vec<{}>", written(items)),
        Type::Map(values) => {
            format!("std::collections::BTreeMap<String, {}>", written(values))
        }
        Type::Structure(name) => name.clone(),
        // The schema says nothing of it, so the author does.
        Type::Anything => written(&Type::Map(Box::new(Type::Text))),
    }
}

fn permissions(permissions: &Permissions) -> String {
    let Permissions { log, clock, random, progress, kv, http, secrets, call, config } = permissions;
    let plain = [("log", log), ("clock", clock), ("random", random), ("progress", progress)];
    let mut all: Vec<String> =
        plain.into_iter().filter(|(_, asked)| **asked).map(|(name, _)| name.to_owned()).collect();
    all.extend(kv.map(|quota| format!("kv(bytes = {}, keys = {})", quota.bytes, quota.keys)));
    let list = |texts: &[String]| {
        texts.iter().map(|text| format!("{text:?}")).collect::<Vec<_>>().join(", ")
    };
    for rule in http {
        let methods = if rule.methods.is_empty() {
            String::new()
        } else {
            format!(", methods({})", list(&rule.methods))
        };
        all.push(format!("http(host = {:?}{methods})", rule.host));
    }
    all.extend(
        secrets
            .iter()
            .map(|rule| format!("secret(name = {:?}, hosts({}))", rule.name, list(&rule.hosts))),
    );
    all.extend(call.iter().map(|pattern| format!("call({pattern:?})")));
    all.extend(config.iter().map(|pattern| format!("config({pattern:?})")));
    if all.is_empty() { String::new() } else { format!(", permissions({})", all.join(", ")) }
}
