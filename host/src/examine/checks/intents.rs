//! Intents that take whatever is asked for: who has one gets the sentences of all others, and of what nobody
//! can do yet.
//!
//! *Never:* a pattern is held against that asks for a number, a day or anything else of a kind.

use crate::examine::finding::Draft;
use crate::examine::subject::Subject;
use crate::model::{Intent, IntentError, SlotKind};

/// Words that many sentences begin with, whatever they are about.
const BEGINNINGS: [&str; 22] = [
    "what", "how", "who", "when", "where", "why", "which", "is", "are", "was", "does", "did",
    "can", "could", "would", "will", "should", "tell", "show", "give", "get", "know",
];

pub(super) fn intents(subject: &Subject<'_>) -> Vec<Draft> {
    let operations = subject.manifest.map(|manifest| &manifest.description.operations);
    let mut found = Vec::new();
    for operation in operations.into_iter().flatten() {
        for text in &operation.intents {
            if takes_all(text, &operation.input_schema) {
                let draft = Draft::new("an intent takes whatever is asked for");
                found.push(draft.seen(format!("the intents of `{}`", operation.name), text));
            }
        }
    }
    found
}

/// Whether a pattern has no word that says what it is about, and a place for any others.
fn takes_all(text: &str, input: &serde_json::Value) -> bool {
    let intent = match Intent::for_input(text, input) {
        Ok(intent) => intent,
        Err(error) => return matches!(error, IntentError::NoWords(_)),
    };
    let is_general = |word: &str| BEGINNINGS.iter().any(|known| known.eq_ignore_ascii_case(word));
    let says_nothing = intent.words().all(|word| word.is_filler() || is_general(word.as_str()));
    says_nothing
        && intent.slots().next().is_some()
        && intent.slots().all(|slot| slot.kind == SlotKind::Text)
}
