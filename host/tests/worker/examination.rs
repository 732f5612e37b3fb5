//! What an examination makes of workers.

use std::sync::Arc;

use engraft::artifact::{Bundle, Keyring, Manifest, Origin, Risk, SigningKey};
use engraft::engine::EngineConfig;
use engraft::examine::{
    Candidate, CandidateOrigin, CheckEnd, CheckId, Examiner, Level, Order, Policy, Report, Severity,
};
use engraft::model::{Description, Operation};
use engraft::worker::WorkerProgram;
use engraft::{Host, Invocation};
use serde_json::json;

use crate::Test;
use crate::disguise::{self, COWARD, FAINTER, LIAR};
use crate::processes::{block_on, locals_times_blocks};
use crate::screen;
use crate::support::guest;

pub(crate) const TESTS: [Test; 9] = [
    ("an_honest_candidate_passes_at_production", honest),
    ("what_does_otherwise_in_a_worker_is_found", does_otherwise),
    ("what_brings_a_worker_down_never_runs_in_this_process", faints),
    ("what_asks_for_much_runs_in_a_worker_at_every_level", asks_for_much),
    ("a_bare_component_is_asked_in_a_worker_what_it_is", asked),
    ("a_policy_puts_what_asks_for_much_behind_walls", put_behind_walls),
    ("without_workers_production_is_refused", without_workers),
    ("what_a_program_offers_is_played_in_a_worker", played),
    ("a_bomb_goes_off_in_a_worker_where_the_policy_says_so", a_bomb),
];

fn examine(
    program: Option<WorkerProgram>,
    policy: Policy,
    component: &[u8],
    order: &Order,
) -> Report {
    let mut config = EngineConfig::default();
    config.worker = program;
    let examiner = Examiner::new(policy, config).unwrap();
    let component: Arc<[u8]> = component.into();
    let candidate = Candidate::new(manifest(), component, CandidateOrigin::Uploaded);
    block_on(examiner.examine(candidate, order)).unwrap().report().clone()
}

fn examine_as(manifest: Manifest, program: Option<WorkerProgram>, order: &Order) -> Report {
    let mut config = EngineConfig::default();
    config.worker = program;
    let examiner = Examiner::new(Policy::default(), config).unwrap();
    let candidate = Candidate::new(manifest, double(), CandidateOrigin::Uploaded);
    block_on(examiner.examine(candidate, order)).unwrap().report().clone()
}

/// What says nothing of the answer to its example, so that no other check can tell a wrong one.
fn silent() -> Manifest {
    let mut manifest = manifest();
    manifest.description.operations[0].examples[0].output = None;
    manifest
}

fn at(level: Level) -> Order {
    Order { level: Some(level), ..Order::default() }
}

fn manifest() -> Manifest {
    let operation = Operation {
        name: "double".to_owned(),
        summary: "Doubles a number.".to_owned(),
        input_schema: json!({"type": "object", "properties": {
            "number": {"type": "integer", "minimum": 0, "maximum": 4_294_967_295_u32},
        }, "required": ["number"]}),
        output_schema: json!({"type": "integer"}),
        intents: vec![],
        examples: vec![
            serde_json::from_value(json!({"input": {"number": 21}, "output": 42})).unwrap(),
        ],
    };
    let description = Description {
        name: "math.double".parse().unwrap(),
        summary: "Doubles numbers.".to_owned(),
        operations: vec![operation],
        permissions: Default::default(),
    };
    Manifest::new(description, "1.0.0".parse().unwrap())
}

fn double() -> Vec<u8> {
    wat::parse_str(
        r#"(component
            (core module $m (func (export "double") (param i32) (result i32)
                (i32.mul (local.get 0) (i32.const 2))))
            (core instance $i (instantiate $m))
            (func (export "double") (param "number" u32) (result u32)
                (canon lift (core func $i "double"))))"#,
    )
    .unwrap()
}

fn end(report: &Report, check: CheckId) -> CheckEnd {
    report.checks.iter().find(|run| run.check == check).unwrap().end
}

fn found(report: &Report, check: CheckId) -> Vec<String> {
    let evidence =
        |finding: &engraft::examine::Finding| format!("{} {:?}", finding.message, finding.evidence);
    report.of(check).map(evidence).collect()
}

fn honest(program: &WorkerProgram) {
    let report =
        examine(Some(program.clone()), Policy::default(), &double(), &at(Level::Production));
    let walls = found(&report, CheckId::WALL);
    if walls.is_empty() {
        assert_eq!(end(&report, CheckId::WALL), CheckEnd::Passed);
    } else {
        println!("!!! PRODUCTION IS REFUSED ON THIS MACHINE: {walls:?}");
        assert!(report.is_blocked());
    }
    assert_eq!(found(&report, CheckId::WORKER_SAME), [""; 0]);
    assert_eq!(end(&report, CheckId::WORKER_SAME), CheckEnd::Passed);
    assert_eq!(end(&report, CheckId::REHEARSAL), CheckEnd::Passed);
    assert_eq!(end(&report, CheckId::LOADS), CheckEnd::Passed);
    // All of it was done there, down to warm instances, probes and times.
    if walls.is_empty() {
        assert!(report.measures.in_worker);
        let coverage = report.coverage.as_ref().unwrap();
        assert_eq!(coverage.blocks.reached, coverage.blocks.total, "{coverage:?}");
        let performance = report.performance.as_ref().unwrap();
        assert!(performance.calls >= 100 && performance.latency_ns.p50 > 0, "{performance:?}");
        assert!(performance.load.iter().all(|step| step.failed == 0), "{:?}", performance.load);
        for check in [CheckId::DETERMINISM, CheckId::ISOLATION, CheckId::GROWTH, CheckId::LATE] {
            assert_eq!(end(&report, check), CheckEnd::Passed, "{check}");
        }
    }
    let lower =
        examine(Some(program.clone()), Policy::default(), &double(), &at(Level::Comprehensive));
    assert!(lower.checks.iter().all(|run| run.check != CheckId::WORKER_SAME));
    assert!(!lower.measures.in_worker);
}

fn does_otherwise(_: &WorkerProgram) {
    let liar = || Some(disguise::program(LIAR));
    let report = examine_as(silent(), liar(), &at(Level::Production));
    let told = found(&report, CheckId::WORKER_SAME).join("\n");
    assert!(told.contains("another answer") && told.contains("43"), "{told}");
    assert!(report.is_blocked());
    // Switched off, it goes unnoticed: nothing else looks.
    let order = Order { without: vec![CheckId::WORKER_SAME], ..at(Level::Production) };
    let report = examine_as(silent(), liar(), &order);
    let told: Vec<String> = report.findings.iter().map(|it| it.message.clone()).collect();
    assert!(report.of(CheckId::WORKER_SAME).next().is_none());
    assert!(told.iter().all(|message| !message.contains("another answer")), "{told:?}");
}

fn faints(_: &WorkerProgram) {
    let report = examine(
        Some(disguise::program(FAINTER)),
        Policy::default(),
        &double(),
        &at(Level::Production),
    );
    let told = found(&report, CheckId::REHEARSAL).join("\n");
    assert!(told.contains("brings its worker down") && told.contains("number"), "{told}");
    assert!(report.is_blocked());
    assert_eq!(end(&report, CheckId::EXAMPLES), CheckEnd::Skipped, "nothing ran here");
    // Switched off, it is an example that does not hold, and not what it is.
    let order = Order { without: vec![CheckId::REHEARSAL], ..at(Level::Production) };
    let report = examine(Some(disguise::program(FAINTER)), Policy::default(), &double(), &order);
    assert!(report.of(CheckId::REHEARSAL).next().is_none());
    assert_eq!(end(&report, CheckId::EXAMPLES), CheckEnd::Found);
}

fn asks_for_much(program: &WorkerProgram) {
    let mut manifest = manifest();
    let rule = json!([{"host": "a.example", "methods": ["POST"], "path_prefix": "/"}]);
    manifest.description.permissions.http = serde_json::from_value(rule).unwrap();
    let order = at(Level::Standard);
    let report = examine_as(manifest.clone(), Some(program.clone()), &order);
    assert!(report.measures.in_worker && report.measures.calls > 0, "{:?}", report.findings);
    assert_eq!(end(&report, CheckId::EXAMPLES), CheckEnd::Passed);
    // It is that one indeed.
    let report = examine_as(manifest.clone(), Some(disguise::program(LIAR)), &order);
    assert!(found(&report, CheckId::EXAMPLES).join("").contains("it gave 43"), "{report:?}");
    let report = examine_as(manifest, None, &order);
    assert!(!report.measures.in_worker && report.measures.calls > 0);
}

/// One of the contract, which has to run to tell.
fn asked(program: &WorkerProgram) {
    let examined = |program: WorkerProgram| {
        let mut config = EngineConfig::default();
        config.worker = Some(program);
        let policy = Policy { worker_from: Some(Level::Basic), ..Policy::default() };
        let examiner = Examiner::new(policy, config).unwrap();
        let (name, bytes) = ("test.effects".parse().unwrap(), guest("effects"));
        let candidate = Candidate::of_component(name, bytes, CandidateOrigin::Uploaded);
        block_on(examiner.examine(candidate, &at(Level::Basic))).unwrap().report().clone()
    };
    let report = examined(program.clone());
    // This guest answers that it has none.
    let told = found(&report, CheckId::DESCRIBED).join("");
    assert!(told.contains("it has no operations"), "{told}");
    // Nobody else is asked where the worker will not.
    let report = examined(disguise::program(COWARD));
    let told = found(&report, CheckId::DESCRIBED).join("");
    assert!(told.contains("worker") && !told.contains("no operations"), "{told}");
    assert!(report.is_blocked());
}

fn put_behind_walls(_: &WorkerProgram) {
    let answer = |policy: Policy| {
        let key = SigningKey::from_seed(&[1; 32], Origin::Development);
        let host = Host::builder()
            .trust(Keyring::for_development(key.public()))
            .policy(policy)
            .worker(disguise::program(LIAR))
            .build()
            .unwrap();
        let bundle = Bundle::sign(double(), &manifest(), &[&key]).unwrap();
        block_on(async {
            host.install(&bundle.to_bytes()).await.unwrap();
            let call = Invocation::new("double", r#"{"number": 21}"#);
            host.call("math.double", call).await.outcome.to_string()
        })
    };
    assert_eq!(answer(Policy::default()), "42");
    // Who answers is told by the lie.
    let walled = Policy { walled_from_risk: Some(Risk::Safe), ..Policy::default() };
    assert_eq!(answer(walled), "43");
    let higher = Policy { walled_from_risk: Some(Risk::Low), ..Policy::default() };
    assert_eq!(answer(higher), "42");
}

fn without_workers(_: &WorkerProgram) {
    let report = examine(None, Policy::default(), &double(), &at(Level::Production));
    let told = found(&report, CheckId::WALL).join("\n");
    assert!(told.contains("landlock is missing") && told.contains("seccomp"), "{told}");
    assert!(report.is_blocked());
    assert_eq!(report.measures.calls, 0, "nothing runs where walls are missing");
    assert_eq!(end(&report, CheckId::EXAMPLES), CheckEnd::Skipped);
    let coward = Some(disguise::program(COWARD));
    let report = examine(coward, Policy::default(), &double(), &at(Level::Production));
    let told = found(&report, CheckId::WALL).join("\n");
    assert!(told.contains("exit code 7"), "{told}");
    assert!(report.is_blocked());
    // Comprehensive asks for no wall.
    let report = examine(None, Policy::default(), &double(), &at(Level::Comprehensive));
    assert!(report.of(CheckId::WALL).next().is_none() && !report.is_blocked());
    let policy = Policy { worker_from: Some(Level::Standard), ..Policy::default() };
    let report = examine(None, policy, &double(), &at(Level::Standard));
    assert!(found(&report, CheckId::LOADS).join("").contains("there is none"), "no silent way out");
}

/// The interface of a program that is not here, by a tape, down to warm instances, probes and times.
fn played(program: &WorkerProgram) {
    let mut config = EngineConfig::default();
    config.worker = Some(program.clone());
    let examiner = Examiner::new(Policy::default(), config).unwrap();
    let (manifest, component) = (screen::manifest(), screen::watcher());
    let candidate = Candidate::new(manifest, component, CandidateOrigin::Uploaded);
    let order = Order { tape: Some(Arc::new(screen::tape())), ..at(Level::Production) };
    let report = block_on(examiner.examine(candidate, &order)).unwrap().report().clone();
    let walls = found(&report, CheckId::WALL);
    if !walls.is_empty() {
        println!("!!! PRODUCTION IS REFUSED ON THIS MACHINE: {walls:?}");
        return assert!(report.is_blocked());
    }
    let told: Vec<_> = report.findings.iter().filter(|it| it.severity > Severity::Note).collect();
    assert!(told.is_empty(), "{told:#?}");
    for check in [CheckId::TAPE, CheckId::REHEARSAL, CheckId::DETERMINISM, CheckId::WORKER_SAME] {
        assert_eq!(end(&report, check), CheckEnd::Passed, "{check}");
    }
    assert!(report.measures.in_worker && report.performance.is_some());
}

fn a_bomb(program: &WorkerProgram) {
    // Static analysis knows this one; a policy that lets it through leaves it to the worker.
    let mut policy = Policy { worker_from: Some(Level::Standard), ..Policy::default() };
    policy.bounds.locals = u32::MAX;
    policy.bounds.blocks = u32::MAX;
    policy.bounds.complexity = u64::MAX;
    (policy.bounds.function_work_ms, policy.bounds.work_ms) = (u32::MAX, u32::MAX);
    let bomb = locals_times_blocks(6_000);
    let report = examine(Some(program.clone()), policy, &bomb, &at(Level::Standard));
    let told = found(&report, CheckId::LOADS).join("\n");
    assert!(told.contains("brings the compiler down") && told.contains("want of memory"), "{told}");
    assert!(report.is_blocked());
}
