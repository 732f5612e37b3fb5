use serde_json::json;

use super::*;
use crate::examine::catalogue::CheckId;
use crate::examine::finding::{Blocks, Severity};

fn manifest(permissions: serde_json::Value) -> Manifest {
    let manifest = json!({
        "name": "a.b", "version": "1.0.0", "sequence": 1, "permissions": permissions,
        "operations": [{"name": "c", "input_schema": {}, "output_schema": {}}],
    });
    Manifest::from_json(manifest.to_string().as_bytes()).unwrap()
}

fn risk(permissions: serde_json::Value, reached: Level, findings: &[Finding]) -> RiskReport {
    let manifest = manifest(permissions);
    let known = Known {
        manifest: &manifest,
        origin: CandidateOrigin::Uploaded,
        is_signed: false,
        reached,
        has_acted: true,
        is_bounded: false,
        keeps_its_bound: false,
        findings,
        inconclusive: 0,
        calls: 0,
        coverage: None,
    };
    assess(&known, &Weights::default())
}

#[test]
fn what_it_may_do_decides_and_is_told() {
    let read = json!([{"host": "a.org"}]);
    let write = json!([{"host": "a.org", "methods": ["POST"]}]);
    let anywhere = json!([{"host": "*", "methods": ["POST"]}]);
    let secret = json!([{"name": "k", "hosts": ["*"]}]);
    for (permissions, level) in [
        (json!({}), Risk::Safe),
        (json!({"log": true}), Risk::Safe),
        (json!({"kv": {"bytes": 1, "keys": 1}}), Risk::Low),
        (json!({"http": read}), Risk::Medium),
        (json!({"http": write}), Risk::High),
        (json!({"http": anywhere, "secrets": secret}), Risk::Critical),
    ] {
        let report = risk(permissions.clone(), Level::Standard, &[]);
        assert_eq!(report.level, level, "{permissions}: {report:#?}");
        assert!(report.factors.iter().all(|factor| !factor.because.is_empty()));
    }
}

#[test]
fn who_answers_nothing_is_no_better_known_for_being_asked_more() {
    let manifest = manifest(json!({"http": [{"host": "a.org"}]}));
    let known = Known {
        manifest: &manifest,
        origin: CandidateOrigin::Uploaded,
        is_signed: false,
        reached: Level::Comprehensive,
        has_acted: false,
        is_bounded: false,
        keeps_its_bound: false,
        findings: &[],
        inconclusive: 8,
        calls: 20,
        coverage: None,
    };
    let weights = Weights::default();
    assert_eq!(assess(&known, &weights).level, Risk::High);
    let silent = self::manifest(json!({}));
    assert_eq!(assess(&Known { manifest: &silent, ..known }, &weights).level, Risk::Low);
    assert_eq!(assess(&Known { has_acted: true, ..known }, &weights).level, Risk::Medium);
}

#[test]
fn findings_raise_it_and_evidence_never_lowers_it() {
    let warning = Finding {
        check: CheckId::SECRET_LIKE,
        severity: Severity::Warning,
        blocks: Blocks::No,
        message: "x".to_owned(),
        evidence: vec![],
    };
    let three = vec![warning; 3];
    assert_eq!(risk(json!({}), Level::Standard, &three).level, Risk::Low);
    assert_eq!(risk(json!({}), Level::Standard, &three[..1]).level, Risk::Safe);
    let read = || json!({"http": [{"host": "a.org"}]});
    let levels = [Level::Basic, Level::Standard, Level::Production];
    let all: Vec<Risk> = levels.iter().map(|level| risk(read(), *level, &[]).level).collect();
    assert_eq!(all, [Risk::Medium; 3]);
}
