//! Stubs in Rust: a struct for each input and output, so that the schemas come from the types.
//!
//! *Never:* the macros of the guest crate are given what they do not know.

use super::{Kind, Property, camel, identifier, kind, properties, summary};
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
    for (name, operation) in &description.operations {
        let (function, types) = (snake(name), camel(name));
        text.push_str(&structure(
            &format!("{types}Input"),
            "Deserialize",
            &properties(&operation.input),
        ));
        text.push_str(&structure(
            &format!("{types}Output"),
            "Serialize",
            &properties(&operation.output),
        ));
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

fn structure(name: &str, derive: &str, properties: &[Property<'_>]) -> String {
    let mut text = format!(
        "\n    #[derive({derive}, Schema)]\n    #[allow(dead_code, reason = \"not written yet\")]\n    pub struct {name} {{\n"
    );
    for property in properties {
        if !property.description.is_empty() {
            text.push_str(&format!("        /// {}\n", property.description.replace('\n', " ")));
        }
        let field = identifier(property.name);
        let field = if KEYWORDS.contains(&field.as_str()) { format!("r#{field}") } else { field };
        if field != property.name && field != format!("r#{}", property.name) {
            text.push_str(&format!("        #[serde(rename = {:?})]\n", property.name));
        }
        let of = type_of(property.kind);
        let of = if property.is_required { of } else { format!("Option<{of}>") };
        text.push_str(&format!("        pub {field}: {of},\n"));
    }
    text.push_str("    }\n");
    text
}

fn type_of(kind_of: Kind<'_>) -> String {
    match kind_of {
        Kind::Text => "String".to_owned(),
        Kind::Integer => "i64".to_owned(),
        Kind::Number => "f64".to_owned(),
        Kind::Boolean => "bool".to_owned(),
        Kind::List(items) => format!("Vec<{}>", type_of(kind(items))),
        Kind::Anything => "std::collections::BTreeMap<String, String>".to_owned(),
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
