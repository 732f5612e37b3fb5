use super::*;
use crate::engine::reflect::Act;

fn anatomy(wat: &str) -> Anatomy {
    Anatomy::of(&wat::parse_str(wat).unwrap()).unwrap()
}

/// An interface of this name and body, exported from an inner component that only has types. What
/// is exported this way cannot run; its types are all that is looked at.
fn exporting(interface: &str, body: &str) -> String {
    format!(
        r#"(component
            (import "i" (instance $i {body}))
            (export "{interface}" (instance $i)))"#
    )
}

const ADD: &str = r#"
    (core module $m (func (export "add") (param i32 i32) (result i32)
        (i32.add (local.get 0) (local.get 1))))
    (core instance $i (instantiate $m))
    (func $add (param "left" u32) (param "right" u32) (result u32)
        (canon lift (core func $i "add")))
    (component $shell
        (import "add" (func $f (param "left" u32) (param "right" u32) (result u32)))
        (export "add" (func $f)))
    (instance $sums (instantiate $shell (with "add" (func $add))))"#;

#[test]
fn functions_are_named_without_a_version_where_one_is_enough() {
    let anatomy = anatomy(&format!(
        r#"(component {ADD}
            (export "acme:sums/plus@1.2.0" (instance $sums))
            (export "acme:sums/twice@1.0.0" (instance $sums))
            (export "acme:sums/twice@2.0.0" (instance $sums))
            (export "total" (func $add)))"#
    ));
    let names: Vec<&str> = anatomy.plans().iter().map(|plan| &*plan.operation.name).collect();
    let expected =
        ["acme:sums/plus#add", "acme:sums/twice@1.0.0#add", "acme:sums/twice@2.0.0#add", "total"];
    assert_eq!(names, expected);
    for (name, index) in [("acme:sums/plus@1.2.0#add", 0), ("acme:sums/plus#add", 0), ("total", 3)]
    {
        assert_eq!(anatomy.find(name), Ok(index), "{name}");
    }
    let ambiguous = anatomy.find("add").unwrap_err();
    assert!(ambiguous.contains("could be any of `acme:sums/plus#add`"), "{ambiguous}");
    assert!(anatomy.find("acme:sums/twice#add").is_err());
    assert!(anatomy.find("nothing").unwrap_err().contains("no operation is called `nothing`"));
    assert!(!anatomy.needs_concurrency && !anatomy.speaks_contract);
}

#[test]
fn schemas_name_the_arguments() {
    let anatomy = anatomy(&format!(r#"(component {ADD} (export "total" (func $add)))"#));
    let operation = &anatomy.plans()[0].operation;
    let number = serde_json::json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX });
    let input = serde_json::json!({
        "type": "object", "properties": { "left": number, "right": number },
        "required": ["left", "right"], "additionalProperties": false,
    });
    assert_eq!(operation.input_schema, input);
    assert_eq!(operation.output_schema, number);
}

#[test]
fn what_json_cannot_carry_is_skipped_with_its_reason() {
    let anatomy = anatomy(
        r#"(component
            (import "acme:files/disk@1.0.0" (instance $disk
                (export "file" (type $file (sub resource)))
                (export "open" (func (result (own $file))))))
            (alias export $disk "file" (type $file))
            (alias export $disk "open" (func $open))
            (import "s" (func $s (result (stream u8))))
            (import "f" (func $f (param "f" (future))))
            (import "e" (func $e (param "e" (list error-context))))
            (export "open" (func $open)) (export "give-stream" (func $s))
            (export "take-future" (func $f)) (export "take-error" (func $e)))"#,
    );
    let why: Vec<&str> = anatomy.skipped.iter().map(|skipped| &*skipped.why).collect();
    assert!(why[0].contains("handles of `file`, a resource that the component imports"), "{why:?}");
    assert_eq!(
        why[1..],
        [
            "it takes or gives a stream",
            "it takes or gives a future",
            "it takes or gives an error context"
        ]
    );
    assert!(anatomy.plans().is_empty());
    let refusal = anatomy.find("give-stream").unwrap_err();
    assert!(
        refusal.contains("cannot be called with JSON: it takes or gives a stream"),
        "{refusal}"
    );
    let import = &anatomy.imports[0];
    assert_eq!((import.package(), &*import.functions), ("acme:files", &["open".to_owned()][..]));
}

#[test]
fn types_that_grow_without_end_are_refused_quickly() {
    let doubling = |levels: usize| {
        let mut types = r#"(type $t0 (tuple bool bool))"#.to_owned();
        for level in 1..levels {
            let below = level - 1;
            types.push_str(&format!("(type $t{level} (tuple (option $t{below}) $t{below}))"));
        }
        let last = levels - 1;
        anatomy(&format!(
            r#"(component {types} (import "f" (func $f (param "x" $t{last}))) (export "g" (func $f)))"#
        ))
    };
    assert_eq!(doubling(3).plans().len(), 1);
    assert!(doubling(16).skipped[0].why.contains("schema would be too large"));
    let mut deep = "(type $t0 bool)".to_owned();
    for level in 1..90 {
        deep.push_str(&format!("(type $t{level} (list $t{}))", level - 1));
    }
    let deep = anatomy(&format!(
        r#"(component {deep} (import "f" (func $f (param "x" $t89))) (export "g" (func $f)))"#
    ));
    assert!(deep.skipped[0].why.contains("nested deeper than 64 levels"), "{:?}", deep.skipped);
}

#[test]
fn resources_are_used_within_a_session_and_dropped_by_an_operation() {
    let anatomy = anatomy(
        r#"(component
            (component $shell
                (core module $m (func (export "new") (result i32) i32.const 1))
                (core instance $i (instantiate $m))
                (type $counter (resource (rep i32)))
                (export $public "counter" (type $counter))
                (func (export "[constructor]counter") (result (own $public))
                    (canon lift (core func $i "new"))))
            (instance $i (instantiate $shell))
            (export "acme:count/counters" (instance $i)))"#,
    );
    let named: Vec<(&str, bool, Act)> = anatomy
        .plans()
        .iter()
        .map(|plan| (&*plan.operation.name, plan.needs_session, plan.act))
        .collect();
    let expected = [
        ("acme:count/counters#[constructor]counter", true, Act::Function),
        ("acme:count/counters#[drop]counter", true, Act::Drop),
    ];
    assert_eq!(named, expected);
    let refusal = anatomy.plans()[0].arguments("{}", None).unwrap_err().to_string();
    assert!(refusal.contains("a handle lives only within a session"), "{refusal}");
}

#[test]
fn a_command_is_one_operation() {
    let run = exporting("wasi:cli/run@0.2.6", r#"(export "run" (func (result (result))))"#);
    let command = anatomy(&run);
    let plan = &command.plans()[0];
    assert_eq!((&*plan.operation.name, plan.act), ("run", Act::Command));
    assert_eq!(command.find("wasi:cli/run@0.2.6#run"), Ok(0));
    assert_eq!(command.find("wasi:cli/run#run"), Ok(0));
    let with_beside = run.replacen(
        "(component",
        r#"(component (import "r" (func $r)) (export "run" (func $r))"#,
        1,
    );
    let beside = anatomy(&with_beside);
    let names: Vec<&str> = beside.plans().iter().map(|plan| &*plan.operation.name).collect();
    assert_eq!(names, ["run", "wasi:cli/run#run"]);
    assert_eq!(beside.find("run"), Ok(0));
}

#[test]
fn the_contract_and_asynchronous_functions_are_recognised() {
    let contract = anatomy(
        r#"(component
            (type $description (record (field "name" string)))
            (import "description" (type $named (eq $description)))
            (import "d" (func $d (result $named)))
            (import "i" (func $i (param "operation" string) (param "input" string)
                (result (result string (error string)))))
            (export "describe" (func $d)) (export "invoke" (func $i)))"#,
    );
    assert!(contract.speaks_contract);
    let asynchronous =
        anatomy(r#"(component (import "f" (func $f async)) (export "g" (func $f)))"#);
    assert!(asynchronous.needs_concurrency);
}

#[test]
fn other_bytes_are_refused_with_a_hint() {
    let module = Anatomy::of(&wat::parse_str("(module)").unwrap()).unwrap_err();
    assert_eq!(module, ReflectError::CoreModule);
    assert!(module.to_string().contains("wasm-tools component new"));
    assert_eq!(Anatomy::of(b"package a:b;").unwrap_err(), ReflectError::NotWasm);
    assert_eq!(Anatomy::of(b"").unwrap_err(), ReflectError::NotWasm);
}

#[test]
fn broken_components_are_errors_never_panics() {
    let whole = wat::parse_str(format!(
        r#"(component {ADD} (export "acme:sums/plus@1.2.0" (instance $sums)))"#
    ))
    .unwrap();
    // What is cut between two sections is a whole component, with less in it.
    for length in 0..whole.len() {
        let cut = Anatomy::of(&whole[..length]);
        assert!(length >= 8 || cut.is_err(), "cut to {length} bytes");
    }
    for at in 0..whole.len() {
        for bit in 0..8 {
            let mut flipped = whole.clone();
            flipped[at] ^= 1 << bit;
            let _ = Anatomy::of(&flipped);
        }
    }
}

#[test]
fn documentation_comes_from_the_section() {
    let json = r#"{"worlds":{"w":{"docs":"Adds numbers. At length.",
        "func_exports":{"total":{"docs":"Adds two.\n\nSlowly."}}}},"interfaces":{}}"#;
    let section = format!("\\01{}", json.replace('\n', "\\n").replace('"', "\\22"));
    let section = section.replace("\\n\\n", "\\5cn\\5cn").replace("\\n ", " ");
    let anatomy = anatomy(&format!(
        r#"(component {ADD} (export "total" (func $add)) (@custom "package-docs" "{section}"))"#
    ));
    let operation = &anatomy.plans()[0].operation;
    assert_eq!((&*anatomy.summary, &*operation.summary), ("Adds numbers.", "Adds two."));
    assert_eq!(operation.input_schema["description"], "Adds two.\n\nSlowly.");
}
