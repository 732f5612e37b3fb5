use wasmparser::{Validator, WasmFeatures};

use super::*;

/// Puts probes in, and sees to it that the result is valid.
fn probed(text: &str) -> Probed {
    let bytes = wat::parse_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let probed = probe(&bytes).unwrap();
    let valid = Validator::new_with_features(WasmFeatures::all()).validate_all(&probed.component);
    valid.unwrap_or_else(|error| panic!("{error}\n{text}"));
    probed
}

/// The blocks of one function with this body.
fn blocks(body: &str) -> usize {
    let module = format!("(component (core module (func (param i32) (result i32) {body})))");
    probed(&module).modules[0].bodies[0].offsets.len()
}

#[test]
fn each_block_has_one_probe_and_what_cannot_be_reached_has_none() {
    let one = "(i32.const 1)";
    assert_eq!(blocks(one), 1);
    let both = "(if (result i32) (local.get 0) (then (i32.const 1)) (else (i32.const 2)))";
    assert_eq!(blocks(both), 3, "nothing stands behind the halves");
    assert_eq!(blocks(&format!("(i32.add {both} {one})")), 4);
    assert_eq!(blocks("(block (br_if 0 (local.get 0)) nop) (i32.const 1)"), 3);
    assert_eq!(blocks("(block nop) (i32.const 1)"), 1, "nothing jumps behind it");
    assert_eq!(blocks("(loop (br_if 0 (local.get 0))) (i32.const 1)"), 2);
    assert_eq!(blocks("(return (i32.const 1)) (loop nop) (block nop) (i32.const 1)"), 1);
    assert_eq!(blocks("(if (local.get 0) (then unreachable)) (i32.const 1)"), 2);
    assert_eq!(blocks("unreachable"), 1, "a function has one at least");
    let table = "(block (block (br_table 0 1 (local.get 0))) nop) (i32.const 1)";
    assert_eq!(blocks(table), 3);
}

#[test]
fn modules_keep_their_indices_whatever_they_have() {
    let modules = [
        "(module)",
        "(module (func))",
        r#"(module (import "a" "f" (func (param i64))) (func (call 0 (i64.const 1))))"#,
        r#"(module (memory (export "m") 1) (data "x") (func (drop (i32.load (i32.const 0)))))"#,
        r#"(module (import "a" "m" (memory 1)) (memory 1) (func (drop (memory.size 1))))"#,
        r#"(module (rec (type (func)) (type (func (param i32)))) (type (func (result i64)))
            (table 2 funcref) (elem (i32.const 0) 0) (func (type 0)) (start 0)
            (func (type 2) (call_indirect (type 0) (i32.const 0)) (i64.const 7)))"#,
        r#"(module (memory 1) (data $d "abc") (func (memory.init $d
            (i32.const 0) (i32.const 0) (i32.const 1)) (data.drop $d)))"#,
        "(module (tag (param i32)) (func (block (result i32)
            (try_table (catch 0 0) (throw 0 (i32.const 1))) (i32.const 2)) drop))",
    ];
    for module in modules {
        let module = module.replacen("(module", "(core module", 1);
        let found = probed(&format!("(component {module})"));
        let has_code = module.contains("(func (") || module.contains("(func)");
        assert_eq!(found.modules.len(), usize::from(has_code), "{module}");
    }
}

#[test]
fn instances_of_inner_components_are_read_from_outside() {
    let found = probed(
        r#"(component
            (core module $m (func (export "f")))
            (component $inner
                (alias outer 1 $m (core module $again))
                (core module $own (func (export "g") nop))
                (core instance $a (instantiate $again))
                (core instance $b (instantiate $own))
                (func (export "f") (canon lift (core func $a "f"))))
            (type $t u8)
            (import "host" (func $host (param "x" u32)))
            (core func $lowered (canon lower (func $host)))
            (core instance $here (instantiate $m))
            (instance $one (instantiate $inner))
            (instance $two (instantiate $inner))
            (export "one" (instance $one))
            (func (export "f") (canon lift (core func $here "f"))))"#,
    );
    let modules: Vec<usize> = found.readers.iter().map(|reader| reader.module).collect();
    assert_eq!(modules, [0, 0, 1, 0, 1], "one here, and two instances of both within");
    assert_eq!(found.modules.len(), 2);
}

#[test]
fn a_name_that_somebody_took_beforehand_is_another() {
    let names = |text: &str| probed(text).readers.iter().map(|it| it.export.clone()).collect();
    let one: Vec<String> =
        names("(component (core module $m (func nop)) (core instance (instantiate $m)))");
    let other: Vec<String> =
        names("(component (core module $m (func nop nop)) (core instance (instantiate $m)))");
    assert!(one.len() == 1 && other.len() == 1 && one != other, "{one:?} {other:?}");
}
