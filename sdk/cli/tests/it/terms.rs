//! Sessions, how instances live and how calls are metered, in `try` and `bench`.

use crate::support::{Home, NUMBERS};

/// Counts how often it was called.
const COUNTER: &str = r#"(component
    (core module $m
        (global $calls (mut i32) (i32.const 0))
        (func (export "next") (result i32)
            (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
            (global.get $calls))
        (func (export "fail") unreachable))
    (core instance $i (instantiate $m))
    (func (export "next") (result u32) (canon lift (core func $i "next")))
    (func (export "fail") (canon lift (core func $i "fail"))))"#;

fn home() -> Home {
    let home = Home::new();
    home.component("counter.wasm", COUNTER);
    home
}

#[test]
fn calls_of_one_run_share_an_instance_where_it_is_asked_for() {
    let home = home();
    let outputs = |instances: &str| {
        let call = ["try", "counter.wasm", "next", "--then", "next {}", "--then", "next"];
        home.run(&[&call[..], &["--lifetime", instances]].concat()).fine().out
    };
    assert_eq!(outputs("fresh"), "1\n1\n1\n");
    assert_eq!(outputs("pooled"), "1\n2\n3\n");
    assert_eq!(outputs("session"), "1\n2\n3\n");
    let json = ["try", "counter.wasm", "next", "--then", "next", "--lifetime", "session", "--json"];
    let json = home.run(&json).fine().json();
    assert_eq!((json["output"].as_u64(), json["then"][0]["output"].as_u64()), (Some(1), Some(2)));
    assert_eq!(json["then"].as_array().unwrap().len(), 1);
}

#[test]
fn what_follows_a_failure_is_not_called() {
    let home = home();
    let call = ["try", "counter.wasm", "next", "--then", "fail", "--then", "next"];
    let ran = home.run(&call).says(1, "`counter` `fail`");
    assert_eq!(ran.out, "1\n");
    let json = home.run(&[&call[..], &["--json"]].concat()).says(1, "").json();
    assert_eq!(json["then"].as_array().unwrap().len(), 1);
    assert_eq!(json["then"][0]["outcome"], "trapped");
}

#[test]
fn a_wrong_call_behind_another_is_told_before_anything_runs() {
    let home = home();
    let call = |then| ["try", "counter.wasm", "next", "--then", then];
    let ran = home.run(&call("nxet")).says(2, "did you mean `next`?");
    assert_eq!(ran.out, "");
    assert_eq!(home.run(&call("next {")).says(4, "the input").out, "");
}

#[test]
fn handles_live_for_a_session() {
    let home = Home::new();
    home.write("foreign.wasm", crate::support::resources());
    let call = ["try", "foreign.wasm", "[constructor]counter", r#"{"start": 5}"#];
    home.run(&call).says(1, "session");
    let then = ["--then", r#"[method]counter.increment {"self": {"handle": 1}, "by": 2}"#];
    let ran = home.run(&[&call[..], &then, &["--lifetime", "session"]].concat()).fine();
    assert_eq!(ran.out, "{\"handle\":1}\n7\n");
}

#[test]
fn metering_is_chosen_and_shows() {
    let home = home();
    home.component("numbers.wasm", NUMBERS);
    let fuel = |metering: &str| {
        let call = ["try", "counter.wasm", "next", "--metering", metering, "--json"];
        home.run(&call).fine().json()["usage"]["fuel"].as_u64().unwrap()
    };
    assert!(fuel("fuel") > 0 && fuel("fuel-and-epoch") > 0);
    assert_eq!(fuel("epoch"), 0);
    // Time slices know no fuel, and the deadline still holds.
    let spin = ["try", "numbers.wasm", "spin", "--metering", "epoch", "--deadline", "100ms"];
    home.run(&[&spin[..], &["--fuel", "1000"]].concat()).says(1, "its 100ms were over");
    let bench = ["bench", "numbers.wasm", "double", r#"{"number": 1}"#, "--calls", "20", "--json"];
    let terms = ["--metering", "fuel-and-epoch", "--lifetime", "session"];
    let json = home.run(&[&bench[..], &terms].concat()).fine().json();
    assert_eq!(json["instances"], "session");
}
