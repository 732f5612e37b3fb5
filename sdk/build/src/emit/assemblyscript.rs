//! `guest.ts`, the entry of a capability in AssemblyScript, and `host.ts`, what it may ask.
//!
//! *Never:* the host has a member whose permission is not asked for; using it does not compile.

use super::image;
use crate::description::Description;
use crate::stub;

const HEAD: &str = "// Made by `engraft build` from capability.yaml.\n";

/// What is exported under a name that AssemblyScript cannot write: its name in the source, and in
/// the component.
pub(crate) const RENAMED: [(&str, &str); 3] = [
    ("state_save", "engraft:capability/state@1.0.0#save"),
    ("state_restore", "engraft:capability/state@1.0.0#restore"),
    ("state_after_save", "cabi_post_engraft:capability/state@1.0.0#save"),
];

pub(crate) fn entry(description: &Description) -> String {
    let restore = if description.state { ", reply, restoreBy" } else { "" };
    let mut text = format!(
        "{HEAD}import {{ Answer, Json }} from \"../engraft/engraft\";\n\
         import {{ after, describeBy{restore}, serve }} from \"../engraft/entry\";\n\
         import * as capability from \"../src/capability\";\n\
         import {{ Host }} from \"./host\";\n\n\
         export {{ cabi_realloc, engraft_scratch }} from \"../engraft/memory\";\n\n\
         const host = new Host();\n\nfunction run(operation: string, input: Json): Answer {{\n"
    );
    for name in description.operations.keys() {
        text.push_str(&format!(
            "  if (operation == \"{name}\") return capability.{}(input, host);\n",
            function(name)
        ));
    }
    text.push_str(
        "  return Answer.invalidInput(\"there is no operation `\" + operation + \"`\");\n}\n\n\
         export function invoke(operation: usize, operationSize: usize, input: usize, inputSize: usize): usize {\n  \
         return serve(operation, operationSize, input, inputSize, run);\n}\n\
         export function cabi_post_invoke(result: usize): void { after(); }\n\n",
    );
    if description.state {
        text.push_str(STATE);
    }
    let image = image::of(description);
    let list = |numbers: Vec<String>| numbers.join(",");
    text.push_str(&format!(
        "const image = memory.data<u8>([{}], 8);\nconst addresses: StaticArray<u32> = [{}];\n\
         export function describe(): usize {{ return describeBy(image, {}, addresses); }}\n\
         export function cabi_post_describe(result: usize): void {{ after(); }}\n",
        list(image.bytes.iter().map(ToString::to_string).collect()),
        list(image.addresses.iter().map(ToString::to_string).collect()),
        image.bytes.len()
    ));
    text
}

/// [`RENAMED`] has the names of these.
const STATE: &str = "\
export function state_save(): usize { return reply(capability.save(host)); }
export function state_after_save(result: usize): void { after(); }
function restored(version: string, saved: Json): Answer { return capability.restore(version, saved, host); }
export function state_restore(version: usize, versionSize: usize, saved: usize, savedSize: usize): usize {
  return restoreBy(version, versionSize, saved, savedSize, restored);
}

";

pub(crate) fn host(description: &Description) -> String {
    let (mut imports, mut members) = (String::new(), String::new());
    for interface in description.permissions.interfaces() {
        // What is said of a fault is said by what stands behind `abort`.
        if interface == "fault" {
            continue;
        }
        let class = stub::camel(interface);
        imports.push_str(&format!("import {{ {class} }} from \"../engraft/host/{interface}\";\n"));
        members.push_str(&format!("  {interface}: {class} = new {class}();\n"));
    }
    let space = if imports.is_empty() { "" } else { "\n" };
    format!(
        "{HEAD}{imports}{space}/** What this capability may ask the host for. */\n\
         export class Host {{\n{members}}}\n"
    )
}

/// The function of an operation. AssemblyScript has no aliases for exports that are its own words,
/// so such a name gets an underscore.
pub(crate) fn function(name: &str) -> String {
    let plain = stub::function(name);
    if WORDS.contains(&plain.as_str()) { format!("{plain}_") } else { plain }
}

/// Words of the language that an operation may be called.
const WORDS: [&str; 41] = [
    "abstract",
    "as",
    "break",
    "case",
    "catch",
    "class",
    "const",
    "continue",
    "default",
    "delete",
    "do",
    "else",
    "enum",
    "export",
    "extends",
    "false",
    "finally",
    "for",
    "function",
    "if",
    "implements",
    "import",
    "in",
    "instanceof",
    "is",
    "let",
    "namespace",
    "new",
    "null",
    "return",
    "super",
    "switch",
    "this",
    "throw",
    "true",
    "try",
    "typeof",
    "var",
    "void",
    "while",
    "yield",
];
