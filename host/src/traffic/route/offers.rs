//! What capabilities offer, laid out so that a sentence is compared with all of them at once.
//!
//! *Never:* an offer is found by words that nearly all offers have.

use std::collections::{BTreeSet, HashMap};

use semver::Version;
use serde_json::{Map, Value};

use super::{Menu, Route, Way};
use crate::model::{CapabilityName, Description, Intent, Operation, Permissions, Sentence};

/// How much a word counts that is in no offer.
const UNKNOWN: f64 = 0.5;

/// One operation, and what it says of itself.
#[derive(Debug, Clone)]
pub struct Offer {
    pub(super) capability: CapabilityName,
    pub(super) version: Option<Version>,
    pub(super) operation: String,
    pub(super) summary: String,
    pub(super) intents: Vec<Intent>,
    /// What its input has to have.
    pub(super) needs: Vec<String>,
    /// Whether it may reach outside itself, so that a wrong guess does harm.
    pub(super) is_outgoing: bool,
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
            version: None,
            operation: operation.into(),
            summary: summary.into(),
            intents: Vec::new(),
            needs: Vec::new(),
            is_outgoing: false,
        }
    }

    /// The same as an offer of one release alone.
    #[must_use]
    pub fn of_release(mut self, version: Version) -> Self {
        self.version = Some(version);
        self
    }

    /// Whose offer it is.
    #[must_use]
    pub const fn capability(&self) -> &CapabilityName {
        &self.capability
    }

    /// Of which release; none where that makes no difference.
    #[must_use]
    pub const fn version(&self) -> Option<&Version> {
        self.version.as_ref()
    }

    /// Which operation.
    #[must_use]
    pub fn operation(&self) -> &str {
        &self.operation
    }

    /// What it says of itself.
    #[must_use]
    pub fn summary(&self) -> &str {
        &self.summary
    }

    /// The sentences that ask for it.
    #[must_use]
    pub fn intents(&self) -> &[Intent] {
        &self.intents
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
        let is_outgoing = reaches_out(&description.permissions);
        let offer = move |operation: &Operation| Self {
            is_outgoing,
            ..Self::of_operation(&description.name, operation)
        };
        description.operations.iter().map(offer)
    }

    fn of_operation(capability: &CapabilityName, operation: &Operation) -> Self {
        let read = |text: &String| Intent::for_input(text, &operation.input_schema).ok();
        let intents = operation.intents.iter().filter_map(read).collect();
        let needs = operation.input_schema.get("required").and_then(Value::as_array);
        let needs = needs.into_iter().flatten().filter_map(|name| name.as_str().map(str::to_owned));
        let offer =
            Self::new(capability.clone(), operation.name.clone(), operation.summary.clone());
        Self { intents, needs: needs.collect(), ..offer }
    }

    /// A route to it.
    #[must_use]
    pub fn route(&self, input: Map<String, Value>, confidence: f64, by: Way) -> Route {
        let (capability, operation) = (self.capability.clone(), self.operation.clone());
        Route { capability, version: self.version.clone(), operation, input, confidence, by }
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

/// Whether a call may do something, or learn something, outside of the capability.
fn reaches_out(asked: &Permissions) -> bool {
    let Permissions { log, clock, random, progress, .. } = *asked;
    let harmless = Permissions {
        log,
        clock,
        random,
        progress,
        config: asked.config.clone(),
        ..Default::default()
    };
    *asked != harmless
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

    /// All of it, as somebody may get it who may get everything.
    #[must_use]
    pub fn all(&self) -> Menu<'_> {
        self.menu(|_| true)
    }

    /// What somebody may get of it.
    #[must_use]
    pub fn menu(&self, may: impl FnMut(&Offer) -> bool) -> Menu<'_> {
        Menu::new(self, self.all.iter().map(may).collect())
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
