//! What capabilities offer, laid out so that a sentence is compared with all of them at once.
//!
//! *Never:* an offer is found by words that nearly all offers have.

use std::collections::{BTreeSet, HashMap};

use serde_json::{Map, Value};

use super::{Route, Way};
use crate::model::{CapabilityName, Description, Intent, Operation, Sentence};

/// How much a word counts that is in no offer.
const UNKNOWN: f64 = 0.5;

/// One operation, and what it says of itself.
#[derive(Debug, Clone)]
pub struct Offer {
    pub(super) capability: CapabilityName,
    pub(super) operation: String,
    pub(super) summary: String,
    pub(super) intents: Vec<Intent>,
}

/// Everything that is offered.
#[derive(Debug, Clone, Default)]
pub struct Offers {
    all: Vec<Offer>,
    /// Which offers have a word, and how much that word says.
    words: HashMap<String, Vec<usize>>,
    /// How long each offer is, in what its words say.
    length: Vec<f64>,
}

impl Offer {
    /// What an operation offers.
    #[must_use]
    pub fn new(
        capability: CapabilityName,
        operation: impl Into<String>,
        summary: impl Into<String>,
    ) -> Self {
        Self {
            capability,
            operation: operation.into(),
            summary: summary.into(),
            intents: Vec::new(),
        }
    }

    /// With a sentence that asks for it.
    #[must_use]
    pub fn intent(mut self, intent: Intent) -> Self {
        self.intents.push(intent);
        self
    }

    /// What a capability's description offers. A sentence that is no pattern offers nothing; an
    /// examination tells of it.
    pub fn of(description: &Description) -> impl Iterator<Item = Self> {
        description
            .operations
            .iter()
            .map(|operation| Self::of_operation(&description.name, operation))
    }

    fn of_operation(capability: &CapabilityName, operation: &Operation) -> Self {
        let intents = operation.intents.iter().filter_map(|intent| intent.parse::<Intent>().ok());
        let intents = intents.map(|intent| intent.typed(&operation.input_schema)).collect();
        Self {
            capability: capability.clone(),
            operation: operation.name.clone(),
            summary: operation.summary.clone(),
            intents,
        }
    }

    pub(super) fn route(&self, input: Map<String, Value>, confidence: f64, by: Way) -> Route {
        let (capability, operation) = (self.capability.clone(), self.operation.clone());
        Route { capability, operation, input, confidence, by }
    }

    /// The words that say what it is about.
    fn words(&self) -> BTreeSet<String> {
        let name = self.capability.as_str().replace(['.', '-'], " ");
        let about = [name, self.operation.replace('-', " "), self.summary.clone()];
        let said = about.iter().flat_map(|text| stems(&Sentence::whole(text)));
        let asked = self.intents.iter().flat_map(Intent::words).filter(|word| !word.is_filler());
        said.chain(asked.map(|word| word.stem().to_owned())).collect()
    }
}

fn stems(sentence: &Sentence<'_>) -> Vec<String> {
    let telling = sentence.words().iter().filter(|word| !word.is_filler() && !word.is_quoted());
    telling.map(|word| word.stem().to_owned()).collect()
}

impl Offers {
    /// Lays them out.
    pub fn new(offers: impl IntoIterator<Item = Offer>) -> Self {
        let mut laid = Self { all: offers.into_iter().collect(), ..Self::default() };
        for (at, offer) in laid.all.iter().enumerate() {
            for word in offer.words() {
                laid.words.entry(word).or_default().push(at);
            }
        }
        laid.length = vec![0.0; laid.all.len()];
        for having in laid.words.values() {
            let says = says(laid.all.len(), having.len());
            for at in having {
                if let Some(length) = laid.length.get_mut(*at) {
                    *length += says * says;
                }
            }
        }
        laid
    }

    /// What is offered.
    pub fn iter(&self) -> impl Iterator<Item = &Offer> {
        self.all.iter()
    }

    /// How much each has in common with a sentence, from 0 to 1: the cosine of their words, of which a
    /// rare one says more than one that many have.
    pub(super) fn likeness(&self, sentence: &Sentence<'_>) -> Vec<f64> {
        let stems: BTreeSet<String> = stems(sentence).into_iter().collect();
        let mut common = vec![0.0; self.all.len()];
        let mut length = 0.0;
        for stem in &stems {
            let having = self.words.get(stem).map_or(&[][..], Vec::as_slice);
            let says = says(self.all.len(), having.len());
            // A word that nobody knows is less of a sign than one that only others have.
            let own = if having.is_empty() { says * UNKNOWN } else { says };
            length += own * own;
            for at in having {
                if let Some(common) = common.get_mut(*at) {
                    *common += says * says;
                }
            }
        }
        let likeness = |(common, own): (f64, &f64)| {
            let both = (length * own).sqrt();
            if both > 0.0 { common / both } else { 0.0 }
        };
        common.into_iter().zip(&self.length).map(likeness).collect()
    }
}

/// How much it says that a word is there which so many of all have.
#[expect(clippy::cast_precision_loss, reason = "offers are few enough")]
fn says(all: usize, having: usize) -> f64 {
    ((all + 1) as f64 / (having as f64 + 0.5)).ln().max(0.0)
}
