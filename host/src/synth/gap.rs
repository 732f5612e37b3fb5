//! Gaps: requests that failed for one reason, and what they have in common.
//!
//! *Never:* what one person said is shown as what all of them want, nor kept with a secret in it.

mod calls;
mod failed;
mod gaps;
mod key;
mod lessons;
mod naming;
mod part;
mod people;
mod summary;
mod template;
#[cfg(test)]
mod tests;
mod things;
mod threshold;
mod tongue;

use std::time::SystemTime;

use semver::Version;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::diagnose::Cause;
use super::wish::{Asked, Wish};
use crate::model::secrecy::REDACTED;
use crate::model::{CapabilityName, GapId, Intent, SlotKind};
use calls::Calls;
pub use failed::{Called, Failed};
pub use gaps::Gaps;
use lessons::Lessons;
pub use lessons::{TeachError, Teacher};
use people::People;
pub use summary::{GapSummary, Request};
use template::Template;
pub use threshold::Threshold;

/// A cluster of requests that failed for one reason.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Gap {
    id: GapId,
    cause: Cause,
    capability: Option<CapabilityName>,
    /// By which word its requests are looked up: the first that said something in the first of them.
    word: Box<str>,
    template: Template,
    people: People,
    /// How many of the requests came near to a capability.
    #[serde(default)]
    unsure: u64,
    /// Which one was nearest last.
    #[serde(default)]
    near: Option<CapabilityName>,
    first: SystemTime,
    last: SystemTime,
    samples: Vec<String>,
    #[serde(default)]
    reasons: Vec<String>,
    #[serde(default)]
    lessons: Lessons,
    #[serde(default)]
    calls: Calls,
    /// What the log says; not kept here as well.
    #[serde(skip)]
    dismissed: bool,
}

impl Gap {
    /// Its number, which stays the same for as long as it is kept.
    #[must_use]
    pub const fn id(&self) -> GapId {
        self.id
    }

    /// Why its requests were not served. Where most of them came near to a capability, that was too
    /// little to be sure; else there is none for them.
    #[must_use]
    pub const fn cause(&self) -> Cause {
        let mostly_near = self.unsure * 2 > self.people.requests();
        if matches!(self.cause, Cause::Missing) && mostly_near {
            return Cause::LowConfidence;
        }
        self.cause
    }

    /// The capability that failed or was named in vain; none where nobody knows one.
    #[must_use]
    pub const fn capability(&self) -> Option<&CapabilityName> {
        self.capability.as_ref()
    }

    /// The capability that came nearest to the last request that came near to any.
    #[must_use]
    pub const fn near(&self) -> Option<&CapabilityName> {
        self.near.as_ref()
    }

    /// The operation that was called; none where nothing was.
    #[must_use]
    pub fn operation(&self) -> Option<&str> {
        let operation = Some(self.calls.operation()).filter(|operation| !operation.is_empty());
        operation.filter(|_| self.capability.is_some())
    }

    /// Inputs that failed, a few of each person at most and without what looked like a secret: what
    /// a repair has to get right.
    #[must_use]
    pub fn inputs(&self) -> &[Value] {
        self.calls.inputs()
    }

    /// Which versions failed how often.
    pub fn versions(&self) -> impl Iterator<Item = (&Version, u64)> {
        self.calls.versions()
    }

    /// How many requests there were.
    #[must_use]
    pub const fn requests(&self) -> u64 {
        self.people.requests()
    }

    /// Who asked, as the numbers that they were noted with.
    #[cfg(feature = "grow")]
    pub(crate) fn numbers(&self) -> impl Iterator<Item = u64> {
        self.people.numbers()
    }

    /// How many examples people agree on.
    #[must_use]
    pub fn taught(&self) -> usize {
        let (sentences, inputs) = self.lessons.agreed();
        sentences.len() + inputs.len()
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

    /// Why a program's own planner found nothing, as it said, redacted.
    #[must_use]
    pub fn reasons(&self) -> &[String] {
        &self.reasons
    }

    /// Whether somebody said that it is no gap.
    #[must_use]
    pub const fn is_dismissed(&self) -> bool {
        self.dismissed
    }

    /// Whether somebody showed what is wanted, and nobody else wants otherwise.
    #[must_use]
    pub fn is_taught(&self) -> bool {
        !self.lessons.is_empty() && self.lessons.disputed() == 0
    }

    /// What its requests have in common, as a pattern: words that all have, and slots for what varies.
    #[must_use]
    pub fn intent(&self) -> Option<Intent> {
        self.template.pattern().parse().ok()
    }

    /// A name for what is missing: what it is about, and what is to be done.
    #[must_use]
    pub fn name(&self) -> Option<CapabilityName> {
        self.capability.clone().or_else(|| self.template.name()?.parse().ok())
    }

    /// What the log says of it: what its requests have in common, or what was called.
    #[must_use]
    pub fn about(&self) -> String {
        let called = || Some(format!("{} {}", self.capability()?, self.operation()?));
        let named = || self.name().map(String::from);
        self.intent().map(String::from).or_else(called).or_else(named).unwrap_or_default()
    }

    /// How often it was asked for, by how many people, and why it was not served.
    #[must_use]
    pub fn told(&self) -> String {
        let counted = |count: u64, one: &str, more: &str| match count {
            1 => format!("1 {one}"),
            count => format!("{count} {more}"),
        };
        // Whoever has no name is one person all the same.
        let people = self.people().max(1) as u64;
        let (requests, people) =
            (counted(self.requests(), "request", "requests"), counted(people, "person", "people"));
        format!("{requests} of {people}: {}", self.cause())
    }

    /// What is asked for: what is to be done, to what, and with what.
    #[must_use]
    pub fn request(&self) -> Request {
        self.template.request()
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
        let said = || json!({"type": "object", "properties": properties, "required": required});
        // What was called has fields of its own, which no sentence knows.
        self.calls.schema().unwrap_or_else(said)
    }

    /// What an author is asked for. Sentences that lost something to redaction say nothing certain,
    /// and what people do not agree on is no example.
    #[must_use]
    pub fn wish(&self) -> Wish {
        let whole = |sentence: &&String| !sentence.contains(REDACTED) && !sentence.ends_with('…');
        let (taught, examples) = self.lessons.agreed();
        let known = |sentence: &&String| !taught.iter().any(|other| other.sentence == **sentence);
        let said = self.samples.iter().filter(whole).filter(known);
        let said = said.map(|sentence| Asked { sentence: sentence.clone(), wanted: None });
        let said: Vec<Asked> = said.collect();
        Wish {
            name: self.name(),
            asked: taught.into_iter().chain(said).collect(),
            intents: self.intent().into_iter().collect(),
            examples,
            ..Wish::default()
        }
    }

    /// Whether it is worth work: enough people, or enough who showed what is wanted.
    #[must_use]
    pub fn is_due(&self, threshold: Threshold, now: SystemTime) -> bool {
        let ago = now.duration_since(self.last).unwrap_or_default();
        !self.dismissed && ago <= threshold.within && self.is_wanted(threshold)
    }

    fn is_wanted(&self, threshold: Threshold) -> bool {
        let asked = self.people.weight() >= threshold.requests && self.people() >= threshold.people;
        let taught = self.lessons.by_owner() || self.lessons.teachers() >= threshold.teachers;
        asked || (self.is_taught() && taught)
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
