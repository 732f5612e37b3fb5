//! Recipes made to hurt: each is refused at a stated limit, at once.
//!
//! *Never:* the time of a refusal grows with what was refused.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::wildcard_enum_match_arm,
    reason = "a test may break, and looks at real time and at where its data is"
)]

use std::time::{Duration, Instant};

use engraft_recipe::cel::{Environment, Mode};
use engraft_recipe::formula::Formula;
use engraft_recipe::recipe::build;

/// A debug build on a busy machine is several times slower than what people run; there it is 100 ms.
const SOON: Duration = Duration::from_millis(if cfg!(debug_assertions) { 2_000 } else { 100 });

#[track_caller]
fn refused(source: &str) {
    let begun = Instant::now();
    let problems = Formula::new(source, &Environment::default(), Mode::Strict).unwrap_err();
    assert!(!problems.is_empty());
    assert!(begun.elapsed() < SOON, "took {:?}", begun.elapsed());
}

#[test]
fn deep_nesting_is_refused() {
    for (open, close) in [("(", ")"), ("[", "]"), ("size([", "])"), ("{'a': ", "}"), ("a[", "]")] {
        refused(&format!("{}1{}", open.repeat(10_000), close.repeat(10_000)));
        refused(&open.repeat(10_000));
    }
    refused(&format!("{}true", "!".repeat(50_000)));
    refused(&"true ? 1 : ".repeat(5_000));
}

#[test]
fn long_chains_are_refused() {
    refused(&format!("1{}", " + 1".repeat(10_000)));
    refused(&format!("true{}", " && true".repeat(5_000)));
    refused(&format!("'a'{}", ".trim()".repeat(5_000)));
    refused(&format!("x{}", ".a".repeat(20_000)));
}

#[test]
fn huge_literals_are_refused() {
    refused(&format!("'{}'", "x".repeat(1 << 20)));
    refused(&"9".repeat(60_000));
    refused(&format!("[{}]", "1,".repeat(100_000)));
}

fn document(rest: &str) -> String {
    format!("name: a.b\nversion: 1.0.0\nsummary: x\n{rest}")
}

#[test]
fn documents_that_grow_are_refused() {
    let mut bomb = String::from("a: &a0 ['x','x','x','x','x','x','x','x','x']\n");
    for at in 1..12 {
        let before = at - 1;
        let all = vec![format!("*a{before}"); 9].join(",");
        bomb.push_str(&format!("b{at}: &a{at} [{all}]\n"));
    }
    let lines: Vec<String> = bomb.lines().map(|line| format!("  {line}")).collect();
    let cases = [
        document(&format!("input:\n{}\nreturn: '1'\n", lines.join("\n"))),
        document(&format!("input: {}1{}\nreturn: '1'\n", "[".repeat(5_000), "]".repeat(5_000))),
        document(&format!("return: '1'\n# {}\n", "x".repeat(300_000))),
        document(&format!("steps:\n{}return: '1'\n", "  - set: '1'\n".repeat(5_000))),
    ];
    for case in cases {
        let begun = Instant::now();
        assert!(build(&case).is_err(), "{}", case.get(..80).unwrap_or_default());
        assert!(begun.elapsed() < SOON, "took {:?}", begun.elapsed());
    }
}

#[test]
fn patterns_that_explode_are_refused() {
    // Elsewhere these take time or memory without end; here they are a fault that the recipe names.
    for pattern in ["((a{1000}){1000}){1000}", "(a|b|c){1000}{1000}", "((((a*)*)*)*)*b"] {
        let source = format!("'aaaa'.matches('{pattern}')");
        let begun = Instant::now();
        let _ = Formula::new(&source, &Environment::default(), Mode::Strict);
        assert!(begun.elapsed() < SOON, "took {:?}", begun.elapsed());
    }
}
