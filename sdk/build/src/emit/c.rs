//! `capability.h` and `capability.c`, for C, C++ and Zig.
//!
//! *Never:* anything of it is freed twice; what `describe` hands out is allocated anew each time.

use super::{c_literal, snake};
use crate::description::{Description, Operation, Permissions};
use crate::stub;

const HEAD: &str = "/* Made by `engraft build` from capability.yaml. */\n";

/// Which functions of the host there are.
pub(crate) fn header(description: &Description) -> String {
    let mut text = format!(
        "{HEAD}#ifndef ENGRAFT_BINDINGS_CAPABILITY_H\n#define ENGRAFT_BINDINGS_CAPABILITY_H\n"
    );
    for interface in description.permissions.interfaces() {
        text.push_str(&format!("#define ENGRAFT_HAS_{} 1\n", interface.to_ascii_uppercase()));
    }
    if description.state {
        text.push_str("#define ENGRAFT_HAS_STATE 1\n");
    }
    text.push_str("#endif\n");
    text
}

/// The table of operations, and `describe`.
pub(crate) fn source(description: &Description) -> String {
    let mut text = format!(
        "{HEAD}#include \"../engraft/engraft.h\"\n#include \"guest.h\"\n\n#include <string.h>\n\n\
         void *cabi_realloc(void *, size_t, size_t, size_t);\n\n"
    );
    for name in description.operations.keys() {
        text.push_str(&format!("engraft_answer op_{}(const json *input);\n", snake(name)));
    }
    text.push_str("\nconst engraft_operation engraft_operations[] = {\n");
    for name in description.operations.keys() {
        text.push_str(&format!("    {{{}, op_{}}},\n", c_literal(name), snake(name)));
    }
    text.push_str("    {0, 0},\n};\n\n");
    text.push_str(FUNCTIONS);
    text.push_str("void exports_guest_describe(guest_description_t *ret) {\n    memset(ret, 0, sizeof *ret);\n");
    text.push_str(&format!(
        "    guest_string_dup(&ret->name, {});\n",
        c_literal(description.name())
    ));
    text.push_str(&format!(
        "    guest_string_dup(&ret->summary, {});\n",
        c_literal(&description.summary)
    ));
    operations(&mut text, description);
    permissions(&mut text, &description.permissions);
    text.push_str("}\n");
    text
}

/// `main.zig`: each operation as the table wants it.
pub(crate) fn zig(description: &Description) -> String {
    let mut text = "// Made by `engraft build` from capability.yaml.\nconst engraft = @import(\"engraft\");\n\
                    const capability = @import(\"capability\");\n\npub const panic = engraft.panic;\n"
        .to_owned();
    for name in description.operations.keys() {
        let (function, called, types) = (snake(name), stub::function(name), stub::camel(name));
        text.push_str(&format!(
            "\nexport fn op_{function}(input: *engraft.Json) callconv(.c) engraft.Answer {{\n    \
             return engraft.run(capability.{types}Input, capability.{called}, input);\n}}\n"
        ));
    }
    if description.state {
        text.push_str(ZIG_STATE);
    }
    text
}

const ZIG_STATE: &str = "
export fn engraft_save() callconv(.c) engraft.Answer {
    return engraft.save(capability.save);
}

export fn engraft_restore(version: [*:0]const u8, saved: *engraft.Json) callconv(.c) engraft.Answer {
    return engraft.restore(capability.Saved, capability.restore, version, saved);
}
";

const FUNCTIONS: &str = "\
/* The bindings want an object file with the component's type; `engraft build` puts the type in. */
void __component_type_object_force_link_guest(void);
void __component_type_object_force_link_guest(void) {}

static void *room(size_t size, size_t count) {
    void *at = count ? cabi_realloc(0, 0, 8, size * count) : 0;
    if (count) memset(at, 0, size * count);
    return at;
}

__attribute__((unused)) static void copy(guest_list_string_t *to, const char *const *texts, size_t count) {
    to->ptr = room(sizeof *to->ptr, count);
    to->len = count;
    for (size_t i = 0; i < count; i++) guest_string_dup(&to->ptr[i], texts[i]);
}

";

fn operations(text: &mut String, description: &Description) {
    let count = description.operations.len();
    text.push_str(&format!(
        "    ret->operations.len = {count};\n    ret->operations.ptr = room(sizeof *ret->operations.ptr, {count});\n"
    ));
    for (index, (name, operation)) in description.operations.iter().enumerate() {
        text.push_str(&format!(
            "    {{\n        engraft_capability_types_operation_t *op = &ret->operations.ptr[{index}];\n"
        ));
        one_operation(text, name, operation);
        text.push_str("    }\n");
    }
}

fn one_operation(text: &mut String, name: &str, operation: &Operation) {
    let fields = [
        ("name", name.to_owned()),
        ("summary", operation.summary.clone()),
        ("input_schema", operation.input.to_string()),
        ("output_schema", operation.output.to_string()),
    ];
    for (field, value) in fields {
        text.push_str(&format!("        guest_string_dup(&op->{field}, {});\n", c_literal(&value)));
    }
    list(text, "op->intents", &operation.intents, 8);
    let count = operation.examples.len();
    if count > 0 {
        text.push_str(&format!(
            "        op->examples.len = {count};\n        op->examples.ptr = room(sizeof *op->examples.ptr, {count});\n"
        ));
    }
    for (index, example) in operation.examples.iter().enumerate() {
        let place = format!("op->examples.ptr[{index}]");
        let input = c_literal(&example.input.to_string());
        text.push_str(&format!("        guest_string_dup(&{place}.input, {input});\n"));
        if let Some(output) = &example.output {
            let output = c_literal(&output.to_string());
            text.push_str(&format!(
                "        {place}.output.is_some = true;\n        guest_string_dup(&{place}.output.val, {output});\n"
            ));
        }
    }
}

fn permissions(text: &mut String, permissions: &Permissions) {
    let Permissions { log, clock, random, progress, kv, http, secrets, call, config } = permissions;
    let mut all: Vec<(u8, String)> = Vec::new();
    let plain = [*log, *clock, *random, *progress];
    all.extend((0..).zip(plain).filter(|(_, asked)| *asked).map(|(tag, _)| (tag, String::new())));
    if let Some(quota) = kv {
        all.push((
            4,
            format!("p->val.kv.bytes = {}u; p->val.kv.keys = {};", quota.bytes, quota.keys),
        ));
    }
    for rule in http {
        let mut fill = format!("guest_string_dup(&p->val.http.host, {});\n", c_literal(&rule.host));
        list(&mut fill, "p->val.http.methods", &rule.methods, 8);
        let prefix = c_literal(&rule.path_prefix);
        fill.push_str(&format!("        guest_string_dup(&p->val.http.path_prefix, {prefix});"));
        all.push((5, fill));
    }
    for rule in secrets {
        let mut fill =
            format!("guest_string_dup(&p->val.secret.name, {});\n", c_literal(&rule.name));
        list(&mut fill, "p->val.secret.hosts", &rule.hosts, 8);
        all.push((6, fill.trim_end().to_owned()));
    }
    for (tag, field, patterns) in [(7, "call", call), (8, "config", config)] {
        for pattern in patterns {
            all.push((tag, format!("guest_string_dup(&p->val.{field}, {});", c_literal(pattern))));
        }
    }
    if all.is_empty() {
        return;
    }
    let count = all.len();
    text.push_str(&format!(
        "    engraft_capability_types_permission_t *p = room(sizeof *p, {count});\n    \
         ret->permissions.ptr = p;\n    ret->permissions.len = {count};\n"
    ));
    for (index, (tag, fill)) in all.iter().enumerate() {
        let step = if index == 0 { "" } else { "p++;\n        " };
        text.push_str(&format!("    {{\n        {step}p->tag = {tag};\n"));
        if !fill.is_empty() {
            text.push_str(&format!("        {fill}\n"));
        }
        text.push_str("    }\n");
    }
}

fn list(text: &mut String, place: &str, texts: &[String], indent: usize) {
    if texts.is_empty() {
        return;
    }
    let space = " ".repeat(indent);
    let literals: Vec<String> = texts.iter().map(|text| c_literal(text)).collect();
    text.push_str(&format!(
        "{space}copy(&{place}, (const char *const[]){{{}}}, {});\n",
        literals.join(", "),
        texts.len()
    ));
}
