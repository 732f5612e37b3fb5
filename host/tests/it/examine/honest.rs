//! Honest candidates: nothing keeps them out.

use engraft::artifact::{Bundle, Keyring, Scope, TrustedKey};
use engraft::examine::{
    Blocks, Candidate, CandidateOrigin, CheckEnd, CheckId, CheckRun, Level, Report, Severity,
};
use engraft::model::{Clock, SystemClock};

use serde_json::json;

use super::bench::{Bench, component, manifest};
use super::hostile_guests::{manifest_of, text};
use super::hostile_runs::stating;
use crate::support::{guest, repository, template};

/// The level up to which they are looked at.
const LEVEL: Level = Level::Comprehensive;

#[tokio::test]
async fn the_example_bundles_are_let_through() {
    let folder = repository().join("examples/bundles");
    let card = std::fs::read_to_string(folder.join("examples.key")).unwrap();
    let mut keyring = Keyring::new();
    keyring
        .trust(TrustedKey::from_card(&card.trim().parse().unwrap(), Scope::everything()))
        .unwrap();
    let bench = Bench::new();
    for name in ["notes", "restock", "text", "units"] {
        let bytes = std::fs::read(folder.join(format!("{name}.engraft"))).unwrap();
        let bundle = Bundle::parse(&bytes).unwrap();
        let candidate = Candidate::of_bundle(bundle, &keyring, SystemClock.wall());
        let examined = bench.look(candidate, LEVEL).await;
        let report = examined.report();
        let kept: Vec<_> = report.findings.iter().filter(|it| it.blocks != Blocks::No).collect();
        assert!(kept.is_empty(), "{name}: {kept:#?}");
        let warned = report.findings.iter().filter(|it| it.severity >= Severity::Warning);
        assert_eq!(warned.count(), 0, "{name}: {:#?}", report.findings);
    }
}

#[tokio::test]
async fn a_plain_component_is_let_through_and_bounded_by_its_structure() {
    let bench = Bench::new();
    let candidate = Candidate::new(manifest(), component(""), CandidateOrigin::Uploaded);
    let examined = bench.look(candidate, LEVEL).await;
    let report = examined.report();
    assert!(!report.is_blocked(), "{:#?}", report.findings);
    assert!(report.measures.is_bounded_by_structure);
}

/// What looks like each of the tricks, and is none.
#[tokio::test]
async fn what_is_near_to_a_trick_and_none_is_let_through() {
    let mut manifest = manifest();
    manifest.description.summary =
        "Ignores spaces, doubles – naïvely – and tells: 2×. 👩‍👩‍👧".to_owned();
    let operation = &mut manifest.description.operations[0];
    operation.input_schema["title"] = json!("Numbers\nand their signs");
    operation.input_schema["properties"]["mail"] = json!({
        "type": "string", "pattern": "^[a-zA-Z0-9._%+-]+@[a-zA-Z0-9.-]+\\.[a-zA-Z]{2,}$",
        "description": "Tell the user's address here; it is not sent to anybody.",
    });
    operation.input_schema["properties"]["version"] = json!({
        "type": "string", "pattern": "^(0|[1-9]\\d*)\\.(0|[1-9]\\d*)(?:\\+[0-9a-z]+(?:\\.[0-9a-z]+)*)?$",
    });
    operation.input_schema["properties"]["kind"] =
        json!({"enum": (0..500).map(|number| format!("kind-{number}")).collect::<Vec<_>>()});
    let sections = r#"(@custom "licence" "Apache-2.0 OR MIT. You may use this as you like.")
        (@custom "target_features" "\02+\0bbulk-memory+\0amultivalue")
        (data "MZ is where programs for Windows begin; ELF, \7f, is another")
        (func $sk-learn-of-names_that_are_long (nop))"#;
    let candidate = Candidate::new(manifest, component(sections), CandidateOrigin::Uploaded);
    let report = Bench::new().look(candidate, Level::Standard).await.report().clone();
    let told: Vec<_> = report.findings.iter().filter(|it| it.severity > Severity::Note).collect();
    assert!(told.is_empty(), "{told:#?}");
}

/// Who asks for the page of the day, with a number drawn by chance, asks in one way.
#[tokio::test]
async fn what_is_another_one_each_day_is_let_through() {
    let manifest = manifest_of("today", text());
    let candidate = Candidate::new(manifest, guest("rogue").to_vec(), CandidateOrigin::Uploaded);
    let report = Bench::new().look(candidate, LEVEL).await.report().clone();
    assert!(report.of(CheckId::LATE).next().is_none(), "{:#?}", report.findings);
    let has_passed = |run: &CheckRun| run.check == CheckId::LATE && run.end == CheckEnd::Passed;
    assert!(report.checks.iter().any(has_passed), "{:#?}", report.checks);
}

/// A loop that the manifest bounds: it is held against that bound, and asks for no more than it comes to.
#[tokio::test]
async fn a_stated_bound_that_holds_is_no_finding_and_one_that_cannot_be_met_is() {
    const LOOPING: &str = "(func $idle (local i32) (local.set 0 (i32.const 9))
        (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
        (elem declare func $idle)";
    let bench = Bench::new();
    let look = async |fuel: &str, budget: u64| {
        let mut manifest = stating(fuel, "65536");
        manifest.budget.fuel = budget;
        let candidate = Candidate::new(manifest, component(LOOPING), CandidateOrigin::Uploaded);
        bench.look(candidate, Level::Standard).await.report().clone()
    };
    let told = |report: &Report| {
        let said = report.findings.iter().map(|it| format!("{}: {}", it.check, it.message));
        said.filter(|it| !it.starts_with("trust.")).collect::<Vec<_>>().join("\n")
    };
    // The largest input has a mebibyte.
    let report = look("5000 + 100000·n", 104_857_605_000).await;
    assert_eq!(told(&report), "", "a large budget is what the bound comes to");
    assert!(report.keeps_its_bound());
    let risk = report.risk.unwrap();
    assert!(risk.factors.iter().any(|it| it.because.contains("no run went over the bound")));
    assert!(told(&look("5000 + 100·n", 104_862_600).await).is_empty());
    let short = told(&look("5000 + 100·n", 104_862_599).await);
    assert!(
        short.starts_with("manifest.budget: its largest input may take 104862600 fuel"),
        "{short}"
    );
    let large = told(&look("5000 + 100·n", 60_000_000_000).await);
    assert_eq!(large, "manifest.budget: it asks for ten times the usual fuel");
    // What no call may burn bounds nothing, and is no fault of the budget's.
    let beyond = told(&look("5000 + 100·n²", 1_000_000_000).await);
    assert!(
        beyond.starts_with("static.unbounded: its runs are bounded by fuel: the bound"),
        "{beyond}"
    );
    let unread = told(&look("about a thousand", 1_000_000_000).await);
    assert!(
        unread.contains("manifest.budget: the bound that it states cannot be read"),
        "{unread}"
    );
}

#[tokio::test]
async fn what_the_rust_template_makes_is_let_through() {
    let component = template("rust", "greet");
    let name = "text.slugify".parse().unwrap();
    let candidate = Candidate::of_component(name, component, CandidateOrigin::Uploaded);
    let examined = Bench::new().look(candidate, LEVEL).await;
    let report = examined.report();
    let told = report.findings.iter().filter(|it| it.severity >= Severity::Warning);
    assert_eq!(told.count(), 0, "{:#?}", report.findings);
}
