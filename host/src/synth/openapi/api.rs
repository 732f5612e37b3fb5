//! What a document became: recipes, what could not be made, and an author that finds the recipe which
//! a wish asks for.
//!
//! *Never:* an operation is left out without its reason.

use serde_json::Value;

use super::operation::Operation;
use super::recipe;
use crate::model::{Example, Intent, Sentence};
use crate::synth::author::{Author, Cost, Draft, Drafting, Source};
use crate::synth::wish::Wish;
use crate::synth::words::Taken;

/// Drafts for one wish; further ones are guesses.
const DRAFTS_MAX: usize = 4;

/// What a document became.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Api {
    /// The document's title, without what nobody sees.
    pub title: String,
    /// Recipes, each a capability.
    pub drafts: Vec<Draft>,
    /// What could not be made.
    pub skipped: Vec<Skipped>,
    /// What whoever uses it has to know, each with the operation that it is about.
    pub notes: Vec<String>,
    /// The secrets that the host has to hold, by their names.
    pub secrets: Vec<String>,
}

/// An operation of which nothing could be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// Which: `GET /pets/{id}`.
    pub operation: String,
    /// Why.
    pub reason: String,
}

impl Api {
    pub(super) fn singles(&mut self, operations: &[Operation], prefix: &str) {
        for operation in operations {
            self.single(operation, prefix);
        }
    }

    fn single(&mut self, operation: &Operation, prefix: &str) {
        let drafted = format!("{prefix}.{}", operation.word)
            .parse()
            .ok()
            .and_then(|name| recipe::single(&name, operation));
        match drafted {
            Some(draft) => self.drafts.push(draft),
            None => self.too_large(operation),
        }
    }

    fn too_large(&mut self, operation: &Operation) {
        let reason = "its schemas are larger than a recipe may be".to_owned();
        self.skipped.push(Skipped { operation: operation.shown.clone(), reason });
    }

    pub(super) fn groups(&mut self, operations: &[Operation], prefix: &str) {
        let mut tags: Vec<(&str, Vec<&Operation>)> = Vec::new();
        for operation in operations {
            match tags.iter_mut().find(|(tag, _)| *tag == operation.tag) {
                Some((_, all)) => all.push(operation),
                None => tags.push((&operation.tag, vec![operation])),
            }
        }
        let mut taken = Taken::default();
        for (tag, all) in tags {
            for part in all.chunks(recipe::TOGETHER_MAX) {
                self.group(prefix, tag, part, &mut taken);
            }
        }
    }

    /// A group, in halves where it is too large.
    fn group(&mut self, prefix: &str, tag: &str, all: &[&Operation], taken: &mut Taken) {
        let mut tried = taken.clone();
        let name = format!("{prefix}.{}", tried.take(tag.to_owned()));
        let drafted = name.parse().ok().and_then(|name| recipe::group(&name, tag, all));
        match (drafted, all) {
            (Some(draft), _) => {
                *taken = tried;
                self.drafts.push(draft);
            }
            (None, [one]) => self.too_large(one),
            (None, all) => {
                let (left, right) = all.split_at(all.len() / 2);
                self.group(prefix, tag, left, taken);
                self.group(prefix, tag, right, taken);
            }
        }
    }

    /// Drafts whose sentences every sentence of a wish fits, the surest first.
    fn drafts_for(&self, wish: &Wish) -> Vec<Draft> {
        let mut fitting: Vec<Draft> =
            self.drafts.iter().filter_map(|draft| fitting(draft, wish)).collect();
        fitting.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
        fitting.truncate(DRAFTS_MAX);
        fitting
    }
}

/// A draft with what a wish shows of it.
fn fitting(draft: &Draft, wish: &Wish) -> Option<Draft> {
    let Source::Recipe(text) = &draft.source else { return None };
    let document: Value = serde_json::from_str(text).ok()?;
    let input = document.get("input")?;
    let intents: Vec<Intent> = document
        .get("intents")?
        .as_array()?
        .iter()
        .filter_map(|it| it.as_str()?.parse::<Intent>().ok())
        .map(|intent| intent.typed(input))
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

// === impl Api ===

impl Author for Api {
    fn name(&self) -> &str {
        super::NAME
    }

    fn cost(&self) -> Cost {
        Cost::Lookup
    }

    fn write<'a>(&'a self, wish: &'a Wish) -> Drafting<'a> {
        Box::pin(async move { Ok(self.drafts_for(wish)) })
    }
}
