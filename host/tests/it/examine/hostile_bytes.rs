//! Hostile components: what their bytes alone show.

use engraft::examine::{CheckId, Forbidden};
use engraft::model::Permissions;

use super::bench::{Case, component, with_imports};

/// Put together at run time, so that no scanner takes this file for a leak.
fn token() -> String {
    ["gh", "p_", "Zq3xV8LmN2pKd7RtYw5HcJ9bGfS4aEuT6Xo1"].concat()
}

fn function(body: &str) -> Vec<u8> {
    component(&format!("(func (export \"other\") {body})"))
}

fn nested(open: &str, times: usize, close: &str) -> String {
    format!("{}{}", open.repeat(times), close.repeat(times))
}

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = shapes();
    cases.extend(labours());
    cases.extend(endings());
    cases.extend(imports());
    cases.extend(contents());
    cases
}

fn shapes() -> Vec<Case> {
    let case = Case::of_bytes;
    let depth = format!("(component {})", nested("(component ", 20, ")"));
    let mut wide = String::from("(component ");
    wide.push_str(&"(core module)".repeat(300));
    wide.push(')');
    let locals = format!("(local {})", "i32 ".repeat(5_000));
    let many_locals = format!("(local {})", "i32 ".repeat(2_000));
    let ifs = "(if (i32.const 1) (then))".repeat(3_000);
    let targets = "0 ".repeat(5_000);
    let waiting = format!("{}{}", "i32.const 1 ".repeat(1_100), "drop ".repeat(1_100));
    vec![
        case("a body that is not valid", CheckId::MALFORMED, broken()),
        case("components nested without need", CheckId::NESTED, wat::parse_str(depth).unwrap()),
        case("three hundred modules", CheckId::NESTED, wat::parse_str(wide).unwrap()),
        case("blocks nested deep", CheckId::BOMB_NESTING, function(&nested("(block ", 1_100, ")"))),
        case("loops nested deep", CheckId::BOMB_NESTING, function(&nested("(loop ", 1_100, ")"))),
        case("seventy loops", CheckId::BOMB_NESTING, function(&nested("(loop ", 70, ")"))),
        case("values that wait", CheckId::BOMB_COMPLEXITY, function(&waiting)),
        case("blocks in a row", CheckId::BOMB_BLOCKS, function(&"(block)".repeat(12_000))),
        case("locals by the thousand", CheckId::BOMB_LOCALS, function(&locals)),
        case(
            "locals beside blocks",
            CheckId::BOMB_COMPLEXITY,
            function(&format!("{many_locals}{ifs}")),
        ),
        // Each would be looked up by its name among all of them, if it were to be told of.
        case("locals in every function", CheckId::BOMB_LOCALS, component(&crowded())),
        case("a large body", CheckId::BOMB_BODY, function(&"nop ".repeat(600_000))),
        case("trivial functions", CheckId::BOMB_FUNCTIONS, component(&"(func)".repeat(50_000))),
        case(
            "a large jump table",
            CheckId::BOMB_BR_TABLE,
            function(&format!("(block (br_table {targets} 0 (i32.const 0)))")),
        ),
        case("shared memory", CheckId::FEATURES, component("(memory 1 1 shared)")),
        case(
            "atomic instructions",
            CheckId::FEATURES,
            component("(memory 1 1 shared) (func (drop (i32.atomic.load (i32.const 0))))"),
        ),
        case(
            "objects for a collector",
            CheckId::FEATURES,
            component("(type $s (struct)) (func (drop (struct.new_default $s)))"),
        ),
        case("a 64-bit memory", CheckId::FEATURES, component("(memory i64 1)")),
        case(
            "a feature that the policy forbids",
            CheckId::FEATURES,
            component("(func (drop (v128.const i32x4 0 0 0 0)))"),
        )
        .policy(|policy| policy.forbidden.features.push("simd".to_owned())),
        case("a memory over its budget", CheckId::MEMORIES, component("(memory 2000)")),
        case("many memories", CheckId::MEMORIES, component(&"(memory 1)".repeat(9))),
        case("a table over its budget", CheckId::TABLES, component("(table 200000 funcref)")),
        case("many tables", CheckId::TABLES, component(&"(table 1 funcref)".repeat(70))),
        case("data in crumbs", CheckId::DATA, component(&"(data \"x\")".repeat(80_001))),
    ]
}

/// What holds to every bound on a single measure, and is too much together.
fn labours() -> Vec<Case> {
    let many = |what: &str, times: usize| what.repeat(times);
    let one = |name, instructions: &str, times| {
        let body = format!("(param i32) {}", instructions.repeat(times));
        let module = format!(
            "(memory 1) (table 1 funcref) (type $t (func)) (func (export \"other\") {body})"
        );
        Case::of_bytes(name, CheckId::BOMB_WORK, component(&module))
    };
    let loops = "(loop (br_if 0 (local.get 0)))";
    let carried = format!(
        "(local {}) {}",
        many("i32 ", 1_500),
        many(
            "(loop (local.set 1 (i32.add (local.get 1) (i32.const 1))) (br_if 0 (local.get 0)))",
            900
        )
    );
    let inner = format!(
        "(local {}) {} {} {}",
        many("i32 ", 3_900),
        many("(loop ", 60),
        many("(local.set 7 (i32.add (local.get 7) (i32.const 1)))", 10),
        many("(br_if 0 (local.get 0)))", 60)
    );
    let function = format!("(func (param i32) {})", many(loops, 1_500));
    let targets: String = (0..1_000).map(|at| format!("{at} ")).collect();
    let tables = format!(
        "{} {} {}",
        many("(block ", 1_000),
        many(&format!("(block (br_table {targets} (local.get 0)))"), 40),
        many(")", 1_000)
    );
    let passing = format!(
        "(func $p (param {0}) (result {0}) unreachable)
         (func (param i32) {1} {2} {3})",
        many("i32 ", 800),
        many("(local.get 0)", 800),
        many("(call $p)", 400),
        many("drop ", 800)
    );
    let types: String = (0..40_000).map(signature).collect();
    vec![
        one("loops in a row", loops, 4_000),
        one(
            "bulk copies in a row",
            "(memory.copy (local.get 0) (local.get 0) (local.get 0))",
            8_000,
        ),
        one(
            "table copies in a row",
            "(table.copy (local.get 0) (local.get 0) (local.get 0))",
            4_000,
        ),
        one("calls by table in a row", "(call_indirect (type $t) (local.get 0))", 9_000),
        one("branches in a row", "(br_if 0 (local.get 0))", 12_000),
        one("values around loops", &carried, 1),
        one("values around loops in loops", &inner, 1),
        one("jump tables that lead everywhere", &tables, 1),
        Case::of_bytes("values through calls", CheckId::BOMB_WORK, component(&passing)),
        // None of these is too much alone.
        Case::of_bytes(
            "loops in many functions",
            CheckId::BOMB_WORK,
            component(&many(&function, 80)),
        ),
        Case::of_bytes("types without use", CheckId::BOMB_WORK, component(&types)),
        Case::of_bytes("components that multiply", CheckId::NESTED, multiplied(6)),
    ]
}

/// The type of functions that a number has as its own.
fn signature(number: usize) -> String {
    let kinds = ["i32 ", "i64 ", "f32 ", "f64 "];
    let values: String = (0..40).map(|at| kinds[number >> (2 * (at % 8)) & 3]).collect();
    format!("(type (func (param {values})))")
}

/// Each component makes nine of the one in it.
fn multiplied(levels: usize) -> Vec<u8> {
    let nine = |one: String| one.repeat(9);
    let first = format!(
        "(component $c0 (core module $m) {})",
        nine("(core instance (instantiate $m))".to_owned())
    );
    let whole = (1..levels).fold(first, |inner, level| {
        let instances = nine(format!("(instance (instantiate $c{}))", level - 1));
        format!("(component $c{level} {inner} {instances})")
    });
    let last = levels - 1;
    wat::parse_str(format!("(component {whole} (instance (instantiate $c{last})))")).unwrap()
}

/// Functions with names, each over the bound.
fn crowded() -> String {
    let locals = "i32 ".repeat(4_001);
    let one = |number: usize| format!("(func $crowded-{number} (local {locals}))");
    (0..400).map(one).collect()
}

/// A valid component whose `double` leaves nothing on the stack, though it says otherwise.
fn broken() -> Vec<u8> {
    let mut bytes = component("");
    // `local.get 0, i32.const 2, i32.mul, end` becomes `local.get 0, drop, nop, nop, end`.
    let code = [0x20, 0x00, 0x41, 0x02, 0x6c, 0x0b];
    let at = bytes.windows(6).position(|window| window == code).unwrap();
    bytes[at + 2..at + 5].copy_from_slice(&[0x1a, 0x01, 0x01]);
    bytes
}

fn endings() -> Vec<Case> {
    let case = Case::of_bytes;
    vec![
        case("a start function that loops", CheckId::START, component(
            "(func $s (local i32) (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
             (start $s)",
        )),
        case("a start function that calls by table", CheckId::START, component(
            "(table 1 funcref) (type $t (func)) (func $s (call_indirect (type $t) (i32.const 0)))
             (start $s)",
        )),
        case("a start function that fills memory", CheckId::START, component(
            "(memory 1) (func $s (memory.fill (i32.const 0) (i32.const 1) (i32.const 65536))) (start $s)",
        )),
        case("a start function that recurses", CheckId::START, component(
            "(func $s (if (i32.const 0) (then (call $s)))) (start $s)",
        )),
        case("a loop without a way out", CheckId::ENDLESS, function("(loop (br 0))")),
        case("a loop without a way out, behind a block", CheckId::ENDLESS, function(
            "(block (br_if 0 (i32.const 1))) (if (i32.const 0) (then (nop))) (loop (br 0))",
        )),
        case("a function that calls itself", CheckId::ENDLESS, component(
            "(func $f (export \"other\") (call $f))",
        )),
        case("functions that call one another", CheckId::ENDLESS, component(
            "(func $f (export \"other\") (call $g)) (func $g (nop) (call $f))",
        )),
        case("a tail call to itself", CheckId::ENDLESS, component(
            "(func $f (export \"other\") (return_call $f))",
        )),
        case("a loop", CheckId::UNBOUNDED, component(
            "(func (export \"other\") (param i32) (loop (br_if 0 (local.get 0))))",
        )),
    ]
}

fn imports() -> Vec<Case> {
    let case = |name, check, imports: &str| Case::of_bytes(name, check, with_imports(imports, ""));
    let log = r#"(import "engraft:capability/log@1.0.0" (instance))"#;
    vec![
        case("the log, unasked", CheckId::IMPORTS, log),
        case("a shell", CheckId::IMPORTS, r#"(import "acme:shell/run@1.0.0" (instance))"#),
        case(
            "requests through WASI, unasked",
            CheckId::IMPORTS,
            r#"(import "wasi:http/outgoing-handler@0.2.0" (instance))"#,
        ),
        case(
            "a contract of tomorrow",
            CheckId::IMPORTS,
            r#"(import "engraft:capability/log@9.0.0" (instance))"#,
        ),
        case(
            "files, where the policy forbids them",
            CheckId::FORBIDDEN,
            r#"(import "wasi:filesystem/types@0.2.0" (instance))"#,
        )
        .policy(|policy| policy.forbidden.imports.push("wasi:filesystem/*".to_owned())),
        Case::of_manifest(
            "more than the policy lets anybody have",
            CheckId::FORBIDDEN,
            |manifest| {
                manifest.description.permissions.random = true;
            },
        )
        .policy(|policy| {
            let most = Permissions { log: true, ..Permissions::default() };
            policy.forbidden = Forbidden { permissions_beyond: Some(most), ..Forbidden::default() };
        }),
        Case::of_bytes("a back door beside the contract", CheckId::EXPORTS, contract("backdoor")),
        Case::of_bytes("a function that no operation names", CheckId::EXPORTS, hidden()),
        Case { manifest: None, ..Case::of_bytes("nothing to call", CheckId::DESCRIBED, empty()) },
    ]
}

fn empty() -> Vec<u8> {
    wat::parse_str("(component)").unwrap()
}

/// Something that looks like a component of the contract from outside, with one export more.
fn contract(extra: &str) -> Vec<u8> {
    let text = format!(
        r#"(component
            (core module $m (func (export "f")))
            (core instance $i (instantiate $m))
            (func $f (canon lift (core func $i "f")))
            (export "describe" (func $f))
            (export "invoke" (func $f))
            (export "{extra}" (func $f)))"#
    );
    wat::parse_str(text).unwrap()
}

fn hidden() -> Vec<u8> {
    wat::parse_str(
        r#"(component
            (core module $m (func (export "double") (param i32) (result i32) (local.get 0)))
            (core instance $i (instantiate $m))
            (func (export "double") (param "number" u32) (result u32)
                (canon lift (core func $i "double")))
            (func (export "double-all") (param "number" u32) (result u32)
                (canon lift (core func $i "double"))))"#,
    )
    .unwrap()
}

fn contents() -> Vec<Case> {
    let case = |name, check, fields: &str| Case::of_bytes(name, check, component(fields));
    let token = token();
    let (left, right) = token.split_at(17);
    let wide: String = token.chars().map(|letter| format!("{letter}\\00")).collect();
    let backwards: String = token.chars().rev().collect();
    let random = "k9Jq2ZxP7vLm4TnB8sRw3YcD6fHgA1eU";
    let key = ["-----BEGIN OPENSSH ", "PRIVATE KEY-----"].concat();
    let hex: String = token.bytes().map(|byte| format!("{byte:02x}")).collect();
    let aws = ["AK", "IAIOSFODNN7EXAMPLE"].concat();
    let named = format!("(func (export \"{token}\"))");
    vec![
        case(
            "an access key in its data",
            CheckId::SECRET,
            &format!("(memory 1) (data (i32.const 0) \"id={aws}\")"),
        ),
        case(
            "a token cut in two",
            CheckId::SECRET,
            &format!(
                "(memory 1) (data (i32.const 117) \"{right}\") (data (i32.const 100) \"{left}\")",
            ),
        ),
        case("a token in two bytes a letter", CheckId::SECRET, &format!("(data \"{wide}\")")),
        case("a token backwards", CheckId::SECRET, &format!("(data \"{backwards}\")")),
        case("a token in hexadecimal", CheckId::SECRET, &format!("(data \"{hex}\")")),
        case("a token as the name of a function", CheckId::SECRET, &format!("(func ${token})")),
        case(
            "a key in a custom section",
            CheckId::SECRET,
            &format!("(@custom \"note\" \"{key}\")"),
        ),
        case("a token as a name of an export", CheckId::SECRET, &named),
        case(
            "a token among names for a debugger",
            CheckId::SECRET,
            &format!("(@custom \".debug_str\" \"{token}\")"),
        ),
        case("a token in globals", CheckId::SECRET, &globals(&token)),
        case("a token that code puts together", CheckId::SECRET, &stores(&token)),
        case(
            "the same behind much else",
            CheckId::SECRET,
            &stores(&format!("{}{token}", "some words and more ".repeat(5_000))),
        ),
        case(
            "what looks like a key",
            CheckId::SECRET_LIKE,
            &format!("(data \"api_key={random}\")"),
        ),
        case(
            "a Windows program",
            CheckId::EMBEDDED,
            &format!("(data \"xMZ{}\\40\\00\\00\\00PE\\00\\00\\64\\86\")", "\\00".repeat(58)),
        ),
        case("a module for later", CheckId::EMBEDDED, "(data \"\\00asm\\01\\00\\00\\00\")"),
        case("an ELF program", CheckId::EMBEDDED, "(data \"x\\7fELF\\02\\01\\01\\00\")"),
        case(
            "a script in a custom section",
            CheckId::EMBEDDED,
            "(@custom \"x\" \"#!/bin/sh\\nrm -rf /\")",
        ),
    ]
}

/// Eight letters in each.
fn globals(text: &str) -> String {
    let eight = |letters: &[u8]| {
        let number = i64::from_le_bytes(letters.try_into().unwrap());
        format!("(global i64 (i64.const {number}))")
    };
    text.as_bytes().chunks_exact(8).map(eight).collect()
}

/// Four letters at a time, the last first, as compilers may have it.
fn stores(text: &str) -> String {
    let four = |(at, letters): (usize, &[u8])| {
        let number = i32::from_le_bytes(letters.try_into().unwrap());
        format!("(i32.store offset={} (local.get 0) (i32.const {number}))", 4 * at)
    };
    let stores: String = text.as_bytes().chunks_exact(4).enumerate().rev().map(four).collect();
    format!("(memory 1) (func (param i32) {stores})")
}
