//! What somebody wants that there is not.
//!
//! *Never:* a wish says what a capability may do; it only says what for.

use serde_json::Value;

use crate::model::{CapabilityName, Example, Intent};

/// Something wanted: sentences that asked for it, and examples of what it is to give.
///
/// ```
/// use engraft::synth::Wish;
///
/// let wish = Wish::asked("convert 5 miles to kilometres").gives(8.04672);
/// assert_eq!(wish.asked.len(), 1);
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Wish {
    /// What it is to be called; where nobody says, an author finds a name.
    pub name: Option<CapabilityName>,
    /// The sentences that asked for it.
    pub asked: Vec<Asked>,
    /// What the sentences have in common, where that is known.
    pub intents: Vec<Intent>,
    /// Inputs with the outputs that are wanted of them.
    pub examples: Vec<Example>,
}

/// A sentence, and what should have come of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// The sentence.
    pub sentence: String,
    /// What was wanted, where somebody said so.
    pub wanted: Option<Value>,
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
}
