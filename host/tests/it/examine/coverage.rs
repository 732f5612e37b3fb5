//! How much of a candidate ran, and inputs that were searched for.

use std::sync::Arc;

use engraft::engine::EngineConfig;
use engraft::examine::{
    Candidate, CandidateOrigin, CheckEnd, CheckId, Coverage, Examiner, Level, Order, Policy,
    Report, SearchEnd, SourceMap, SourceSpan,
};

use super::bench::{component, manifest};
use crate::support::template;

/// Time enough for a machine that others use; inputs and fuel are the bounds that these tests try.
const PATIENCE_MS: u32 = 60_000;

fn policy() -> Policy {
    let mut policy = Policy::default();
    policy.search.time_ms = PATIENCE_MS;
    policy
}

async fn examined(policy: Policy, component: Vec<u8>, source: Option<SourceMap>) -> Report {
    let examiner = Examiner::new(policy, EngineConfig::default()).unwrap();
    let candidate = Candidate::new(manifest(), component, CandidateOrigin::Uploaded);
    let level = Some(Level::Comprehensive);
    let order = Order { level, source: source.map(Arc::new), ..Order::default() };
    examiner.examine(candidate, &order).await.unwrap().report().clone()
}

/// `double` that does something else for two numbers, one behind the other.
const HIDING: &str = r#"(component
    (core module $m
        (func $never (export "never") (result i32) (i32.const 0))
        (func (export "double") (param i32) (result i32)
            (if (i32.eq (local.get 0) (i32.const 777777))
                (then (return (i32.const 1554))))
            (if (i32.eq (local.get 0) (i32.const 123454321))
                (then (return (i32.const 9))))
            (i32.mul (local.get 0) (i32.const 2))))
    (core instance $i (instantiate $m))
    (func (export "double") (param "number" u32) (result u32)
        (canon lift (core func $i "double"))))"#;

fn coverage(report: &Report) -> &Coverage {
    report.coverage.as_ref().unwrap_or_else(|| panic!("{:#?}", report.checks))
}

#[tokio::test]
async fn inputs_are_found_that_no_schema_tells_of() {
    let hiding = || wat::parse_str(HIDING).unwrap();
    let report = examined(policy(), hiding(), None).await;
    let found = coverage(&report);
    assert_eq!((found.functions.reached, found.functions.total), (1, 2));
    assert!(found.blocks_before.reached < found.blocks.reached, "{found:#?}");
    // The one function that nothing calls is what is left.
    assert_eq!(found.blocks.total - found.blocks.reached, 1, "{found:#?}");
    assert_eq!(found.modules[0].least[0].name, "never");
    assert_eq!(found.search.ended_by, SearchEnd::Inputs);
    let searched = || found.kept.iter().filter(|case| case.is_searched);
    for (number, answer) in [(777_777, 1_554), (123_454_321, 9)] {
        let kept = searched().find(|case| case.input["number"] == number).unwrap();
        assert_eq!(kept.output, Some(answer.into()), "{kept:?}");
        assert_eq!(kept.outcome, "returned");
    }
    // The same again: only time could make a difference, and there is enough of it.
    let again = examined(policy(), hiding(), None).await;
    assert_eq!(again.coverage, report.coverage);
}

#[tokio::test]
async fn a_search_keeps_to_its_bounds() {
    let mut few = policy();
    few.search.inputs = 3;
    let report = examined(few, wat::parse_str(HIDING).unwrap(), None).await;
    let search = coverage(&report).search;
    assert_eq!((search.tried, search.ended_by), (3, SearchEnd::Inputs));
    let mut thrifty = policy();
    thrifty.search.fuel = 100;
    let report = examined(thrifty, wat::parse_str(HIDING).unwrap(), None).await;
    let search = coverage(&report).search;
    assert_eq!(search.ended_by, SearchEnd::Fuel);
    assert!(search.tried > 0 && search.tried < 50, "{search:?}");
    let mut hasty = policy();
    hasty.search.time_ms = 0;
    let report = examined(hasty, wat::parse_str(HIDING).unwrap(), None).await;
    let search = coverage(&report).search;
    assert_eq!((search.tried, search.ended_by), (0, SearchEnd::Time));
}

#[tokio::test]
async fn expressions_of_a_source_are_covered_where_their_code_ran() {
    let report = examined(policy(), component(""), None).await;
    assert!(coverage(&report).source.is_none());
    // Function 0 is `double`; nothing is at 99, and what stands outside of the text is cut.
    let span = |function, offset, start, end| SourceSpan { function, offset, start, end };
    let source = SourceMap {
        text: "number * 2".to_owned(),
        spans: vec![span(0, 1, 0, 6), span(0, 1, 0, 10), span(99, 1, 9, 2_000)],
    };
    let report = examined(policy(), component(""), Some(source)).await;
    let source = coverage(&report).source.as_ref().unwrap();
    assert_eq!((source.expressions.reached, source.expressions.total), (2, 3));
    assert_eq!((source.spans[2].start, source.spans[2].end), (9, 10));
    assert!(!source.spans[2].is_evaluated);
    let risk = report.risk.unwrap();
    let factor = risk.factors.iter().find(|factor| factor.name == "coverage").unwrap();
    assert_eq!((factor.weight, factor.because.as_str()), (6, "2 of 3 expressions ran"));
}

#[tokio::test]
async fn a_guest_in_rust_is_counted_and_does_the_same_with_probes() {
    let examiner = Examiner::new(policy(), EngineConfig::default()).unwrap();
    let name = "text.slugify".parse().unwrap();
    let component = template("rust", "greet");
    let candidate = Candidate::of_component(name, component, CandidateOrigin::Uploaded);
    let order = Order { level: Some(Level::Comprehensive), ..Order::default() };
    let report = examiner.examine(candidate, &order).await.unwrap().report().clone();
    let found = coverage(&report);
    assert!(found.functions.reached > 10 && found.blocks.reached > 50, "{:?}", found.blocks);
    assert!(found.functions.percent() < 100.0, "nothing uses all of a library");
    assert!(found.kept.iter().any(|case| case.output.is_some()), "{:#?}", found.kept);
    assert_eq!(report.of(CheckId::SEARCHED).count(), 0, "{:#?}", report.findings);
}

#[tokio::test]
async fn what_has_no_code_or_is_not_looked_at_so_closely_has_none() {
    let examiner = Examiner::new(policy(), EngineConfig::default()).unwrap();
    let candidate = Candidate::new(manifest(), component(""), CandidateOrigin::Uploaded);
    let order = Order { level: Some(Level::Standard), ..Order::default() };
    let report = examiner.examine(candidate, &order).await.unwrap().report().clone();
    assert!(report.coverage.is_none());
    let candidate = Candidate::new(manifest(), component(""), CandidateOrigin::Uploaded);
    let level = Some(Level::Comprehensive);
    let order = Order { level, without: vec![CheckId::SEARCHED], ..Order::default() };
    let report = examiner.examine(candidate, &order).await.unwrap().report().clone();
    assert!(report.coverage.is_none());
    assert!(
        report
            .checks
            .iter()
            .all(|run| run.end != CheckEnd::Found || run.check != CheckId::SEARCHED)
    );
}
