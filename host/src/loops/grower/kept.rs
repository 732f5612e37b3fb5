//! A draft as it is kept beside the log: enough to make the same component of it again.
//!
//! *Never:* what is read back is believed to be what was examined; its digest is compared.

use serde::{Deserialize, Serialize};

use crate::model::{CapabilityName, Digest, Example};
use crate::synth::{Draft, Source};

/// A draft as it is kept beside the log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    /// Who wrote it.
    pub author: String,
    /// What it is called.
    pub name: CapabilityName,
    /// The recipe that it is made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipe: Option<String>,
    /// The component, kept under this digest, where there is no recipe.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component: Option<Digest>,
    /// What it gives.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<Example>,
    /// Why it is what was wanted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
}

impl Kept {
    /// A draft, and everything that has to be kept of it.
    #[must_use]
    pub fn of(draft: &Draft) -> (Self, Vec<(Digest, Vec<u8>)>) {
        let mut blobs = Vec::new();
        let (recipe, component) = match &draft.source {
            Source::Recipe(text) => (Some(text.clone()), None),
            Source::Component(bytes) => {
                let digest = Digest::of(bytes);
                blobs.push((digest, bytes.clone()));
                (None, Some(digest))
            }
        };
        let kept = Self {
            author: draft.author.clone(),
            name: draft.name.clone(),
            recipe,
            component,
            examples: draft.examples.clone(),
            reasons: draft.reasons.clone(),
        };
        let text = kept.to_bytes();
        blobs.push((Digest::of(&text), text));
        (kept, blobs)
    }

    /// As it is kept.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        // Plain data always becomes JSON.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Reads it back; none where the bytes are something else.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }
}
