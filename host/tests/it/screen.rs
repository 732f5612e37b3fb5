//! A capability that looks at the screen of its program, and what was recorded where that program was.

use engraft::artifact::Manifest;
use engraft::examine::Tape;
use engraft::model::Description;
use serde_json::{Value, json};

/// Asks for a part of the screen, and gives the number of its bytes and the first of them.
const WATCHER: &str = r#"(component
    (import "acme:desk/screen@1.0.0" (instance $screen
        (type $part' (record (field "top-left" u32) (field "zoom" (option u32))))
        (export "part" (type $part (eq $part')))
        (export "grab-part" (func (param "part" $part)
            (result (result (list u8) (error string)))))))
    (core module $libc
        (memory (export "memory") 1)
        (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024)))
    (core instance $libc (instantiate $libc))
    (alias core export $libc "memory" (core memory $memory))
    (alias core export $libc "realloc" (core func $realloc))
    (core func $grab (canon lower (func $screen "grab-part")
        (memory $memory) (realloc $realloc)))
    (core module $m
        (import "libc" "memory" (memory 1))
        (import "screen" "grab" (func $grab (param i32 i32 i32 i32)))
        (func (export "watch") (param $at i32) (result i32)
            (call $grab (local.get $at) (i32.const 1) (i32.const 2) (i32.const 16))
            (if (i32.load8_u (i32.const 16)) (then (return (i32.const 0))))
            (i32.add (i32.mul (i32.load (i32.const 24)) (i32.const 1000))
                (i32.load8_u (i32.load (i32.const 20))))))
    (core instance $i (instantiate $m
        (with "libc" (instance (export "memory" (memory $memory))))
        (with "screen" (instance (export "grab" (func $grab))))))
    (func (export "watch") (param "at" u32) (result u32) (canon lift (core func $i "watch"))))"#;

pub(crate) fn watcher() -> Vec<u8> {
    wat::parse_str(WATCHER).unwrap()
}

pub(crate) fn manifest() -> Manifest {
    let description = json!({
        "name": "desk.watch", "summary": "Watches a part of the screen.",
        "operations": [{
            "name": "watch", "summary": "How much is to be seen.",
            "output_schema": {"type": "integer"},
            "input_schema": {
                "type": "object", "required": ["at"],
                "properties": {"at": {"type": "integer", "minimum": 0, "maximum": 9}},
            },
        }],
        "permissions": {"custom": ["desk.screen"]},
    });
    let description: Description = serde_json::from_value(description).unwrap();
    Manifest::new(description, "1.0.0".parse().unwrap())
}

/// What a program recorded that calls the function and its parts in its own way.
pub(crate) fn tape() -> Tape {
    let exchange = |at: u32, answer: Value| {
        let input = json!({"top_left": at, "zoom": 2}).to_string();
        json!({
            "asked": {"function": "own", "name": "screen.grab_part", "input": input},
            "answer": {"text": answer.to_string()},
        })
    };
    let call = |at: u32, output: &str, answer: Value| {
        json!({
            "operation": "watch", "input": json!({"at": at}).to_string(),
            "outcome": "returned", "output": output, "exchanges": [exchange(at, answer)],
        })
    };
    let tape = json!({
        "format": 1, "capability": "desk.watch", "component": format!("blake3:{}", "0".repeat(64)),
        "moment": "2026-01-01T00:00:00Z", "seed": 7,
        "calls": [
            call(3, "5104", json!({"Ok": "aGVsbG8="})),
            call(4, "2104", json!([104, 105])),
            call(5, "0", json!({"Err": "it is dark"})),
        ],
    });
    Tape::from_json(tape.to_string().as_bytes()).unwrap()
}
