//! What is shown of made-up registries, drawn on a terminal of this size and in plain text.

use std::sync::Arc;
use std::time::Duration;

use engraft::artifact::{Origin, SigningKey};
use engraft::examine::Policy;
use engraft::model::{CapabilityName, Digest, SystemClock};
use engraft::registry::evidence::{Block, Tally};
use engraft::registry::judge::{Facts, History, Judge, Observation};
use engraft::registry::{Actor, Admitted, Installed, Journal, Op, Plan, Record, ReleaseOrigin};
use engraft::store::{Board, MemoryLog, OpLog};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use serde_json::{Value, json};

use super::draw::draw;
use super::plain;
use super::view::{View, view};

/// A registry with one rollout of two releases.
struct Stand {
    journal: Journal,
    records: Vec<Record>,
}

fn name() -> CapabilityName {
    "text.slugify".parse().unwrap()
}

impl Stand {
    fn new() -> Self {
        let key = SigningKey::from_seed(&[1; 32], Origin::Release);
        let journal = Journal::open(Arc::new(MemoryLog::new()), key, Arc::new(SystemClock));
        let mut stand = Self { journal: journal.unwrap(), records: Vec::new() };
        for version in ["1.0.0", "1.1.0"] {
            let policy = Policy::for_development();
            let admitted = Admitted::scripted(installed(version), &policy).unwrap();
            let record = stand.journal.admit(Actor::person("ann"), "install", admitted, b"");
            stand.records.push(record.unwrap());
        }
        let plan = Plan::preset("standard").unwrap();
        stand.record("let us see", Op::rollout(&name(), &"1.1.0".parse().unwrap(), plan, 2));
        stand
    }

    fn record(&mut self, why: &str, op: Op) {
        self.records.push(self.journal.record(Actor::person("ann"), why, op).unwrap());
    }

    /// One look beside a program that showed this so long ago.
    fn look(&self, figures: Option<Value>, age: Duration) -> View {
        let log = Shelf(MemoryLog::new(), figures, age);
        let bystander = engraft::Bystander::of(&log).unwrap().unwrap();
        let programs = bystander.programs(&SystemClock).unwrap();
        let state = self.journal.state();
        view(&state, self.journal.length(), &programs, &self.records, 8)
    }
}

fn installed(version: &str) -> Installed {
    Installed {
        name: name(),
        version: version.parse().unwrap(),
        component: Digest::of(version.as_bytes()),
        bundle: Digest::of(version.as_bytes()),
        sequence: 1,
        origin: ReleaseOrigin::Brought,
        operations: Vec::new(),
        verified: None,
        examination: None,
    }
}

/// A log whose board shows what it is told to.
struct Shelf(MemoryLog, Option<Value>, Duration);

struct Slate(Option<(u64, Vec<u8>)>);

impl Board for Slate {
    fn show(&self, _: &str, _: u64, _: &[u8]) -> Result<(), engraft::store::LogError> {
        Ok(())
    }
    fn shown(&self) -> Result<Vec<engraft::store::Shown>, engraft::store::LogError> {
        let shown = self.0.clone().map(|(at_ms, figures)| engraft::store::Shown {
            program: "77-1".to_owned(),
            at_ms,
            figures,
        });
        Ok(shown.into_iter().collect())
    }
    fn leave(&self, _: u64, _: &[u8]) -> Result<u64, engraft::store::LogError> {
        Ok(1)
    }
    fn notes(&self) -> Result<Vec<engraft::store::Note>, engraft::store::LogError> {
        Ok(Vec::new())
    }
    fn take(&self, _: u64) -> Result<engraft::store::Taken, engraft::store::LogError> {
        Ok(engraft::store::Taken::Gone)
    }
}

impl OpLog for Shelf {
    fn append(&self, append: engraft::store::Append<'_>) -> Result<(), engraft::store::LogError> {
        self.0.append(append)
    }
    fn read(
        &self,
        from: u64,
        limit: usize,
    ) -> Result<Vec<engraft::store::Entry>, engraft::store::LogError> {
        self.0.read(from, limit)
    }
    fn length(&self) -> Result<u64, engraft::store::LogError> {
        self.0.length()
    }
    fn checkpoint(
        &self,
        length: Option<u64>,
    ) -> Result<Option<(u64, String)>, engraft::store::LogError> {
        self.0.checkpoint(length)
    }
    fn keep_snapshot(&self, length: u64, state: &[u8]) -> Result<(), engraft::store::LogError> {
        self.0.keep_snapshot(length, state)
    }
    fn snapshot(&self) -> Result<Option<(u64, Vec<u8>)>, engraft::store::LogError> {
        self.0.snapshot()
    }
    fn blob(&self, digest: &Digest) -> Result<Option<Vec<u8>>, engraft::store::LogError> {
        self.0.blob(digest)
    }
    fn keep_evidence(
        &self,
        evidence: engraft::store::Evidence<'_>,
    ) -> Result<(), engraft::store::LogError> {
        self.0.keep_evidence(evidence)
    }
    fn evidence(
        &self,
        stage: &str,
    ) -> Result<Option<engraft::store::KeptEvidence>, engraft::store::LogError> {
        self.0.evidence(stage)
    }
    fn forget_evidence(&self, but: &[String]) -> Result<(), engraft::store::LogError> {
        self.0.forget_evidence(but)
    }
    fn board(&self) -> Result<Option<Arc<dyn Board>>, engraft::store::LogError> {
        use engraft::model::Clock;
        let at = SystemClock.wall().saturating_sub(self.2).as_millis();
        let shown = self.1.as_ref().map(|figures| (at as u64, figures.to_string().into_bytes()));
        Ok(Some(Arc::new(Slate(shown))))
    }
}

/// What a program tells of both releases, the new one somewhat worse.
fn figures() -> Value {
    let mut judge = Judge::new(&Plan::preset("standard").unwrap(), 1, &History::default()).unwrap();
    judge.observe(&Observation {
        success: Block { treatment: Tally::new(40, 3), control: Tally::new(4_000, 40) },
        ..Observation::default()
    });
    let decision = judge.decide(&Facts::default());
    let release = |version: &str, role: Value, begun: u64, failed: u64, p99: f64| {
        json!({
            "name": "text.slugify", "version": version,
            "component": Digest::of(version.as_bytes()), "role": role,
            "begun": begun, "outcomes": {"returned": begun - failed, "trapped": failed},
            "fallen_back": failed,
            "latency": {"p50_us": 120.0, "p99_us": p99},
        })
    };
    json!({
        "at_ms": 5_000,
        "releases": [
            release("1.0.0", json!({"is": "serves"}), 4_000, 40, 900.0),
            release("1.1.0", json!({"is": "spreads", "share": "1%"}), 40, 3, 2_500.0),
        ],
        "rollouts": [{"name": "text.slugify", "version": "1.1.0", "decision": decision}],
    })
}

fn drawn(view: &View, width: u16, height: u16) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| draw(frame, view, 0)).unwrap();
    terminal.backend().to_string()
}

#[test]
fn releases_arms_evidence_and_decisions_are_shown_alike_in_both_forms() {
    let view = Stand::new().look(Some(figures()), Duration::from_secs(1));
    let both = [drawn(&view, 120, 40), plain::page(&view).to_plain()];
    for text in &both {
        for said in [
            "1 program runs",
            "text.slugify",
            "4,000",
            "99.00 %",
            "92.50 %",
            "120 µs",
            "2.50 ms",
            "3 of 40 users failed",
            "40 of 4,000 users failed",
            "of 20",
            "hold: ",
            "rollout-started text.slugify 1.1.0 by ann: let us see",
        ] {
            assert!(text.contains(said), "“{said}” is missing in\n{text}");
        }
    }
    let json = serde_json::to_value(&view).unwrap();
    assert_eq!(json["releases"][0]["version"], "1.1.0");
    assert_eq!(json["releases"][0]["returned"], 37);
    assert_eq!(json["rollouts"][0]["decision"]["treatment"]["failures"], 3);
    assert_eq!(json["rollouts"][0]["is_now"], true);
}

#[test]
fn figures_of_a_program_that_is_gone_are_not_shown() {
    let view = Stand::new().look(Some(figures()), Duration::from_secs(90));
    let text = plain::page(&view).to_plain();
    assert!(text.contains("no program runs; one was seen 90 s ago"), "{text}");
    assert!(!text.contains("4,000") && text.contains("nobody has judged it yet"), "{text}");
    let resting = Stand::new().look(None, Duration::ZERO);
    assert!(plain::page(&resting).to_plain().contains("no program runs; 3 entries"));
}

#[test]
fn a_stop_is_seen_first_and_a_small_terminal_shows_what_has_room() {
    let mut stand = Stand::new();
    stand.record("smoke", Op::Stopped);
    let view = stand.look(Some(figures()), Duration::ZERO);
    let text = drawn(&view, 100, 30);
    assert!(text.contains("everything stands still: smoke"), "{text}");
    for (width, height) in [(20, 5), (1, 1), (80, 12), (200, 60)] {
        drawn(&view, width, height);
    }
    assert!(drawn(&view, 80, 12).contains("text.slugify"));
}
