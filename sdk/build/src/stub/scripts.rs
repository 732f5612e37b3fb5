//! Stubs in JavaScript, TypeScript and Python.
//!
//! *Never:* a stub is exported under a word of the language; it gets an alias.

use super::{camel, function, properties, summary};
use crate::Language;
use crate::description::{Description, Operation};
use crate::emit::snake;

/// Words that a function of JavaScript cannot be called.
const RESERVED: [&str; 16] = [
    "default", "delete", "import", "export", "new", "throw", "try", "return", "switch", "void",
    "with", "in", "if", "for", "do", "class",
];

pub(super) fn javascript(language: Language, description: &Description) -> Vec<(String, String)> {
    let is_typed = language == Language::TypeScript;
    let mut text = String::new();
    let mut tests = String::new();
    for (name, operation) in &description.operations {
        let (exported, types) = (function(name), camel(name));
        let is_reserved = RESERVED.contains(&exported.as_str());
        let local = if is_reserved { format!("${exported}") } else { exported.clone() };
        let keyword = if is_reserved { "" } else { "export " };
        let signature = if is_typed {
            format!("input: {types}Input, host: Host): {types}Output")
        } else {
            "input, host)".to_owned()
        };
        text.push_str(&format!(
            "\n/** {}{} */\n{keyword}function {local}({signature} {{\n  void input, void host;\n  \
             throw Failure.failed(\"`{name}` is not written yet\");\n}}\n",
            summary(operation),
            if is_typed { String::new() } else { fields(operation) }
        ));
        if is_reserved {
            text.push_str(&format!("export {{ {local} as {exported} }};\n"));
        }
        tests.push_str(&format!(
            "\ntest(\"{name} is not written yet\", () => {{\n  assert.throws(() => capability[\"{exported}\"]({{}}, {{}}), /not written yet/);\n}});\n"
        ));
    }
    if description.state {
        text.push_str(if is_typed { TYPESCRIPT_STATE } else { JAVASCRIPT_STATE });
    }
    let types: Vec<String> = description
        .operations
        .keys()
        .flat_map(|name| [format!("{}Input", camel(name)), format!("{}Output", camel(name))])
        .collect();
    let import = if is_typed {
        format!("import type {{ {}, Host }} from \"../bindings/types.js\";\n", types.join(", "))
    } else {
        String::new()
    };
    let (source, built) = if is_typed { ("ts", "build") } else { ("js", "src") };
    let text = format!("{import}import {{ Failure }} from \"../engraft/engraft.js\";\n{text}");
    let tests = format!(
        "// The operations without a host.\nimport assert from \"node:assert/strict\";\nimport test from \"node:test\";\n\n\
         import * as capability from \"../{built}/capability.js\";\n{tests}"
    );
    vec![(format!("src/capability.{source}"), text), ("test/capability.test.js".to_owned(), tests)]
}

pub(super) fn python(description: &Description) -> Vec<(String, String)> {
    let mut text = format!(
        "\"\"\"{}\"\"\"\n\nfrom engraft import Failure\n",
        description.summary.replace('"', "'")
    );
    let mut tests = "\"\"\"The operations without a host.\"\"\"\n\nimport unittest\n\nimport capability\nfrom engraft import Failure\n\n\n\
                     class Operations(unittest.TestCase):\n"
        .to_owned();
    for (name, operation) in &description.operations {
        let function = snake(name);
        text.push_str(&format!(
            "\n\ndef {function}(given, host):\n    \"\"\"{}{}\"\"\"\n    raise Failure.failed(\"`{name}` is not written yet\")\n",
            summary(operation).replace('"', "'"),
            fields(operation).replace('"', "'")
        ));
        tests.push_str(&format!(
            "    def test_{function}_is_not_written_yet(self):\n        with self.assertRaises(Failure):\n            capability.{function}({{}}, None)\n\n"
        ));
    }
    if description.state {
        text.push_str(PYTHON_STATE);
    }
    vec![("src/capability.py".to_owned(), text), ("test/test_capability.py".to_owned(), tests)]
}

const JAVASCRIPT_STATE: &str = "
/** Everything worth keeping. */
export function save(host) { return null; }

/** Takes over what another version has saved. */
export function restore(version, saved, host) {}
";
const TYPESCRIPT_STATE: &str = "
/** Everything worth keeping. */
export function save(host: Host): unknown { return null; }

/** Takes over what another version has saved. */
export function restore(version: string, saved: unknown, host: Host): void {}
";
const PYTHON_STATE: &str = "

def save(host):
    \"\"\"Everything worth keeping.\"\"\"
    return None


def restore(version, saved, host):
    \"\"\"Takes over what another version has saved.\"\"\"
";

/// What comes in and what goes out, for a comment.
fn fields(operation: &Operation) -> String {
    let list = |schema| {
        let all: Vec<String> = properties(schema)
            .iter()
            .map(|property| {
                let of = property
                    .schema
                    .get("type")
                    .and_then(serde_json::Value::as_str)
                    .unwrap_or("anything");
                format!("{}{}: {of}", property.name, if property.is_required { "" } else { "?" })
            })
            .collect();
        all.join(", ").replace("*/", "* /")
    };
    format!(" Takes {{{}}}, gives {{{}}}.", list(&operation.input), list(&operation.output))
}
