//! Components: small ones as text, and guests of the repository, built once a run.

use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

/// Functions of numbers, and every way to misbehave.
pub(crate) const NUMBERS: &str = r#"(component
    (core module $m
        (memory 1)
        (func (export "double") (param i32) (result i32)
            (i32.mul (local.get 0) (i32.const 2)))
        (func (export "spin") (loop $again (br $again)))
        (func (export "boom") unreachable)
        (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
        (func (export "deep") (call 4)))
    (core instance $i (instantiate $m))
    (func (export "double") (param "number" u32) (result u32)
        (canon lift (core func $i "double")))
    (func (export "spin") (canon lift (core func $i "spin")))
    (func (export "boom") (canon lift (core func $i "boom")))
    (func (export "grow") (param "pages" u32) (result u32) (canon lift (core func $i "grow")))
    (func (export "deep") (canon lift (core func $i "deep"))))"#;

/// What an examination lets through of [`NUMBERS`].
pub(crate) const HONEST_NUMBERS: &str = r#"(component
    (core module $m (func (export "double") (param i32) (result i32)
        (i32.mul (local.get 0) (i32.const 2))))
    (core instance $i (instantiate $m))
    (func (export "double") (param "number" u32) (result u32)
        (canon lift (core func $i "double"))))"#;

/// Another component than [`NUMBERS`].
pub(crate) const OTHER_NUMBERS: &str = r#"(component
    (core module $m (func (export "triple") (param i32) (result i32)
        (i32.mul (local.get 0) (i32.const 3))))
    (core instance $i (instantiate $m))
    (func (export "triple") (param "number" u32) (result u32)
        (canon lift (core func $i "triple"))))"#;

/// Draws a random number from WASI.
pub(crate) const IMPORTS_RANDOM: &str = r#"(component
    (import "wasi:random/random@0.2.6"
        (instance $random (export "get-random-u64" (func (result u64)))))
    (core func $draw (canon lower (func $random "get-random-u64")))
    (core module $m
        (import "host" "draw" (func $draw (result i64)))
        (func (export "draw") (result i64) (call $draw)))
    (core instance $i (instantiate $m
        (with "host" (instance (export "draw" (func $draw))))))
    (func (export "draw") (result u64) (canon lift (core func $i "draw"))))"#;

/// Looks at one pixel of its program's screen.
pub(crate) const LOOKER: &str = r#"(component
    (import "acme:desk/screen@1.0.0" (instance $screen
        (export "pixel" (func (param "x" u32) (param "y" u32) (result u32)))))
    (core func $pixel (canon lower (func $screen "pixel")))
    (core module $m
        (import "screen" "pixel" (func $pixel (param i32 i32) (result i32)))
        (func (export "look") (param i32 i32) (result i32)
            (call $pixel (local.get 0) (local.get 1))))
    (core instance $i (instantiate $m
        (with "screen" (instance (export "pixel" (func $pixel))))))
    (func (export "look") (param "x" u32) (param "y" u32) (result u32)
        (canon lift (core func $i "look"))))"#;

/// Wants to know the time, by the contract.
pub(crate) const IMPORTS_CLOCK: &str = r#"(component
    (import "engraft:capability/clock@1.0.0" (instance))
    (core module $m (func (export "one") (result i32) (i32.const 1)))
    (core instance $i (instantiate $m))
    (func (export "one") (result u32) (canon lift (core func $i "one"))))"#;

/// Counts the environment variables and the directories that it sees.
pub(crate) const SURROUNDINGS: &str = r#"(component
    (import "wasi:cli/environment@0.2.6" (instance $environment
        (export "get-environment" (func (result (list (tuple string string)))))))
    (import "wasi:filesystem/types@0.2.6" (instance $types
        (export "descriptor" (type (sub resource)))))
    (alias export $types "descriptor" (type $descriptor))
    (import "wasi:filesystem/preopens@0.2.6" (instance $preopens
        (alias outer 1 $descriptor (type $outer))
        (export "descriptor" (type $own (eq $outer)))
        (export "get-directories" (func (result (list (tuple (own $own) string)))))))
    (core module $heap
        (memory (export "memory") 1)
        (global $next (mut i32) (i32.const 1024))
        (func (export "realloc") (param i32 i32 i32 i32) (result i32)
            (local $at i32)
            (local.set $at
                (i32.and (i32.add (global.get $next) (i32.const 7)) (i32.const -8)))
            (global.set $next (i32.add (local.get $at) (local.get 3)))
            (local.get $at)))
    (core instance $h (instantiate $heap))
    (core func $environment (canon lower (func $environment "get-environment")
        (memory (core memory $h "memory")) (realloc (core func $h "realloc"))))
    (core func $directories (canon lower (func $preopens "get-directories")
        (memory (core memory $h "memory")) (realloc (core func $h "realloc"))))
    (core module $m
        (import "host" "environment" (func $environment (param i32)))
        (import "host" "directories" (func $directories (param i32)))
        (import "heap" "memory" (memory 1))
        (func (export "environment") (result i32)
            (call $environment (i32.const 16))
            (i32.load (i32.const 20)))
        (func (export "directories") (result i32)
            (call $directories (i32.const 16))
            (i32.load (i32.const 20))))
    (core instance $i (instantiate $m
        (with "host" (instance
            (export "environment" (func $environment))
            (export "directories" (func $directories))))
        (with "heap" (instance $h))))
    (func (export "environment") (result u32) (canon lift (core func $i "environment")))
    (func (export "directories") (result u32) (canon lift (core func $i "directories"))))"#;

/// Wants from its host what no host here has.
pub(crate) const UNKNOWN_IMPORT: &str = r#"(component
    (import "acme:mail/send@1.0.0" (instance (export "send" (func))))
    (core module $m (func (export "run")))
    (core instance $i (instantiate $m))
    (func (export "go") (canon lift (core func $i "run"))))"#;

/// No component at all.
pub(crate) const CORE_MODULE: &str = r#"(module (func (export "run")))"#;

static TEMPLATE: LazyLock<Vec<u8>> = LazyLock::new(|| build("guest-templates/rust"));
static EFFECTS: LazyLock<Vec<u8>> = LazyLock::new(|| build("host/tests/guests/effects"));

static FOREIGN: LazyLock<Vec<u8>> = LazyLock::new(|| build("host/tests/guests/foreign"));

pub(crate) fn wat(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap()
}

/// The Rust template: it speaks the contract, is called `example.greet` and asks for `kv`.
pub(crate) fn template() -> &'static [u8] {
    &TEMPLATE
}

/// Does to the outside whatever it is told. It does not describe itself; [`EFFECTS_MANIFEST`] does.
pub(crate) fn effects() -> &'static [u8] {
    &EFFECTS
}

/// Knows nothing of the contract, and has a resource: a counter.
pub(crate) fn resources() -> &'static [u8] {
    &FOREIGN
}

pub(crate) const EFFECTS_MANIFEST: &str = r#"{
    "name": "test.effects",
    "operations": [
        {"name": "log", "input_schema": {}, "output_schema": {}},
        {"name": "now", "input_schema": {}, "output_schema": {}},
        {"name": "number", "input_schema": {}, "output_schema": {}},
        {"name": "config", "input_schema": {}, "output_schema": {}},
        {"name": "secret", "input_schema": {}, "output_schema": {}},
        {"name": "set", "input_schema": {}, "output_schema": {}},
        {"name": "progress", "input_schema": {}, "output_schema": {}},
        {"name": "http", "input_schema": {}, "output_schema": {}},
        {"name": "call", "input_schema": {}, "output_schema": {}}
    ],
    "permissions": {
        "log": true, "clock": true, "random": true, "progress": true,
        "kv": {"bytes": 1000, "keys": 10}, "http": [{"host": "*"}], "call": ["*"], "config": ["*"],
        "secrets": [{"name": "token", "hosts": ["api.example.org"]}]
    }
}"#;

fn build(source: &str) -> Vec<u8> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    let exe = std::env::current_exe().unwrap();
    let target = exe.ancestors().nth(3).unwrap().join("guests");
    let mut cargo = Command::new(env!("CARGO"));
    // What cargo tells its tests must not leak into a build for another target.
    for (key, _) in std::env::vars_os() {
        if key.to_str().is_some_and(|key| key.starts_with("CARGO_") && key != "CARGO_HOME") {
            cargo.env_remove(key);
        }
    }
    let built = cargo
        .args(["build", "--quiet", "--release", "--target", "wasm32-unknown-unknown"])
        .args(["--message-format", "json"])
        .arg("--target-dir")
        .arg(&target)
        .current_dir(root.join(source))
        .env_remove("RUSTFLAGS")
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", "wasm-component-ld")
        .output()
        .unwrap();
    let messages = String::from_utf8(built.stdout).unwrap();
    let file = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter_map(|message| message["filenames"][0].as_str().map(str::to_owned))
        .find(|file| file.ends_with(".wasm"));
    let file = file.unwrap_or_else(|| {
        panic!(
            "{source} does not build; `cargo xtask setup` installs its target: {}",
            String::from_utf8_lossy(&built.stderr)
        )
    });
    std::fs::read(file).unwrap()
}
