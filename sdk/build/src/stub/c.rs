//! Stubs in C: each property read into a variable of its type.
//!
//! *Never:* a property that is required is used without a look whether it is there.

use super::{Kind, identifier, properties, summary};
use crate::description::Description;
use crate::emit::{c_literal, snake};

pub(super) fn sources(description: &Description) -> Vec<(String, String)> {
    let mut text = "#include \"../engraft/engraft.h\"\n".to_owned();
    let mut test = "/* The operations without a host. */\n#include <assert.h>\n#include <stdio.h>\n#include <string.h>\n\n\
                    #include \"../engraft/engraft.h\"\n\n"
        .to_owned();
    let mut asserts = String::new();
    for (name, operation) in &description.operations {
        let function = snake(name);
        text.push_str(&format!(
            "\n/* {} */\nengraft_answer op_{function}(const json *input) {{\n",
            summary(operation)
        ));
        let properties = properties(&operation.input);
        if properties.is_empty() {
            text.push_str("    (void)input;\n");
        }
        for property in &properties {
            text.push_str(&read(property.name, property.kind, property.is_required));
        }
        text.push_str("\n    json *output = json_new_object();\n");
        for property in super::properties(&operation.output) {
            text.push_str(&format!(
                "    /* json_put(output, {}, …); */\n",
                c_literal(property.name)
            ));
        }
        text.push_str(&format!(
            "    (void)output;\n    return engraft_failed(\"`{name}` is not written yet\");\n}}\n"
        ));
        test.push_str(&format!("engraft_answer op_{function}(const json *input);\n"));
        asserts.push_str(&format!(
            "    /* Not written yet: say here what `{name}` is to give. */\n    \
             assert(!op_{function}(json_parse(\"{{}}\", 2)).output);\n"
        ));
    }
    if description.state {
        text.push_str(STATE);
    }
    test.push_str(&format!(
        "\nint main(void) {{\n{asserts}    puts(\"fine\");\n    return 0;\n}}\n"
    ));
    vec![("src/capability.c".to_owned(), text), ("test/test.c".to_owned(), test)]
}

const STATE: &str = "
/* Everything worth keeping. */
engraft_answer engraft_save(void) {
    return engraft_output(json_new_null());
}

/* Takes over what another version has saved. */
engraft_answer engraft_restore(const char *version, const json *saved) {
    (void)version;
    (void)saved;
    return engraft_output(json_new_null());
}
";

fn read(name: &str, kind: Kind<'_>, is_required: bool) -> String {
    let (variable, key) = (format!("in_{}", identifier(name)), c_literal(name));
    let member = format!("json_member(input, {key})");
    let problem = c_literal(&format!("`{name}` is missing or of another type"));
    let refuse = |condition: String| {
        if is_required {
            format!("    if ({condition}) return engraft_invalid_input({problem});\n")
        } else {
            format!(
                "    bool has_{} = !({condition});\n    (void)has_{};\n",
                identifier(name),
                identifier(name)
            )
        }
    };
    let scalar = |declaration: &str, function: &str| {
        format!(
            "    {declaration} {variable} = 0;\n{}    (void){variable};\n",
            refuse(format!("!{function}({member}, &{variable})"))
        )
    };
    match kind {
        Kind::Text => format!(
            "    const char *{variable} = json_text({member});\n{}    (void){variable};\n",
            refuse(format!("!{variable}"))
        ),
        Kind::Integer => scalar("int64_t", "json_integer"),
        Kind::Number => scalar("double", "json_number"),
        Kind::Boolean => scalar("bool", "json_boolean"),
        Kind::List(_) | Kind::Anything => format!(
            "    const json *{variable} = {member};\n{}    (void){variable};\n",
            refuse(format!("!{variable}"))
        ),
    }
}
