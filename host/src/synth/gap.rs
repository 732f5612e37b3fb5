//! Gaps: requests that failed for one reason, and what they have in common.
//!
//! *Never:* what one person said is shown as what all of them want, nor kept with a secret in it.

mod gaps;
mod part;
mod people;
mod template;
#[cfg(test)]
mod tests;

use std::time::{Duration, SystemTime};

use serde_json::{Map, Value, json};

use super::diagnose::Cause;
use super::wish::{Asked, Wish};
use crate::model::secrecy::REDACTED;
use crate::model::{CapabilityName, Intent, SlotKind};
pub use gaps::{Failed, Gaps};
use people::People;
use template::Template;

/// Sentences that are kept of a gap, to be looked at and to try drafts with.
const SAMPLES_MAX: usize = 6;
/// Wanted answers that are kept of a gap; authors learn from a few.
const TAUGHT_MAX: usize = 16;
/// A wanted answer larger than this is data.
const TAUGHT_BYTES_MAX: usize = 16_384;

/// A cluster of requests that failed for one reason.
#[derive(Debug, Clone)]
pub struct Gap {
    id: u64,
    cause: Cause,
    capability: Option<CapabilityName>,
    template: Template,
    people: People,
    first: SystemTime,
    last: SystemTime,
    samples: Vec<String>,
    taught: Vec<(String, Value)>,
    dismissed: bool,
}

/// When a gap is worth work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Threshold {
    /// So many requests, of which each person counts for a few at most.
    pub requests: u64,
    /// From so many people: what one person says is no need of all.
    pub people: usize,
    /// The last of them no longer ago than this.
    pub within: Duration,
}

impl Gap {
    /// A number for it that does not change while it is kept.
    #[must_use]
    pub const fn id(&self) -> u64 {
        self.id
    }

    /// Why its requests were not served.
    #[must_use]
    pub const fn cause(&self) -> Cause {
        self.cause
    }

    /// The capability that failed; none where one is missing.
    #[must_use]
    pub const fn capability(&self) -> Option<&CapabilityName> {
        self.capability.as_ref()
    }

    /// How many requests there were.
    #[must_use]
    pub const fn requests(&self) -> u64 {
        self.people.requests()
    }

    /// From how many people, as far as they were counted.
    #[must_use]
    pub fn people(&self) -> usize {
        self.people.count()
    }

    /// When the first and the last were.
    #[must_use]
    pub const fn seen(&self) -> (SystemTime, SystemTime) {
        (self.first, self.last)
    }

    /// A few of the sentences, without what looked like a secret.
    #[must_use]
    pub fn samples(&self) -> &[String] {
        &self.samples
    }

    /// Whether somebody said that it is no gap.
    #[must_use]
    pub const fn is_dismissed(&self) -> bool {
        self.dismissed
    }

    /// What its requests have in common, as a pattern: words that all have, and slots for what varies.
    #[must_use]
    pub fn intent(&self) -> Option<Intent> {
        self.template.pattern().parse().ok()
    }

    /// A name for what is missing: what it is about, and what is to be done.
    #[must_use]
    pub fn name(&self) -> Option<CapabilityName> {
        self.capability.clone().or_else(|| self.template.name().parse().ok())
    }

    /// A schema of the input, from what varies.
    #[must_use]
    pub fn input_schema(&self) -> Value {
        let mut properties = Map::new();
        let mut required = Vec::new();
        for slot in self.template.slots() {
            let mut schema = slot.kind.schema();
            let cases = slot.cases();
            if !cases.is_empty() {
                schema = json!({"type": "string", "enum": cases});
            }
            properties.insert(slot.name.clone(), schema);
            if !slot.optional {
                required.push(slot.name.clone());
            }
        }
        json!({"type": "object", "properties": properties, "required": required})
    }

    /// What an author is asked for. Sentences that lost something to redaction say nothing certain.
    #[must_use]
    pub fn wish(&self) -> Wish {
        let whole = |sentence: &&String| !sentence.contains(REDACTED) && !sentence.ends_with('…');
        let taught = self.taught.iter().map(|(sentence, wanted)| Asked {
            sentence: sentence.clone(),
            wanted: Some(wanted.clone()),
        });
        let known = |sentence: &&String| !self.taught.iter().any(|(other, _)| other == *sentence);
        let said = self.samples.iter().filter(whole).filter(known);
        let said = said.map(|sentence| Asked { sentence: sentence.clone(), wanted: None });
        Wish {
            name: self.name(),
            asked: taught.chain(said).collect(),
            intents: self.intent().into_iter().collect(),
            ..Wish::default()
        }
    }

    /// Whether it is worth work: enough people, or somebody who showed what is wanted.
    #[must_use]
    pub fn is_due(&self, threshold: Threshold, now: SystemTime) -> bool {
        let ago = now.duration_since(self.last).unwrap_or_default();
        let wanted =
            self.people.weight() >= threshold.requests && self.people() >= threshold.people;
        !self.dismissed && ago <= threshold.within && (wanted || !self.taught.is_empty())
    }
}

// === impl Threshold ===

impl Threshold {
    /// For an assistant of one person, where every request is a need.
    pub const PERSONAL: Self = Self { requests: 1, people: 1, within: Self::WEEK };
    const WEEK: Duration = Duration::from_secs(7 * 24 * 60 * 60);
}

impl Default for Threshold {
    /// Three requests of two people within a week: the least that is no slip and no one's whim.
    fn default() -> Self {
        Self { requests: 3, people: 2, within: Self::WEEK }
    }
}

// === impl SlotKind ===

/// What a value that varies is read as, where two requests have two kinds there.
fn joined(one: SlotKind, other: SlotKind) -> SlotKind {
    match (one, other) {
        (one, other) if one == other => one,
        (SlotKind::Number | SlotKind::Integer, SlotKind::Number | SlotKind::Integer) => {
            SlotKind::Number
        }
        _ => SlotKind::Text,
    }
}
