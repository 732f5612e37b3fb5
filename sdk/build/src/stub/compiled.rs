//! Stubs in Go, Zig and C++: a type for each input and output.
//!
//! *Never:* a field is left out because its name is no name of the language; it is renamed or quoted.

use serde_json::json;

use super::shape::{Shapes, Structure, Type};
use super::{c, camel, function, identifier, summary};
use crate::description::Description;

pub(super) fn go(description: &Description) -> Vec<(String, String)> {
    let mut text = String::new();
    let mut tests = String::new();
    let mut shapes = Shapes::default();
    for (name, operation) in &description.operations {
        let types = camel(name);
        for (which, schema) in [("Input", &operation.input), ("Output", &operation.output)] {
            let name = format!("{types}{which}");
            let (of, structures) = shapes.of(&name, schema);
            if !matches!(of, Type::Structure(_)) {
                text.push_str(&format!(
                    "\n// {name} is what its schema says.\ntype {name} = {}\n",
                    go_type(&of)
                ));
            }
            structures.iter().for_each(|structure| text.push_str(&go_structure(structure)));
        }
        text.push_str(&format!(
            "\n// {types}: {}\nfunc {types}(input {types}Input, host *engraft.Host) ({types}Output, error) {{\n\t\
             var output {types}Output\n\treturn output, engraft.Failed(\"`{name}` is not written yet\")\n}}\n",
            summary(operation)
        ));
        tests.push_str(&format!(
            "\nfunc Test{types}IsNotWrittenYet(t *testing.T) {{\n\tvar input {types}Input\n\tif _, err := {types}(input, &engraft.Host{{}}); err == nil {{\n\t\tt.Fatal(\"it is written: say here what it is to give\")\n\t}}\n}}\n"
        ));
    }
    if description.state {
        text.push_str(GO_STATE);
    }
    let text = format!(
        "// Package capability holds the operations.\npackage capability\n\nimport \"capability/engraft\"\n{text}"
    );
    let tests = format!(
        "package capability\n\nimport (\n\t\"testing\"\n\n\t\"capability/engraft\"\n)\n{tests}"
    );
    vec![("src/capability.go".to_owned(), text), ("src/capability_test.go".to_owned(), tests)]
}

const GO_STATE: &str = "
// Save gives everything worth keeping.
func Save(host *engraft.Host) ([]byte, error) { return nil, nil }

// Restore takes over what another version has saved.
func Restore(version string, saved []byte, host *engraft.Host) error { return nil }
";

fn go_structure(structure: &Structure) -> String {
    let name = &structure.name;
    let mut text = format!("\n// {name} is what its schema says.\ntype {name} struct {{\n");
    for field in &structure.fields {
        let (pointer, omit) = if field.is_required { ("", "") } else { ("*", ",omitempty") };
        text.push_str(&format!(
            "\t{} {pointer}{} `json:\"{}{omit}\"`\n",
            camel(&identifier(&field.name)),
            go_type(&field.of),
            field.name
        ));
    }
    text.push_str("}\n");
    text
}

fn go_type(of: &Type) -> String {
    match of {
        Type::Text => "string".to_owned(),
        Type::Integer => "int64".to_owned(),
        Type::Number => "float64".to_owned(),
        Type::Boolean => "bool".to_owned(),
        Type::List(items) => format!("[]{}", go_type(items)),
        Type::Map(values) => format!("map[string]{}", go_type(values)),
        Type::Structure(name) => name.clone(),
        Type::Anything => "any".to_owned(),
    }
}

pub(super) fn zig(description: &Description) -> Vec<(String, String)> {
    let mut text =
        "const std = @import(\"std\");\nconst engraft = @import(\"engraft\");\n".to_owned();
    let mut tests = String::new();
    let mut shapes = Shapes::default();
    for (name, operation) in &description.operations {
        let (called, types) = (function(name), camel(name));
        for (which, schema) in [("Input", &operation.input), ("Output", &operation.output)] {
            let name = format!("{types}{which}");
            let (of, structures) = shapes.of(&name, schema);
            if !matches!(of, Type::Structure(_)) {
                text.push_str(&format!("\npub const {name} = {};\n", zig_type(&of)));
            }
            for structure in structures {
                text.push_str(&format!(
                    "\npub const {} = struct {{{}}};\n",
                    structure.name,
                    zig_fields(&structure)
                ));
            }
        }
        text.push_str(&format!(
            "\n/// {}\npub fn {called}(input: {types}Input, host: *engraft.Host) engraft.Refused!{types}Output {{\n    \
             _ = input;\n    return host.failed(\"`{name}` is not written yet\");\n}}\n",
            summary(operation)
        ));
        tests.push_str(&format!(
            "\ntest \"{name} is not written yet\" {{\n    var host: engraft.Host = .{{}};\n    \
             try std.testing.expectError(error.Refused, {called}(undefined, &host));\n}}\n"
        ));
    }
    if description.state {
        text.push_str(ZIG_STATE);
    }
    vec![("src/capability.zig".to_owned(), text + &tests)]
}

const ZIG_STATE: &str = "
/// Everything worth keeping.
pub const Saved = struct {};

pub fn save(_: *engraft.Host) engraft.Refused!Saved {
    return .{};
}

/// Takes over what another version has saved.
pub fn restore(version: []const u8, saved: Saved, host: *engraft.Host) engraft.Refused!void {
    _ = .{ version, saved, host };
}
";

fn zig_fields(structure: &Structure) -> String {
    let fields: Vec<String> = structure
        .fields
        .iter()
        .map(|field| {
            let (name, of) = (json!(field.name), zig_type(&field.of));
            if field.is_required {
                format!("@{name}: {of}")
            } else {
                format!("@{name}: ?{of} = null")
            }
        })
        .collect();
    if fields.is_empty() { String::new() } else { format!(" {} ", fields.join(", ")) }
}

fn zig_type(of: &Type) -> String {
    match of {
        Type::Text => "[]const u8".to_owned(),
        Type::Integer => "i64".to_owned(),
        Type::Number => "f64".to_owned(),
        Type::Boolean => "bool".to_owned(),
        Type::List(items) => format!("[]const {}", zig_type(items)),
        Type::Map(values) => format!("std.json.ArrayHashMap({})", zig_type(values)),
        Type::Structure(name) => name.clone(),
        Type::Anything => "std.json.Value".to_owned(),
    }
}

/// C++ reads what C reads; only the linkage of an operation has to be said.
pub(super) fn cpp(description: &Description) -> Vec<(String, String)> {
    let changed = |text: String| {
        text.replace("\nengraft_answer ", "\nextern \"C\" engraft_answer ")
            .replace("\"../engraft/engraft.h\"", "\"../engraft/engraft.hpp\"")
    };
    c::sources(description)
        .into_iter()
        .map(|(path, text)| (path.replace(".c", ".cpp"), changed(text)))
        .collect()
}
