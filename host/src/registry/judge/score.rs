//! The scores behind a judge: one for each metric, floor and gate of a stage.
//!
//! *Never:* a block is scored before both arms have something in it; it is left to grow.

use serde::{Deserialize, Serialize};

use super::{Approval, Facts, History, Observation};
use crate::registry::evidence::{
    Attained, Block, Equivalence, FAILURES_MIN, Failed, Floor, Lately, LatencyBlock, Relative,
    Slowness, Tally,
};
use crate::registry::plan::{Bound, Gate, Metric, Watch};

/// The evidence of one metric.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WatchScore {
    metric: Metric,
    pub(super) weight: f64,
    score: Score,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Score {
    Counts { test: Relative, pending: Block },
    Latency { test: Box<Slowness>, pending: LatencyBlock },
}

/// The evidence about one floor, in both arms.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FloorScore {
    pub(super) bound: Bound,
    treatment: Floor,
    control: Lately,
    /// The new release against the old one by what this floor counts.
    beside: Relative,
    pending: Block,
}

/// What one gate waits for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GateScore {
    pub(super) gate: Gate,
    proof: Proof,
    is_proven: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Proof {
    NotWorse { test: Equivalence, pending: Block },
    Keeps(Attained),
    Word,
}

impl WatchScore {
    pub(super) fn new(watch: &Watch, weights: f64, history: &History) -> Self {
        let counts = |margin, past| Score::Counts {
            test: Relative::new(margin, past),
            pending: Block::default(),
        };
        let score = match &watch.metric {
            Metric::Success { margin } => counts(*margin, history.success),
            Metric::Feedback { margin } => counts(*margin, history.feedback),
            Metric::Custom { margin, .. } => counts(*margin, Tally::default()),
            Metric::Latency { factor } => Score::Latency {
                test: Box::new(Slowness::new(*factor, history.latency.clone())),
                pending: LatencyBlock::default(),
            },
        };
        Self { metric: watch.metric.clone(), weight: watch.weight / weights, score }
    }

    pub(super) fn observe(&mut self, seen: &Observation) {
        match &mut self.score {
            Score::Counts { test, pending } => {
                pending.add(&block_of(&self.metric, seen));
                if pending.is_whole() {
                    test.observe(pending);
                    *pending = Block::default();
                }
            }
            Score::Latency { test, pending } => {
                pending.treatment.extend_from_slice(&seen.latency.treatment);
                pending.control.extend_from_slice(&seen.latency.control);
                if !pending.treatment.is_empty() && !pending.control.is_empty() {
                    test.observe(pending);
                    pending.treatment.clear();
                    pending.control.clear();
                }
            }
        }
    }

    pub(super) fn ln_evidence(&self) -> f64 {
        match &self.score {
            Score::Counts { test, .. } => test.ln_evidence(),
            Score::Latency { test, .. } => test.ln_evidence(),
        }
    }

    pub(super) fn may_reach(&self, ln_bound: f64) -> bool {
        match &self.score {
            Score::Counts { test, .. } => test.may_reach(ln_bound),
            Score::Latency { test, .. } => test.may_reach(ln_bound),
        }
    }

    pub(super) fn failures(&self) -> u64 {
        match &self.score {
            Score::Counts { test, .. } => test.failures(),
            Score::Latency { test, .. } => test.slow(),
        }
    }

    pub(super) fn name(&self) -> String {
        match &self.metric {
            Metric::Success { .. } => "success".to_owned(),
            Metric::Latency { .. } => "latency".to_owned(),
            Metric::Feedback { .. } => "feedback".to_owned(),
            Metric::Custom { name, .. } => format!("custom {name}"),
        }
    }
}

impl FloorScore {
    pub(super) fn new(bound: &Bound) -> Self {
        Self {
            bound: bound.clone(),
            treatment: Floor::new(bound.allowed()),
            control: Lately::new(bound.allowed()),
            beside: Relative::new(0.0, Tally::default()),
            pending: Block::default(),
        }
    }

    pub(super) fn observe(&mut self, seen: &Observation) {
        let block = bounded(&self.bound, seen);
        self.treatment.observe(block.treatment);
        self.control.observe(block.control);
        self.pending.add(&block);
        if self.pending.is_whole() {
            self.beside.observe(&self.pending);
            self.pending = Block::default();
        }
    }

    pub(super) fn treatment_breaks(&self, ln_bound: f64) -> bool {
        self.treatment.seen().failures >= FAILURES_MIN
            && self.treatment.may_reach(ln_bound)
            && self.treatment.ln_evidence() >= ln_bound
    }

    /// Whether the old release is no excuse. An outage that both share reaches the new one first
    /// where the old one has the longer good past or the smaller share; so the old one is asked
    /// about lately, and what was seen of both may not speak against the new one being the worse.
    pub(super) fn is_release(&self, ln_bound: f64) -> bool {
        let control_breaks =
            self.control.may_reach(ln_bound) && self.control.ln_evidence() >= ln_bound;
        !control_breaks && self.beside.ln_evidence() >= 0.0
    }

    pub(super) fn ln_evidence(&self) -> f64 {
        self.treatment.ln_evidence()
    }

    pub(super) fn seen(&self) -> Block {
        Block { treatment: self.treatment.seen(), control: self.control.seen() }
    }

    pub(super) fn name(&self) -> String {
        format!("floor: {}", self.bound)
    }
}

impl GateScore {
    pub(super) fn new(gate: &Gate, history: &History) -> Self {
        let proof = match gate {
            Gate::NotWorse { margin } => Proof::NotWorse {
                test: Equivalence::new(*margin, history.success),
                pending: Block::default(),
            },
            Gate::Keeps(bound) => Proof::Keeps(Attained::new(bound.allowed())),
            Gate::Flag { .. } | Gate::Approval => Proof::Word,
        };
        Self { gate: gate.clone(), proof, is_proven: false }
    }

    /// What is proven once stays proven: the error holds for the first time that a bound is
    /// reached.
    pub(super) fn observe(&mut self, seen: &Observation, ln_bound: f64) {
        if self.is_proven {
            return;
        }
        match (&mut self.proof, &self.gate) {
            (Proof::NotWorse { test, pending }, _) => {
                pending.add(&seen.success);
                if pending.is_whole() {
                    test.observe(pending);
                    *pending = Block::default();
                }
            }
            (Proof::Keeps(test), Gate::Keeps(bound)) => {
                test.observe(bounded(bound, seen).treatment);
            }
            (Proof::Keeps(_) | Proof::Word, _) => {}
        }
        self.is_proven = self.ln_evidence().is_some_and(|ln| ln >= ln_bound);
    }

    pub(super) fn is_passed(&self, facts: &Facts) -> bool {
        match &self.gate {
            Gate::NotWorse { .. } | Gate::Keeps(_) => self.is_proven,
            Gate::Flag { flag } => facts.flags.contains(flag),
            Gate::Approval => facts.approval == Approval::Given,
        }
    }

    pub(super) fn ln_evidence(&self) -> Option<f64> {
        match &self.proof {
            Proof::NotWorse { test, .. } => Some(test.ln_evidence()),
            Proof::Keeps(test) => Some(test.ln_evidence()),
            Proof::Word => None,
        }
    }

    pub(super) fn name(&self) -> String {
        format!("gate: {}", self.gate)
    }
}

fn block_of(metric: &Metric, seen: &Observation) -> Block {
    match metric {
        Metric::Success { .. } => seen.success,
        Metric::Feedback { .. } => seen.feedback,
        Metric::Custom { name, .. } => seen.custom.get(name).copied().unwrap_or_default(),
        Metric::Latency { .. } => Block::default(),
    }
}

fn bounded(bound: &Bound, seen: &Observation) -> Block {
    match bound {
        Bound::Success { .. } => seen.success,
        Bound::Error { .. } => seen.errors,
        Bound::Feedback { .. } => seen.feedback,
        Bound::Custom { name, .. } => seen.custom.get(name).copied().unwrap_or_default(),
        Bound::Latency { ms_max, .. } => {
            let late = |microseconds: &[f64]| {
                let mut tally = Tally::default();
                let mut count = |value: &f64| tally.count(Failed::from(*value > ms_max * 1e3));
                microseconds.iter().for_each(&mut count);
                tally
            };
            Block { treatment: late(&seen.latency.treatment), control: late(&seen.latency.control) }
        }
    }
}
