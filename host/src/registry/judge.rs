//! Judges one stage of a rollout: takes in what both arms saw, and says what is to be done.
//!
//! | condition | verdict |
//! |---|---|
//! | the evidence that it does worse than the old release reaches `1/α` | roll back |
//! | it breaks a floor and the old release does not | roll back |
//! | both break it | hold: it is not the release |
//! | gates, samples and dwell time are met | advance |
//! | anything else, no data above all | hold |
//!
//! *Never:* the judge does anything; it reads counts and gives a verdict.

mod score;
#[cfg(test)]
mod tests;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::evidence::{Block, FAILURES_MIN, LatencyBlock, LogHistogram, Tally, float};
use super::plan::{Plan, StageMode};
use score::{FloorScore, GateScore, WatchScore};

/// What both arms saw between two looks. The first outcome of each user in each stage counts, so
/// that a few users who always fail cannot condemn a release alone.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Observation {
    /// Requests that failed in any way.
    pub success: Block,
    /// Requests that broke, refusals not counted.
    pub errors: Block,
    /// How long they took.
    pub latency: LatencyBlock,
    /// What users said: those not content are the failures.
    pub feedback: Block,
    /// Metrics of the embedding program: those not well are the failures.
    pub custom: BTreeMap<String, Block>,
}

/// What is known of the old release before a stage begins.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct History {
    /// Its requests and failures.
    pub success: Tally,
    /// Its latencies.
    pub latency: LogHistogram,
    /// Its feedback.
    pub feedback: Tally,
}

/// What a verdict depends on beside the outcomes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// How long the stage has lasted.
    pub lasted: Duration,
    /// The flags that are on.
    pub flags: BTreeSet<String>,
    /// Whether a person said yes to this stage.
    pub approval: Approval,
    /// How many answers of a shadow were compared with what was served. No evidence of anything: it
    /// says how much there was to look at.
    pub compared: u64,
    /// How many of them differed.
    pub differed: u64,
}

/// Whether a person said yes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Approval {
    /// Nobody did.
    #[default]
    Missing,
    /// Somebody did.
    Given,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "verdict", content = "because", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Verdict {
    /// The release is taken back.
    RollBack(Harm),
    /// The next stage begins.
    Advance,
    /// Nothing changes.
    Hold(Wait),
}

/// Why a release is taken back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Harm {
    /// It does worse than the old release beside it.
    Worse,
    /// It breaks this floor, and the old release does not.
    Floor(usize),
}

/// Why nothing changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Wait {
    /// Nothing has been seen yet.
    NoData,
    /// Both releases break this floor.
    BothBreak(usize),
    /// Too few first outcomes.
    Samples,
    /// The stage has not lasted long enough.
    Dwell,
    /// This gate is not passed yet.
    Gate(usize),
}

/// A verdict with everything that it rests on; what is kept in the log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// What is to be done.
    pub verdict: Verdict,
    /// The evidence that it does worse; at most [`EVIDENCE_MAX`].
    pub evidence: f64,
    /// From where on it is rolled back.
    pub threshold: f64,
    /// The evidence of each metric, floor and gate, by name.
    pub parts: BTreeMap<String, f64>,
    /// What the new release did.
    pub treatment: Tally,
    /// What the old one did in the same time.
    pub control: Tally,
    /// All of it in words.
    pub sentence: String,
}

/// Evidence beyond this is told as this; JSON knows no infinity, and nobody needs more.
pub const EVIDENCE_MAX: f64 = 1e12;

/// The judge of one stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Judge {
    alpha: f64,
    beta: f64,
    dwell: Duration,
    requests_min: u64,
    /// Whether the release is a shadow, of which nothing is counted but how often it was compared.
    #[serde(default)]
    is_shadow: bool,
    watches: Vec<WatchScore>,
    floors: Vec<FloorScore>,
    gates: Vec<GateScore>,
    seen: Block,
}

impl Judge {
    /// The judge of a stage of a plan, the first where `stage` is 0; none where there is no such
    /// stage.
    #[must_use]
    pub fn new(plan: &Plan, stage: usize, history: &History) -> Option<Self> {
        Self::of_variant(plan, stage, history, 1)
    }

    /// The judge of one of so many variants, among which the error is divided.
    #[must_use]
    pub fn of_variant(
        plan: &Plan,
        stage: usize,
        history: &History,
        variants: usize,
    ) -> Option<Self> {
        let stage = plan.stages.get(stage)?;
        let divided = float(variants.max(1) as u64);
        let weights: f64 = plan.watch.iter().map(|watch| watch.weight).sum();
        let watches = plan.watch.iter().map(|watch| WatchScore::new(watch, weights, history));
        Some(Self {
            alpha: plan.alpha / divided,
            beta: plan.beta / divided,
            is_shadow: stage.mode == StageMode::Shadow,
            dwell: Duration::from_secs(stage.dwell_seconds),
            requests_min: stage.requests_min,
            watches: watches.collect(),
            floors: plan.floors.iter().map(FloorScore::new).collect(),
            gates: stage.gates.iter().map(|gate| GateScore::new(gate, history)).collect(),
            seen: Block::default(),
        })
    }

    /// Takes in what both arms saw since the last time.
    pub fn observe(&mut self, seen: &Observation) {
        self.seen.add(&seen.success);
        self.watches.iter_mut().for_each(|watch| watch.observe(seen));
        self.floors.iter_mut().for_each(|floor| floor.observe(seen));
        let ln_bound = (1.0 / self.beta).ln();
        self.gates.iter_mut().for_each(|gate| gate.observe(seen, ln_bound));
    }

    /// What is to be done now.
    #[must_use]
    pub fn verdict(&self, facts: &Facts) -> Verdict {
        if self.is_worse() {
            return Verdict::RollBack(Harm::Worse);
        }
        let ln_bound = self.ln_floor_bound();
        let broken = |floor: &FloorScore| floor.treatment_breaks(ln_bound);
        let alone = |floor: &FloorScore| broken(floor) && floor.is_release(ln_bound);
        if let Some(index) = self.floors.iter().position(alone) {
            return Verdict::RollBack(Harm::Floor(index));
        }
        if let Some(index) = self.floors.iter().position(broken) {
            return Verdict::Hold(Wait::BothBreak(index));
        }
        self.wait(facts).map_or(Verdict::Advance, Verdict::Hold)
    }

    /// What is to be done now, with everything that it rests on.
    #[must_use]
    pub fn decide(&self, facts: &Facts) -> Decision {
        let verdict = self.verdict(facts);
        let sentence = self.sentence(&verdict, facts);
        Decision {
            verdict,
            evidence: told(self.ln_evidence()),
            threshold: 1.0 / self.alpha,
            parts: self.parts(),
            treatment: self.seen.treatment,
            control: self.seen.control,
            sentence,
        }
    }

    /// The logarithm of the evidence that the new release does worse: the weighted mean of all
    /// metrics.
    #[must_use]
    pub fn ln_evidence(&self) -> f64 {
        let logs = self.watches.iter().map(|watch| watch.ln_evidence() + watch.weight.ln());
        let logs: Vec<f64> = logs.collect();
        super::evidence::ln_mean_exp(&logs) + float(logs.len() as u64).ln()
    }

    /// What both arms did since the stage began.
    #[must_use]
    pub const fn seen(&self) -> &Block {
        &self.seen
    }

    /// The metric that most of the evidence comes from.
    fn strongest(&self) -> String {
        let share = |watch: &&WatchScore| watch.ln_evidence() + watch.weight.ln();
        let strongest = self.watches.iter().max_by(|a, b| share(a).total_cmp(&share(b)));
        strongest.map_or_else(String::new, WatchScore::name)
    }

    fn is_worse(&self) -> bool {
        let ln_bound = (1.0 / self.alpha).ln();
        // The evidence costs logarithms and is looked at after every request; that it cannot have
        // been reached costs a few comparisons.
        self.watches.iter().any(|watch| watch.may_reach(ln_bound))
            && self.watches.iter().map(WatchScore::failures).sum::<u64>() >= FAILURES_MIN
            && self.ln_evidence() >= ln_bound
    }

    /// Several floors share one error, so each asks for as many times the evidence.
    fn ln_floor_bound(&self) -> f64 {
        (float(self.floors.len().max(1) as u64) / self.alpha).ln()
    }

    fn wait(&self, facts: &Facts) -> Option<Wait> {
        let requests = self.requests(facts);
        // A stage that waits for nothing but time, such as one for developers, needs no requests.
        let is_idle = self.requests_min == 0 && self.gates.is_empty();
        if requests == 0 && !is_idle {
            return Some(Wait::NoData);
        }
        if requests < self.requests_min {
            return Some(Wait::Samples);
        }
        if facts.lasted < self.dwell {
            return Some(Wait::Dwell);
        }
        self.gates.iter().position(|gate| !gate.is_passed(facts)).map(Wait::Gate)
    }

    /// How much has been seen of the release: what users had of it, or of a shadow what was compared.
    const fn requests(&self, facts: &Facts) -> u64 {
        if self.is_shadow { facts.compared } else { self.seen.treatment.requests }
    }

    fn parts(&self) -> BTreeMap<String, f64> {
        let watches = self.watches.iter().map(|watch| (watch.name(), watch.ln_evidence()));
        let floors = self.floors.iter().map(|floor| (floor.name(), floor.ln_evidence()));
        let gates = self.gates.iter().filter_map(|gate| Some((gate.name(), gate.ln_evidence()?)));
        watches.chain(floors).chain(gates).map(|(name, ln)| (name, told(ln))).collect()
    }
}

/// Evidence as it is told.
fn told(ln: f64) -> f64 {
    ln.exp().min(EVIDENCE_MAX)
}

// === impl Observation ===

impl Observation {
    /// Forgets what was seen and keeps the room for it.
    pub fn clear(&mut self) {
        self.success = Block::default();
        self.errors = Block::default();
        self.feedback = Block::default();
        self.latency.treatment.clear();
        self.latency.control.clear();
        self.custom.clear();
    }
}
