//! Examinations: hostile candidates, each caught by the right check, and honest ones let through.

mod approval;
pub(crate) mod bench;
mod coverage;
mod honest;
mod hostile_bytes;
mod hostile_calls;
mod hostile_changes;
mod hostile_codes;
mod hostile_guests;
mod hostile_runs;
mod hostile_talk;
mod hostile_words;
mod speed;
#[cfg(feature = "http")]
mod tapes;

use std::sync::Arc;

use engraft::examine::{
    Blocks, CHECKS, Candidate, CandidateOrigin, CheckId, Level, Report, Severity,
};

use bench::{Bench, Case};

/// Checks whose findings only tell, so that nothing is kept out by them.
fn keeps_out(report: &Report, check: CheckId) -> bool {
    report.of(check).any(|finding| finding.blocks != Blocks::No)
}

fn corpus() -> Vec<Case> {
    let mut corpus = hostile_bytes::cases();
    corpus.extend(hostile_words::cases());
    corpus.extend(hostile_changes::cases());
    corpus.extend(hostile_talk::cases());
    corpus.extend(hostile_runs::cases());
    corpus.extend(hostile_guests::cases());
    corpus.extend(hostile_calls::cases());
    corpus.extend(hostile_codes::cases());
    corpus
}

/// What is wrong with how a case was caught.
async fn misses(bench: &Bench, case: &Case) -> Vec<String> {
    let report = bench.examine(case, &[]).await;
    let found: Vec<String> =
        report.findings.iter().map(|it| format!("{}: {}", it.check, it.message)).collect();
    let mut missed = Vec::new();
    if report.of(case.check).next().is_none() {
        missed.push(format!("{}: not by {}, but {found:?}", case.name, case.check));
    }
    let severe = report.of(case.check).map(|finding| finding.severity).max();
    if severe >= Some(Severity::Error) && !keeps_out(&report, case.check) {
        missed.push(format!("{}: {} does not keep it out", case.name, case.check));
    }
    missed
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_hostile_candidate_is_caught_at_its_level_by_the_right_check() {
    let corpus = Arc::new(corpus());
    assert!(corpus.len() >= 40, "{} hostile candidates", corpus.len());
    // Two at a time: most of them take a second or more where nothing is optimised.
    let half = |which: usize| {
        let corpus = Arc::clone(&corpus);
        tokio::spawn(async move {
            let bench = Bench::new();
            let mut missed = Vec::new();
            for case in corpus.iter().skip(which).step_by(2) {
                missed.extend(misses(&bench, case).await);
            }
            missed
        })
    };
    let halves = [half(0), half(1)];
    let mut missed = Vec::new();
    for half in halves {
        missed.extend(half.await.unwrap());
    }
    assert!(missed.is_empty(), "\n{}", missed.join("\n"));
}

/// Each check switched off: then what it alone catches is not caught, which the test above would
/// tell. A check without a candidate that it alone catches would go unnoticed; there is none.
#[tokio::test]
async fn without_a_check_what_it_catches_goes_through() {
    let bench = Bench::new();
    let corpus = corpus();
    // What the worker and its measures find is tried where those are.
    for check in CHECKS.iter().filter(|check| check.level < Level::Production) {
        let mut own = corpus.iter().filter(|case| case.check == check.id);
        let case = own.next().unwrap_or_else(|| panic!("nothing hostile is for {}", check.id));
        let report = bench.examine(case, &[check.id]).await;
        assert!(report.of(check.id).next().is_none(), "{} goes on without {}", case.name, check.id);
        assert!(report.checks.iter().all(|run| run.check != check.id), "{}", check.id);
    }
}

/// Nothing can be found of it, and that is not taken for innocence.
#[tokio::test]
async fn who_refuses_everything_is_of_higher_risk() {
    let bench = Bench::new();
    let mut levels = Vec::new();
    for operation in ["today", "refuse"] {
        let manifest = hostile_guests::manifest_of(operation, hostile_guests::text());
        let component = crate::support::guest("rogue").to_vec();
        let origin = CandidateOrigin::Uploaded;
        let candidate = Candidate::new(manifest, component, origin);
        let examined = bench.look(candidate, Level::Comprehensive).await;
        levels.push(examined.report().risk.as_ref().unwrap().level);
    }
    assert!(levels[1] > levels[0], "{levels:?}");
}

#[tokio::test]
async fn a_report_is_read_back_as_it_was_written() {
    let bench = Bench::new();
    for case in corpus().iter().step_by(7) {
        let report = bench.examine(case, &[]).await;
        let read: Report = serde_json::from_str(&report.to_json()).unwrap();
        assert_eq!(read, report, "{}", case.name);
    }
}
