//! Where foreign bytes enter the recipe compiler, each with what must hold for all bytes.
//!
//! The fuzz targets and the replay of their corpus in `tests/corpus.rs` call the same functions.
//!
//! *Never:* bytes are passed over because they are strange.

#![allow(dead_code, reason = "each fuzz target uses one of these")]

use engraft_recipe::cel::{Environment, Mode, SOURCE_MAX, Span, Type, check, parse};
use engraft_recipe::component::Codec;
use engraft_recipe::diagnostic::{Diagnostic, Problem, drawing};
use engraft_recipe::formula::{Formula, bounded};
use engraft_recipe::recipe::{self, BuildError};
use validator::{Validator, WasmFeatures};

/// A document: it is checked, explained and formatted, and what is wrong with it can be drawn.
pub(crate) fn document(bytes: &[u8]) {
    let text = match recipe::text(bytes) {
        Ok(text) => text,
        Err(problems) => return assert_eq!(problems.len(), 1),
    };
    match recipe::check(text) {
        Ok(_) => assert!(recipe::explain(text).is_ok_and(|told| !told.title.is_empty())),
        Err(problems) => {
            assert!(!problems.is_empty(), "refused without a reason");
            drawable(text, &problems);
        }
    }
    let Ok(json) = recipe::to_json(text) else { return };
    // The same document as JSON means the same.
    assert!(recipe::to_json(&json).is_ok_and(|again| again == json), "{json}");
    // What stands for nothing in YAML is null in JSON, which may stand where nothing may.
    assert!(recipe::check(text).is_err() || recipe::check(&json).is_ok(), "{json}");
    if let Ok(formatted) = recipe::format(text) {
        assert!(recipe::to_json(&formatted).is_ok_and(|after| after == json), "{formatted}");
        assert!(recipe::format(&formatted).is_ok_and(|again| again == formatted), "{formatted}");
    }
}

fn drawable(text: &str, problems: &[Problem]) {
    for problem in problems {
        assert!(problem.start <= problem.end && problem.end <= text.len());
        assert!(text.is_char_boundary(problem.start) && text.is_char_boundary(problem.end));
        assert!(problem.line >= 1 && problem.column >= 1);
        assert!(!problem.message.is_empty() && problem.mend.is_some());
    }
    let drawn = drawing("recipe.yaml", text, problems.get(..3).unwrap_or(problems));
    assert!(problems.is_empty() || !drawn.is_empty());
}

/// What is declared around expressions here: something of each type.
fn environment() -> Environment {
    let mut around = Environment::default();
    for (name, ty) in [
        ("s", Type::Text),
        ("i", Type::Int),
        ("u", Type::Uint),
        ("d", Type::Double),
        ("b", Type::Bool),
        ("y", Type::Bytes),
        ("t", Type::Time),
        ("l", Type::list(Type::Int)),
        ("m", Type::map(Type::Text, Type::Dyn)),
        ("o", Type::optional(Type::Text)),
        ("x", Type::Dyn),
    ] {
        around.names.insert(name.to_owned(), ty);
    }
    around
}

/// An expression: it is read and checked, and every message points into it.
pub(crate) fn expression(bytes: &[u8]) {
    let Ok(source) = std::str::from_utf8(bytes) else { return };
    let expr = match parse(source) {
        Ok(expr) => expr,
        Err(problem) => return points_into(source, &[problem]),
    };
    assert!(source.len() <= SOURCE_MAX);
    assert!(inside(source, expr.span), "{source}");
    let around = environment();
    let strict = check(&expr, &around, Mode::Strict);
    if let Err(problems) = &strict {
        assert!(!problems.is_empty(), "refused without a reason: {source}");
        points_into(source, problems);
    }
    // What is held to its types is held to less without them.
    assert!(strict.is_err() || check(&expr, &around, Mode::Lenient).is_ok(), "{source}");
}

fn inside(source: &str, span: Span) -> bool {
    span.start <= span.end && span.end <= source.len()
}

fn points_into(source: &str, problems: &[Diagnostic]) {
    for problem in problems {
        // What is missing may be missing behind the last byte.
        let end = problem.span.end.min(source.len().max(problem.span.start + 1));
        assert!(problem.span.start <= source.len() && problem.span.start <= end, "{source}");
        assert!(!problem.message.is_empty());
    }
}

/// An expression, and a document, to the component that it becomes: a valid one, with a bound, and the
/// same every time.
pub(crate) fn compile(bytes: &[u8]) {
    let Ok(source) = std::str::from_utf8(bytes) else { return };
    for mode in [Mode::Strict, Mode::Lenient] {
        if let Ok(formula) = Formula::new(source, &environment(), mode) {
            let formulas = [("run".to_owned(), formula)];
            for codec in [Codec::Json, Codec::Typed] {
                let made = bounded("a.b", &formulas, codec);
                assert!(made.is_ok(), "{source}: {:?}", made.err());
                let Ok((component, bounds)) = made else { return };
                valid(&component, source);
                assert!(bounds.iter().all(|bound| bound.fuel_at(0, 0) > 0), "{source}");
            }
        }
    }
    match recipe::build(source) {
        Ok(built) => {
            valid(&built.component, source);
            assert!(built.bound.memory_bytes_at(1, 1) > 0, "{source}");
            let again = recipe::build(source);
            assert!(again.is_ok_and(|again| again.component == built.component), "{source}");
        }
        Err(BuildError::Wrong(problems)) => assert!(!problems.is_empty(), "{source}"),
        Err(other) => panic!("{other}: {source}"),
    }
}

fn valid(component: &[u8], source: &str) {
    let validated = Validator::new_with_features(WasmFeatures::default()).validate_all(component);
    assert!(validated.is_ok(), "{source}: {:?}", validated.err());
}
