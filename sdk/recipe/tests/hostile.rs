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

use engraft_recipe::cel::{Environment, Mode, Type};
use engraft_recipe::component::Codec;
use engraft_recipe::formula::{Formula, bounded};
use engraft_recipe::recipe::{BuildError, VALUES_MAX, build, check};

/// How long a refusal may take. Without optimisation the same work takes up to ten times as long.
const SOON: Duration = Duration::from_millis(if cfg!(debug_assertions) { 1_000 } else { 100 });

/// A machine that does other things at once may be late now and then, but not every time.
const TRIES: usize = 12;

/// Runs something until it was fast enough once; the fastest time counts.
#[track_caller]
fn soon<T>(mut run: impl FnMut() -> T) -> T {
    let mut fastest = Duration::MAX;
    for _ in 0..TRIES {
        let begun = Instant::now();
        let result = run();
        fastest = fastest.min(begun.elapsed());
        if fastest < SOON {
            return result;
        }
    }
    panic!("took {fastest:?} at least");
}

#[track_caller]
fn refused(source: &str) {
    let problems = soon(|| Formula::new(source, &Environment::default(), Mode::Strict));
    assert!(!problems.unwrap_err().is_empty());
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
        assert!(soon(|| build(&case)).is_err(), "{}", case.get(..80).unwrap_or_default());
    }
}

/// A recipe that gives this, and what is wrong with it.
#[track_caller]
fn refused_for(expression: &str, why: &str) {
    let text = document(&format!("return: |\n  {expression}\n"));
    let Err(BuildError::Wrong(problems)) = soon(|| build(&text)) else {
        panic!("{expression} is built");
    };
    let told = problems.iter().any(|problem| problem.message.contains(why));
    assert!(told, "{expression}: {problems:?}");
    assert!(soon(|| check(&text)).is_err(), "{expression}");
}

#[test]
fn patterns_that_explode_are_refused() {
    // Elsewhere these take memory without end; here they are too large.
    for pattern in ["((a{1000}){1000}){1000}", "(a|b|c){1000}{1000}", "(((a?){50}){50}){50}"] {
        refused_for(&format!("'aaaa'.matches('{pattern}')"), "too large");
    }
    // And these take time without end, where patterns are tried one way after the other.
    for pattern in ["((((a*)*)*)*)*b", "(a|a|aa)+$", "(.*)*(.*)*(.*)*x"] {
        let text = document(&format!("return: |\n  '{}'.matches('{pattern}')\n", "a".repeat(60)));
        assert!(soon(|| build(&text)).is_ok(), "{pattern}");
    }
}

#[test]
fn macros_that_take_exponential_time_are_refused() {
    // The definition of the language has these two as what to beware of.
    let mut nested = "true".to_owned();
    for at in 0..40 {
        nested = format!("[0, 1].all(x{at}, {nested})");
    }
    refused_for(&nested, "even for the smallest input");
    let chained = format!("['foo', 'bar']{}.size()", ".map(x, [x + x, x + x])".repeat(40));
    refused_for(&chained, "even for the smallest input");
    let doubled =
        format!("cel.bind(x, 'a', {}x{})", "cel.bind(x, x + x, ".repeat(45), ")".repeat(45));
    refused_for(&doubled, "even for the smallest input");
    let ranges = "lists.range(1000000).map(x, lists.range(1000000).map(y, x * y)).size()";
    refused_for(ranges, "even for the smallest input");
}

#[test]
fn loops_that_end_soon_are_taken() {
    let mut nested = "x0 + x11 < 9".to_owned();
    for at in 0..12 {
        nested = format!("[0, 1].all(x{at}, {nested})");
    }
    build(&document(&format!("return: |\n  {nested}\n"))).unwrap();
    let numbers = "{n: {type: integer, maximum: 500}, m: {type: integer, exclusiveMaximum: 500}}";
    let table = format!(
        "input: {{type: object, properties: {numbers}, required: [n, m]}}\n\
         return: lists.range(input.n).map(x, lists.range(input.m).map(y, x * y))\n"
    );
    build(&document(&table)).unwrap();
    assert!(build(&document(&table.replace("maximum: 500", "minimum: 0"))).is_err());
}

#[test]
fn macros_that_multiply_stay_as_small_as_they_are_written() {
    // Each level would double what a macro is expanded to, if its argument stood twice in there.
    let mut expression = "x".to_owned();
    for _ in 0..40 {
        expression = format!("cel.bind(x, {expression}, x + x)");
    }
    let mut around = Environment::default();
    around.names.insert("x".to_owned(), Type::Int);
    let formula = soon(|| Formula::new(&expression, &around, Mode::Strict)).unwrap();
    let formulas = [("run".to_owned(), formula)];
    let made = soon(|| bounded("a.b", &formulas, Codec::Json)).unwrap();
    assert!(made.0.len() < 100_000, "{} bytes", made.0.len());
}

#[test]
fn the_largest_documents_are_read_or_refused_at_once() {
    // As many values as there may be, and as many steps, each just inside of its limit.
    let values = vec!["a"; VALUES_MAX - 200].join(", ");
    let examples = document(&format!("return: '1'\nexamples: [{{input: {{a: [{values}]}}}}]\n"));
    let steps = document(&format!("steps:\n{}return: '1'\n", "  - set: '1'\n".repeat(100)));
    for case in [examples, steps] {
        let _ = soon(|| check(&case));
    }
}
