//! A draft as it is kept beside the log: enough to make the same component of it again.
//!
//! *Never:* what is read back is believed to be what was examined; its digest is compared.

use serde::{Deserialize, Serialize};

use crate::model::{CapabilityName, Digest, Example, SourceFile};
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
    /// The file that the component was built from, where a template was filled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<SourceFile>,
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
        let mut put = |bytes: &[u8]| {
            let digest = Digest::of(bytes);
            blobs.push((digest, bytes.to_vec()));
            Some(digest)
        };
        let (recipe, component, file) = match &draft.source {
            Source::Recipe(text) => (Some(text.clone()), None, None),
            Source::Component(bytes) => (None, put(bytes), None),
            Source::Filled { component, file } => (None, put(component), Some(file.clone())),
        };
        let kept = Self {
            author: draft.author.clone(),
            name: draft.name.clone(),
            recipe,
            component,
            file,
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

    /// The text that it is made from, a recipe or a file of source; none where it is a component that
    /// nobody has the source of.
    #[must_use]
    pub fn source_text(&self) -> Option<&str> {
        SourceFile::text_of(&self.recipe, &self.file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_that_a_template_was_filled_with_is_kept_beside_its_component() {
        let file = SourceFile { language: "Rust".to_owned(), text: "fn run() {}".to_owned() };
        let draft = Draft {
            author: "toolchain".to_owned(),
            name: "text.shout".parse().unwrap(),
            source: Source::Filled { component: vec![0, 1, 2], file: file.clone() },
            examples: Vec::new(),
            reasons: Vec::new(),
            doubts: Vec::new(),
            confidence: 1.0,
        };
        let (kept, blobs) = Kept::of(&draft);
        let read = Kept::read(&kept.to_bytes()).unwrap();
        assert_eq!((read.file.as_ref(), read.source_text()), (Some(&file), Some("fn run() {}")));
        assert_eq!(read.component, Some(Digest::of(&[0, 1, 2])));
        assert_eq!(blobs.first().unwrap(), &(Digest::of(&[0, 1, 2]), vec![0, 1, 2]));
        // What was kept before there were files is read as it was.
        let old = r#"{"author": "a", "name": "a.b", "recipe": "name: a.b"}"#;
        assert_eq!(Kept::read(old.as_bytes()).unwrap().source_text(), Some("name: a.b"));
    }
}
