//! The catalogue: recipes that are written but for what a request fills in, and the sentences that ask
//! for them.
//!
//! *Never:* what a person said becomes a part of a program other than as a value.

mod date;
mod entry;
mod fill;
mod http;
mod json;
mod list;
mod number;
mod plain;
mod table;
#[cfg(test)]
mod tests;
mod text;
mod unit;

use std::sync::Arc;

use super::author::{Author, Cost, Draft, Drafting};
use super::wish::Wish;
pub use entry::{Entry, EntryError};
pub use fill::Parameter;

/// Drafts for one wish: what several entries are asked for in one sentence is one of the first few.
const DRAFTS_MAX: usize = 4;

/// Recipes for what is asked for most, and an author that fills them in. An embedding program adds
/// entries of its own, which come before the standard ones.
///
/// ```
/// use engraft::model::SlotKind;
/// use engraft::synth::{Catalogue, Entry, Source, Wish};
/// use serde_json::json;
///
/// let greet = Entry::new("text.greet", "Greets somebody.")?
///     .asks("greet {name}")?
///     .input("name", SlotKind::Text)
///     .gives(json!({"type": "string"}))
///     .value("'Hello, ' + @{name} + '!'")
///     .example(json!({"name": "Ada"}), json!("Hello, Ada!"));
/// let catalogue = Catalogue::standard().with(greet);
/// let drafts = catalogue.drafts(&Wish::asked("greet Grace").gives("Hello, Grace!"));
/// let Source::Recipe(recipe) = &drafts[0].source else { panic!() };
/// assert!(recipe.contains("'Hello, ' + input.name + '!'"));
/// assert_eq!(drafts[0].examples.len(), 2);
/// # Ok::<(), engraft::synth::EntryError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    entries: Vec<Arc<Entry>>,
}

impl Catalogue {
    /// The entries that come with the library: text, numbers, units, dates, lists, tables, JSON and
    /// requests to a page.
    #[must_use]
    pub fn standard() -> Self {
        let plain = [
            text::ENTRIES,
            number::ENTRIES,
            date::ENTRIES,
            list::ENTRIES,
            table::ENTRIES,
            json::ENTRIES,
        ];
        let plain = plain.into_iter().flatten().map(plain::Plain::entry);
        let all = plain.chain(unit::entries()).chain(number::rounding()).chain(http::entries());
        // What comes with the library is held by a test to be well written.
        Self { entries: all.flatten().map(Arc::new).collect() }
    }

    /// With an entry, which goes before those that are there.
    #[must_use]
    pub fn with(mut self, entry: Entry) -> Self {
        self.entries.insert(0, Arc::new(entry));
        self
    }

    /// The entries.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().map(|entry| &**entry)
    }

    /// Drafts for a wish, the likeliest first.
    #[must_use]
    pub fn drafts(&self, wish: &Wish) -> Vec<Draft> {
        let mut drafts: Vec<Draft> =
            self.entries.iter().filter_map(|entry| entry.draft(wish)).collect();
        // The order of entries decides between drafts that are as sure.
        drafts.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
        drafts.truncate(DRAFTS_MAX);
        drafts
    }
}

// === impl Catalogue ===

impl Author for Catalogue {
    fn name(&self) -> &str {
        "catalogue"
    }

    fn cost(&self) -> Cost {
        Cost::Lookup
    }

    fn write<'a>(&'a self, wish: &'a Wish) -> Drafting<'a> {
        Box::pin(async move { Ok(self.drafts(wish)) })
    }
}
