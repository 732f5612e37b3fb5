//! `engraft bench`.

use crate::support::{Home, NUMBERS};

#[test]
fn calls_are_measured_and_drawn() {
    let home = Home::new();
    home.component("numbers.wasm", NUMBERS);
    let bench = ["bench", "numbers.wasm", "double", r#"{"number": 21}"#];
    let ran = home.run(&[&bench[..], &["--calls", "50"]].concat()).fine();
    for says in ["50 calls on fresh instances", "p50", "p95", "p99", "throughput", "█"] {
        assert!(ran.out.contains(says), "no {says}: {}", ran.out);
    }
    let json = home.run(&[&bench[..], &["--calls", "200", "--json"]].concat()).fine().json();
    assert_eq!((json["calls"].as_u64(), json["instances"].as_str()), (Some(200), Some("fresh")));
    let number = |field: &str| json[field].as_f64().unwrap();
    let order = ["min_ns", "p50_ns", "p95_ns", "p99_ns", "max_ns"].map(number);
    // No call through a host takes less than a microsecond, and all of them fit into the whole time.
    assert!(order.is_sorted() && order[0] > 1_000.0, "{order:?}");
    let sum = number("mean_ns") * number("calls");
    assert!(sum < number("elapsed_ns") && sum > number("elapsed_ns") / 10.0, "{json}");
    let buckets = json["histogram"].as_array().unwrap();
    let counted: u64 = buckets.iter().map(|bucket| bucket["calls"].as_u64().unwrap()).sum();
    assert_eq!(counted, 200);
    let rate = 1e9 * number("calls") / number("elapsed_ns");
    assert!((rate / number("calls_per_second") - 1.0).abs() < 0.01, "{json}");
}

#[test]
fn warm_instances_and_time_can_be_chosen() {
    let home = Home::new();
    home.component("numbers.wasm", NUMBERS);
    let bench = ["bench", "numbers.wasm", "double", r#"{"number": 1}"#];
    let bench = [&bench[..], &["--lifetime", "pooled"]].concat();
    let json = home.run(&[&bench[..], &["--seconds", "0.2", "--json"]].concat()).fine().json();
    assert_eq!(json["instances"], "pooled");
    assert!(json["elapsed_ns"].as_u64().unwrap() >= 200_000_000, "{json}");
    home.run(&[&bench[..4], &["--lifetime", "stale"]].concat()).says(2, "possible values");
    home.run(&[&bench[..], &["--calls", "0"]].concat()).says(2, "measures nothing");
    home.run(&[&bench[..], &["--seconds", "-1"]].concat()).says(2, "");
}

#[test]
fn a_call_that_fails_is_not_measured() {
    let home = Home::new();
    home.component("numbers.wasm", NUMBERS);
    home.run(&["bench", "numbers.wasm", "boom"]).says(1, "gave no output after 0 measured calls");
    home.run(&["bench", "numbers.wasm", "spin", "--fuel", "10k"]).says(1, "fuel, 10000");
    let json = home.run(&["bench", "numbers.wasm", "boom", "--json"]).says(1, "").json();
    assert_eq!(json["error"]["kind"], "failed");
}
