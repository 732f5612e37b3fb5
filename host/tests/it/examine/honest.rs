//! Honest candidates: nothing keeps them out.

use engraft::artifact::{Bundle, Keyring, Scope, TrustedKey};
use engraft::examine::{Blocks, Candidate, CandidateOrigin, Level, Severity};
use engraft::model::{Clock, SystemClock};

use super::bench::{Bench, component, manifest};
use crate::support::{repository, template};

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
