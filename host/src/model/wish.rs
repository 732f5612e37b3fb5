//! What somebody wants that there is not.
//!
//! *Never:* a wish says what a capability may do; it only says what for.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::given::given;
use crate::model::{CapabilityName, Example, Intent};

/// Something wanted: sentences that asked for it, and examples of what it is to give.
///
/// ```
/// use engraft::synth::Wish;
///
/// let wish = Wish::asked("convert 5 miles to kilometres").gives(8.04672);
/// assert_eq!(wish.asked.len(), 1);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Wish {
    /// What it is to be called; where nobody says, an author finds a name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<CapabilityName>,
    /// The sentences that asked for it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub asked: Vec<Asked>,
    /// What the sentences have in common, where that is known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub intents: Vec<Intent>,
    /// Inputs with the outputs that are wanted of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<Example>,
    /// The release that it is to take the place of; none where there is nothing yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Box<Before>>,
}

/// A sentence, and what should have come of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    /// The sentence.
    pub sentence: String,
    /// What was wanted, where somebody said so.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub wanted: Option<Value>,
}

/// A release that is to be replaced, and what was wrong with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Before {
    /// Which capability.
    pub name: CapabilityName,
    /// Its version, as text.
    pub version: String,
    /// What it does, in a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// The recipe that it was made from; none where it was made from something else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipe: Option<String>,
    /// The file that a template was filled with, where it was built from one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<SourceFile>,
    /// What it gave, and has to go on giving.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<Example>,
    /// What it failed at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failed: Vec<Counterexample>,
}

/// A file of source that a component was built from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFile {
    /// Its language, as a person says it.
    pub language: String,
    /// What stands in it.
    pub text: String,
}

impl SourceFile {
    /// What a person reads of something made: its recipe, or the file that it was built from.
    pub(crate) fn text_of<'a>(
        recipe: &'a Option<String>,
        file: &'a Option<Self>,
    ) -> Option<&'a str> {
        recipe.as_deref().or(file.as_ref().map(|file| file.text.as_str()))
    }
}

/// A request that a release failed at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Counterexample {
    /// What went in, as small as it still fails.
    pub input: Value,
    /// What should have come, where somebody said so. Where nobody did, anything will do that is an
    /// answer and not the one that was found wrong.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub wanted: Option<Value>,
    /// The answer that was wrong; none where there was no answer.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub found: Option<Value>,
    /// How it failed, in a word.
    pub how: String,
}

impl Wish {
    /// A wish that was said.
    #[must_use]
    pub fn asked(sentence: impl Into<String>) -> Self {
        Self::default().or_asked(sentence)
    }

    /// A wish that was shown.
    #[must_use]
    pub fn shown(examples: impl IntoIterator<Item = Example>) -> Self {
        Self { examples: examples.into_iter().collect(), ..Self::default() }
    }

    /// The same, said in one more way.
    #[must_use]
    pub fn or_asked(mut self, sentence: impl Into<String>) -> Self {
        self.asked.push(Asked { sentence: sentence.into(), wanted: None });
        self
    }

    /// What the last sentence should have given.
    #[must_use]
    pub fn gives(mut self, wanted: impl Into<Value>) -> Self {
        if let Some(asked) = self.asked.last_mut() {
            asked.wanted = Some(wanted.into());
        }
        self
    }

    /// With an example.
    #[must_use]
    pub fn example(mut self, input: Value, output: Value) -> Self {
        self.examples.push(Example { input, output: Some(output) });
        self
    }

    /// Under this name.
    #[must_use]
    pub fn named(mut self, name: CapabilityName) -> Self {
        self.name = Some(name);
        self
    }

    /// In the place of a release. Whoever answers it has to give what that gave, and what it failed
    /// to give as far as somebody said what that is.
    #[must_use]
    pub fn in_place_of(mut self, before: Before) -> Self {
        self.name = Some(before.name.clone());
        let wanted = before.failed.iter().filter(|failed| failed.wanted.is_some());
        let wanted = wanted
            .map(|failed| Example { input: failed.input.clone(), output: failed.wanted.clone() });
        // What somebody says now counts more than what was right before.
        let shown: Vec<Example> = wanted.chain(self.examples).collect();
        let is_new = |old: &&Example| shown.iter().all(|example| example.input != old.input);
        let kept: Vec<Example> = before.examples.iter().filter(is_new).cloned().collect();
        self.examples = kept.into_iter().chain(shown).collect();
        self.before = Some(Box::new(before));
        self
    }
}

impl Before {
    /// The text that it was made from, a recipe or a file of source; none where nobody has it.
    #[must_use]
    pub fn source_text(&self) -> Option<&str> {
        SourceFile::text_of(&self.recipe, &self.file)
    }
}
