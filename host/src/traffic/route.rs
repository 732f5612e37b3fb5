//! Which capability a sentence asks for: by its patterns, and where none fits by its words.
//!
//! *Never:* a guess by words alone is as sure as a pattern that fits.

mod offers;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value};

pub use offers::{Offer, Offers};

use crate::model::{CapabilityName, Intent, Sentence};

/// What is surest about words alone: they say what a request is about, not what is to be done.
const WORDS_MOST: f64 = 0.6;
/// With less in common than this a sentence is about something else.
const WORDS_LEAST: f64 = 0.2;
/// Routes that are worth a look.
const ROUTES_MAX: usize = 8;

/// A capability that a sentence may ask for.
#[derive(Debug, Clone, PartialEq)]
pub struct Route {
    /// Which.
    pub capability: CapabilityName,
    /// Which of its operations.
    pub operation: String,
    /// What the sentence says of the input.
    pub input: Map<String, Value>,
    /// How sure it is, from 0 to 1.
    pub confidence: f64,
    /// Why.
    pub by: Way,
}

/// Why a route was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Way {
    /// The sentence fits this pattern.
    Pattern(String),
    /// It has words in common with what the capability says of itself.
    Words,
    /// An embedding program's own router says so, for this reason.
    Own(String),
}

/// Finds what a sentence asks for. An embedding program with a model has a router of its own.
pub trait Router: Send + Sync {
    /// The likeliest of what is offered, the surest first. `may` tells which of them this user gets.
    fn route(
        &self,
        sentence: &str,
        offers: &Offers,
        may: &dyn Fn(&CapabilityName) -> bool,
    ) -> Vec<Route>;
}

/// Routes by patterns, then by words.
///
/// ```
/// use engraft::traffic::{Lexical, Offer, Offers, Router};
///
/// let slug = Offer::new("text.slug".parse()?, "run", "Turns a title into a slug.")
///     .intent("make a slug of {title}".parse()?);
/// let offers = Offers::new([slug]);
/// let routes = Lexical.route("make a slug of Hello", &offers, &|_| true);
/// assert_eq!(routes[0].input["title"], "Hello");
/// let unsure = Lexical.route("slugs from a title, somehow", &offers, &|_| true);
/// assert!(unsure[0].confidence < routes[0].confidence);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct Lexical;

impl Router for Lexical {
    fn route(
        &self,
        sentence: &str,
        offers: &Offers,
        may: &dyn Fn(&CapabilityName) -> bool,
    ) -> Vec<Route> {
        let sentence = Sentence::of(sentence);
        let likeness = offers.likeness(&sentence);
        let mut routes: Vec<Route> = offers
            .iter()
            .zip(likeness)
            .filter(|(offer, _)| may(&offer.capability))
            .filter_map(|(offer, likeness)| {
                by_pattern(offer, &sentence).or_else(|| by_words(offer, &sentence, likeness))
            })
            .collect();
        // Among equals the order of names decides, so that the same request goes the same way.
        routes.sort_by(|a, b| {
            let sure = b.confidence.total_cmp(&a.confidence);
            sure.then_with(|| a.capability.cmp(&b.capability))
                .then_with(|| a.operation.cmp(&b.operation))
        });
        routes.truncate(ROUTES_MAX);
        routes
    }
}

fn by_pattern(offer: &Offer, sentence: &Sentence<'_>) -> Option<Route> {
    let found = offer.intents.iter().filter_map(|intent| Some((intent, intent.find(sentence)?)));
    let (intent, best) = found.max_by(|(_, a), (_, b)| a.confidence.total_cmp(&b.confidence))?;
    Some(offer.route(best.slots, best.confidence, Way::Pattern(intent.as_str().to_owned())))
}

fn by_words(offer: &Offer, sentence: &Sentence<'_>, likeness: f64) -> Option<Route> {
    let confidence = likeness * WORDS_MOST;
    (likeness >= WORDS_LEAST).then(|| {
        let input = offer.intents.first().map(|intent| said(intent, sentence)).unwrap_or_default();
        offer.route(input, confidence, Way::Words)
    })
}

/// What a sentence says of an input without fitting the pattern: values that only one slot can take.
fn said(intent: &Intent, sentence: &Sentence<'_>) -> Map<String, Value> {
    let mut taken = vec![false; sentence.words().len()];
    let mut input = Map::new();
    for slot in intent.slots().filter(|slot| !slot.kind.is_long()) {
        let words = sentence.words().iter().zip(&mut taken).filter(|(_, taken)| !**taken);
        let mut values =
            words.filter_map(|(word, taken)| Some((slot.kind.read(word.as_str())?, taken)));
        if let Some((value, taken)) = values.next() {
            *taken = true;
            input.insert(slot.name.clone(), value);
        }
    }
    input
}
