//! An author of what somebody has described: of recipes that there are already, the ones that a wish
//! asks for.
//!
//! *Never:* a recipe is offered for a sentence that none of its own sentences fits.

use serde_json::Value;

use super::author::{Author, Cost, Draft, Drafting, Source};
use super::wish::Wish;
use crate::model::{Example, Intent, Sentence};

/// Drafts for one wish; further ones are guesses.
const DRAFTS_MAX: usize = 4;

/// Recipes that were made of a description and may be what somebody wants.
#[derive(Debug, Clone, PartialEq)]
pub struct Offered {
    name: &'static str,
    drafts: Vec<Draft>,
}

impl Offered {
    pub(super) const fn new(name: &'static str, drafts: Vec<Draft>) -> Self {
        Self { name, drafts }
    }

    /// The recipes.
    #[must_use]
    pub fn drafts(&self) -> &[Draft] {
        &self.drafts
    }
}

/// Drafts whose sentences every sentence of a wish fits, the surest first.
pub(super) fn fitting(drafts: &[Draft], wish: &Wish) -> Vec<Draft> {
    let mut fitting: Vec<Draft> = drafts.iter().filter_map(|draft| fitted(draft, wish)).collect();
    fitting.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    fitting.truncate(DRAFTS_MAX);
    fitting
}

/// A draft with what a wish shows of it.
fn fitted(draft: &Draft, wish: &Wish) -> Option<Draft> {
    let Source::Recipe(text) = &draft.source else { return None };
    let document: Value = serde_json::from_str(text).ok()?;
    let input = document.get("input")?;
    let intents: Vec<Intent> = document
        .get("intents")?
        .as_array()?
        .iter()
        .filter_map(|it| Intent::for_input(it.as_str()?, input).ok())
        .collect();
    let mut draft = draft.clone();
    let mut confidence = 1.0_f64;
    for asked in &wish.asked {
        let sentence = Sentence::of(&asked.sentence);
        let found = intents.iter().filter_map(|intent| intent.find(&sentence));
        let found = found.max_by(|a, b| a.confidence.total_cmp(&b.confidence))?;
        confidence = confidence.min(found.confidence);
        if let Some(wanted) = &asked.wanted {
            let (input, output) = (Value::Object(found.slots), Some(wanted.clone()));
            draft.examples.push(Example { input, output });
        }
    }
    draft.confidence *= confidence;
    draft.examples.extend(wish.examples.iter().cloned());
    (!wish.asked.is_empty()).then_some(draft)
}

// === impl Offered ===

impl Author for Offered {
    fn name(&self) -> &str {
        self.name
    }

    fn cost(&self) -> Cost {
        Cost::Lookup
    }

    fn is_described(&self) -> bool {
        true
    }

    fn write<'a>(&'a self, wish: &'a Wish) -> Drafting<'a> {
        Box::pin(async move { Ok(fitting(&self.drafts, wish)) })
    }
}
