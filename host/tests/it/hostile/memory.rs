//! Guests that want more room than they may have.

use super::*;

#[tokio::test]
async fn a_memory_bomb_is_told_what_it_wanted() {
    let lab = Lab::new();
    let loaded = lab.probe(|budget| budget.memory_bytes = 8 << 20);
    let report = loaded.call(Invocation::new("grow", "")).await;
    let Outcome::OutOfMemory { limit, wanted } = report.outcome else {
        panic!("{}", report.outcome);
    };
    assert_eq!(limit, 8 << 20);
    assert!(wanted > limit && wanted < limit + (4 << 20), "{wanted}");
    assert!(report.usage.memory_bytes_peak <= limit);
    assert!(report.usage.memory_bytes_peak > 4 << 20, "{}", report.usage.memory_bytes_peak);
    assert!(report.outcome.to_string().contains("memory_bytes"), "{}", report.outcome);
    lab.assert_serves().await;
}

#[tokio::test]
async fn a_memory_that_begins_too_large_is_told_the_same() {
    let lab = Lab::new();
    let mut loadable = wat("test.large", &exporting_run("(memory 200)", ""));
    loadable.budget.memory_bytes = 100 << 16;
    let report = run(&lab.load(loadable)).await;
    let (limit, wanted) = (100 << 16, 200 << 16);
    assert_eq!(report.outcome, Outcome::OutOfMemory { limit, wanted });
    lab.assert_serves().await;
}

#[tokio::test]
async fn a_table_bomb_is_told_what_it_wanted() {
    let lab = Lab::new();
    let grow = "(loop $again
        (drop (table.grow $t (ref.null func) (i32.const 1000))) (br $again))";
    let mut loadable = wat("test.table", &exporting_run("(table $t 10 funcref)", grow));
    loadable.budget.table_elements = 5_500;
    let report = run(&lab.load(loadable)).await;
    let limit = Limit::TableElements;
    assert_eq!(report.outcome, Outcome::Exceeded { limit, allowed: 5_500, wanted: 6_010 });
    assert!(report.outcome.to_string().contains("table elements"), "{}", report.outcome);
    lab.assert_serves().await;
}

#[tokio::test]
async fn a_table_over_the_pool_is_bounded_by_the_budget_all_the_same() {
    let lab = Lab::new();
    // More than a pooled table holds, so memory comes on demand.
    let bomb = exporting_run("(table $t 400000 funcref)", "");
    let report = run(&lab.load(wat("test.table", &bomb))).await;
    let limit = Limit::TableElements;
    assert_eq!(report.outcome, Outcome::Exceeded { limit, allowed: 100_000, wanted: 400_000 });
    let mut generous = wat("test.table", &bomb);
    generous.budget.table_elements = 400_000;
    assert_eq!(text(&run(&lab.load(generous)).await), "7");
    // One that grows over the pool's bound within its budget is told, instead of a silent -1.
    let grow = "(drop (table.grow $t (ref.null func) (i32.const 300000)))";
    let mut growing = wat("test.table", &exporting_run("(table $t 10 funcref)", grow));
    growing.budget.table_elements = 500_000;
    let report = run(&lab.load(growing)).await;
    let Outcome::Exceeded { limit, wanted, .. } = report.outcome else {
        panic!("{}", report.outcome);
    };
    assert_eq!((limit, wanted), (Limit::TableElements, 300_010));
    lab.assert_serves().await;
}

#[tokio::test]
async fn too_many_instances_memories_or_tables_are_told() {
    let lab = Lab::new();
    let modules = |parts: &str| {
        format!(
            r#"(component
                (core module $m {parts} (func (export "run") (result i32) i32.const 7))
                (core instance (instantiate $m)) (core instance (instantiate $m))
                (core instance (instantiate $m)) (core instance $i (instantiate $m))
                (func (export "run") (result u32) (canon lift (core func $i "run"))))"#
        )
    };
    for parts in ["", "(memory 1)", "(table 1 funcref)"] {
        let mut loadable = wat("test.many", &modules(parts));
        loadable.budget.instances = 3;
        let report = run(&lab.load(loadable)).await;
        let limit = Limit::Instances;
        assert_eq!(report.outcome, Outcome::Exceeded { limit, allowed: 3, wanted: 4 }, "{parts}");
        let mut loadable = wat("test.many", &modules(parts));
        loadable.budget.instances = 4;
        assert_eq!(text(&run(&lab.load(loadable)).await), "7");
    }
    lab.assert_serves().await;
}
