//! Stubs in AssemblyScript: each property read into a variable of its type.
//!
//! *Never:* a property that is required is used without a look whether it is there.

use serde_json::json;

use super::{Kind, Property, identifier, properties, summary};
use crate::description::Description;
use crate::emit::assemblyscript::function;

pub(super) fn sources(description: &Description) -> Vec<(String, String)> {
    let mut text = "import { Host } from \"../bindings/host\";\n\
                    import { Answer, Json } from \"../engraft/engraft\";\n"
        .to_owned();
    let mut tests = String::new();
    for (name, operation) in &description.operations {
        let called = function(name);
        let reading: String = properties(&operation.input).iter().map(read).collect();
        let outputs: Vec<String> = properties(&operation.output)
            .iter()
            .map(|property| format!("set({}, …)", json!(property.name)))
            .collect();
        let hint = if outputs.is_empty() {
            String::new()
        } else {
            format!("  // return Answer.of(Json.object().{});\n", outputs.join("."))
        };
        text.push_str(&format!(
            "\n/** {} */\nexport function {called}(input: Json, host: Host): Answer {{\n{reading}{hint}  \
             return Answer.failed(\"`{name}` is not written yet\");\n}}\n",
            summary(operation)
        ));
        tests.push_str(&format!(
            "\nexport function {called}IsNotWrittenYet(): void {{\n  \
             const answer = capability.{called}(Json.object(), new Host());\n  \
             assert(answer.output === null, \"it is written: say here what it is to give\");\n}}\n"
        ));
    }
    if description.state {
        text.push_str(STATE);
    }
    let test = format!(
        "// The operations without a host. Each exported function is a test.\n\
         import {{ Host }} from \"../bindings/host\";\nimport {{ Json }} from \"../engraft/engraft\";\n\
         import * as capability from \"../src/capability\";\n{tests}"
    );
    vec![("src/capability.ts".to_owned(), text), ("test/capability.ts".to_owned(), test)]
}

const STATE: &str = "
/** Everything worth keeping. */
export function save(host: Host): Answer { return Answer.of(Json.nothing()); }

/** Takes over what another version has saved. */
export function restore(version: string, saved: Json, host: Host): Answer { return Answer.of(Json.nothing()); }
";

fn read(property: &Property<'_>) -> String {
    let (key, variable) = (json!(property.name), format!("in_{}", identifier(property.name)));
    let found = format!("const {variable}_ = input.member({key});\n");
    let (is, value) = match property.kind {
        Kind::Text => (".isText()", ".asText()"),
        Kind::Integer => (".isInteger()", ".asInteger()"),
        Kind::Number => (".isNumber()", ".asNumber()"),
        Kind::Boolean => (".isBoolean()", ".asBoolean()"),
        Kind::List(_) | Kind::Anything => ("", ""),
    };
    let check = if is.is_empty() {
        format!("!{variable}_")
    } else {
        format!("!{variable}_ || !{variable}_{is}")
    };
    if property.is_required {
        let problem = json!(format!("`{}` is missing or of another type", property.name));
        return format!(
            "  {found}  if ({check}) return Answer.invalidInput({problem});\n  \
             const {variable} = {variable}_{value};\n"
        );
    }
    format!(
        "  {found}  if ({variable}_ && {}) {{\n    const {variable} = {variable}_{value};\n  }}\n",
        if is.is_empty() { "true".to_owned() } else { format!("{variable}_{is}") }
    )
}
