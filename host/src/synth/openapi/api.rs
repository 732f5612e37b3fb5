//! What a document became: recipes, what could not be made, and an author that finds the recipe which
//! a wish asks for.
//!
//! *Never:* an operation is left out without its reason.

use super::operation::Operation;
use super::recipe;
use crate::synth::author::{Author, Cost, Draft, Drafting};
use crate::synth::offered;
use crate::synth::wish::Wish;
use crate::synth::words::Taken;

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
}

// === impl Api ===

impl Author for Api {
    fn name(&self) -> &str {
        super::NAME
    }

    fn cost(&self) -> Cost {
        Cost::Lookup
    }

    fn is_described(&self) -> bool {
        true
    }

    fn write<'a>(&'a self, wish: &'a Wish) -> Drafting<'a> {
        Box::pin(async move { Ok(offered::fitting(&self.drafts, wish)) })
    }
}
