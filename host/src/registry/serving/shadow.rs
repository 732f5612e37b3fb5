//! A release in shadow: it gets copies of requests, and what it answers is compared and dropped.
//!
//! It is loaded apart from what serves, with a meter of its own that no figure shows, and is gone with
//! its stage. What was compared is counted since it was loaded.
//!
//! *Never:* what a shadow does counts for or against a release.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::books::{StageId, id};
use super::snapshot::Change;
use super::{Admission, Audience, Served, Serving};
use crate::registry::Share;
use crate::registry::share::Buckets;
use crate::registry::state::{Line, Release, Rollout, State};

/// Differences that are kept to be looked at, the latest: a person looks at a few, and with the bound
/// on each they take some hundred kilobytes.
const EXAMPLES_MAX: usize = 16;

/// A release that gets copies of requests.
#[derive(Debug)]
pub struct Shadow<C> {
    serving: Serving<C>,
    buckets: Buckets,
    share: Share,
    audience: Audience,
    ledger: Ledger,
    stage: StageId,
}

/// What came of the comparisons of one shadow.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Comparisons {
    /// Answers that were compared.
    pub compared: u64,
    /// Those that differed, the broken ones among them.
    pub differed: u64,
    /// Those where the shadow broke or was stopped, and what was served did not.
    pub broke: u64,
    /// Requests that were not copied, because the shadow was busy, they were too long, or they
    /// belong to a session.
    pub passed_over: u64,
    /// The latest that differed, redacted.
    pub examples: Vec<Disagreement>,
}

/// One answer that differed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Disagreement {
    /// What was asked for.
    pub operation: String,
    /// How the served call ended, in a word.
    pub served: String,
    /// How the shadow's did.
    pub shadow: String,
    /// Where both outputs differ first, as a JSON pointer; none where one of them is none.
    pub place: Option<String>,
    /// The input, redacted to its shape.
    pub input: Option<Value>,
    /// What was served, redacted to its shape.
    pub served_output: Option<Value>,
    /// What the shadow answered, redacted to its shape.
    pub shadow_output: Option<Value>,
}

/// What one comparison came to.
#[derive(Debug)]
pub enum Compared {
    /// Both answered the same.
    Same,
    /// They did not.
    Differs(Box<Disagreement>),
    /// They did not, and the shadow broke.
    Broke(Box<Disagreement>),
}

impl Comparisons {
    /// Adds what another program has compared.
    pub fn add(&mut self, other: &Self) {
        self.compared += other.compared;
        self.differed += other.differed;
        self.broke += other.broke;
        self.passed_over += other.passed_over;
        self.examples.extend(other.examples.iter().cloned());
    }
}

#[derive(Debug, Default)]
struct Ledger(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    counts: Comparisons,
    examples: VecDeque<Disagreement>,
}

impl<C> Shadow<C> {
    pub(super) fn new(rollout: &Rollout, release: &Release, callee: C) -> Option<Self> {
        let stage = rollout.stage_now()?;
        Some(Self {
            serving: Serving::new(release, callee, Arc::default()),
            buckets: Buckets::new(&rollout.id, &rollout.salt),
            share: stage.share,
            audience: Audience::of(stage),
            ledger: Ledger::default(),
            stage: id(rollout),
        })
    }

    /// Whether a request is copied: by the lists, conditions and groups of the stage, then by its
    /// share. Who has no sticky id is copied where everybody is.
    pub fn wants<'a>(
        &self,
        sticky: Option<&str>,
        groups: &[String],
        attribute: impl Fn(&str) -> Option<&'a str>,
    ) -> bool {
        match self.audience.admit(sticky, groups, attribute) {
            Admission::Always => true,
            Admission::Never => false,
            Admission::ByShare => {
                let is_inside = |sticky| self.buckets.is_inside(sticky, self.share);
                self.share == Share::ALL || sticky.is_some_and(is_inside)
            }
        }
    }

    /// What is called; its calls count nowhere.
    #[must_use]
    pub const fn serving(&self) -> &Serving<C> {
        &self.serving
    }

    /// The share of users whose requests are copied.
    #[must_use]
    pub const fn share(&self) -> Share {
        self.share
    }

    /// Which rollout, with its salt, and which stage of it.
    #[must_use]
    pub const fn stage(&self) -> &(String, String, usize) {
        &self.stage
    }

    /// Takes in what a comparison came to.
    pub fn note(&self, compared: Compared) {
        let mut kept = self.ledger.lock();
        kept.counts.compared += 1;
        let disagreement = match compared {
            Compared::Same => return,
            Compared::Differs(disagreement) => disagreement,
            Compared::Broke(disagreement) => {
                kept.counts.broke += 1;
                disagreement
            }
        };
        kept.counts.differed += 1;
        if kept.examples.len() == EXAMPLES_MAX {
            kept.examples.pop_front();
        }
        kept.examples.push_back(*disagreement);
    }

    /// Notes that a request was not copied.
    pub fn pass_over(&self) {
        self.ledger.lock().counts.passed_over += 1;
    }

    /// What was compared so far.
    #[must_use]
    pub fn comparisons(&self) -> Comparisons {
        let kept = self.ledger.lock();
        Comparisons { examples: kept.examples.iter().cloned().collect(), ..kept.counts.clone() }
    }

    /// How many answers were compared, and how many differed.
    #[must_use]
    pub fn counts(&self) -> (u64, u64) {
        let kept = self.ledger.lock();
        (kept.counts.compared, kept.counts.differed)
    }
}

/// The shadow of a capability: the one that is there already, or the one that was just loaded.
pub(super) fn shadow_of<C>(
    state: &State,
    line: &Line,
    old: Option<&Served<C>>,
    change: &Change<'_, C>,
) -> Option<Arc<Shadow<C>>> {
    let release = line.shadow().filter(|release| state.may_shadow(release))?;
    let stage = id(line.rollout.as_ref()?);
    let is_it = |shadow: &&Arc<Shadow<C>>| {
        *shadow.stage() == stage && shadow.serving().fits(release) && !shadow.serving().is_closed()
    };
    let kept = old.and_then(|old| old.shadow.as_ref()).filter(is_it);
    kept.or_else(|| change.shadows.get(&stage)).cloned()
}

pub(super) fn may_shadow<C>(state: &State, shadow: &Shadow<C>) -> bool {
    let serving = shadow.serving();
    let release = state.lines.get(serving.name()).and_then(|line| line.shadow());
    release.is_some_and(|release| serving.is(&release.installed) && state.may_shadow(release))
}

// === impl Ledger ===

impl Ledger {
    fn lock(&self) -> MutexGuard<'_, Kept> {
        // Counts stay sound wherever a panic may have stopped.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
