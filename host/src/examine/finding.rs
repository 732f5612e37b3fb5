//! What a check has to say: which check, how grave, the sentence, and what it was seen in.
//!
//! *Never:* a finding holds foreign text that was not bounded and scrubbed.

use serde::{Deserialize, Serialize};

use super::catalogue::CheckId;

/// Places told for one finding; more of them would say the same again.
const EVIDENCE_MAX: usize = 8;
/// One line of a report.
const TEXT_CHARS_MAX: usize = 300;

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Worth knowing, and no reason for anything.
    Note,
    /// It may be meant well; a person should look.
    Warning,
    /// It should not be there.
    Error,
    /// It should not be there, and no policy lets it through.
    Critical,
}

/// Whether a finding keeps a candidate out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Blocks {
    /// It does not.
    No,
    /// Until a person has approved exactly this candidate.
    UntilApproved,
    /// In any case: no approval and no score buys it back.
    Always,
}

/// One thing that a check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// The check that found it.
    pub check: CheckId,
    /// How grave it is.
    pub severity: Severity,
    /// Whether it keeps the candidate out.
    pub blocks: Blocks,
    /// What was found, as a sentence.
    pub message: String,
    /// Where it was seen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
}

/// Where something was seen, and what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// The place: a part of the manifest, a function, a stretch of data, a call.
    pub place: String,
    /// What stands there.
    pub detail: String,
}

/// A finding before the profile has said whether it blocks.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    /// None is the severity that the catalogue gives the check.
    pub(crate) severity: Option<Severity>,
    pub(crate) message: String,
    pub(crate) evidence: Vec<Evidence>,
}

impl Draft {
    /// Whether there is room for another place. Whoever looks for places asks before making one: of
    /// forty thousand functions each would be looked up by its name among all.
    pub(crate) fn has_room(&self) -> bool {
        self.evidence.len() < EVIDENCE_MAX
    }

    pub(crate) fn new(message: impl AsRef<str>) -> Self {
        Self { severity: None, message: clean(message.as_ref()), evidence: Vec::new() }
    }

    /// The same, as grave as this.
    pub(crate) fn severity(mut self, severity: Severity) -> Self {
        self.severity = Some(severity);
        self
    }

    /// Adds other places, as long as there is room for them.
    pub(crate) fn add(&mut self, evidence: Vec<Evidence>) {
        let room = EVIDENCE_MAX.saturating_sub(self.evidence.len());
        self.evidence.extend(evidence.into_iter().take(room));
    }

    /// Adds a place, as long as there is room for one.
    pub(crate) fn seen(mut self, place: impl AsRef<str>, detail: impl AsRef<str>) -> Self {
        if self.has_room() {
            let (place, detail) = (clean(place.as_ref()), clean(detail.as_ref()));
            self.evidence.push(Evidence { place, detail });
        }
        self
    }
}

/// Foreign text as it may stand in a report: on one line, bounded, and without anything that a
/// reader does not see. What is cut away is written as its number, so that it can be looked at.
pub(crate) fn clean(text: &str) -> String {
    let mut clean = String::new();
    for (count, letter) in text.chars().enumerate() {
        if count == TEXT_CHARS_MAX {
            clean.push('…');
            break;
        }
        if letter.is_control() || crate::model::letters::is_unseen(letter) {
            clean.push_str(&format!("\\u{{{:x}}}", u32::from(letter)));
        } else {
            clean.push(letter);
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_is_bounded_and_seen_whole() {
        let draft = Draft::new("a\u{202e}b\n").seen("x", "y".repeat(1_000));
        assert_eq!(draft.message, "a\\u{202e}b\\u{a}");
        assert_eq!(draft.evidence[0].detail.chars().count(), TEXT_CHARS_MAX + 1);
        let many = (0..100).fold(Draft::new(""), |draft, n| draft.seen("p", n.to_string()));
        assert_eq!(many.evidence.len(), EVIDENCE_MAX);
    }
}
