//! Which capability a sentence asks for: by its patterns, and where none fits by its words.
//!
//! *Never:* a guess by words alone is as sure as a pattern that fits.

mod menu;
mod offers;
#[cfg(test)]
mod tests;

use std::future::{Future, ready};
use std::pin::Pin;

use semver::Version;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use menu::Menu;
pub use offers::{Offer, Offers};

use crate::model::{CapabilityName, Intent, Sentence};

/// What is surest about words alone: they say what a request is about, not what is to be done.
const WORDS_MOST: f64 = 0.8;
/// The same where running it on a guess could do harm, or cannot do any good: what may reach outside
/// itself, and what would lack a part of its input. Too little to be run.
const GUESS_MOST: f64 = 0.5;
/// With less in common than this a sentence is about something else.
const WORDS_LEAST: f64 = 0.2;
/// What is run has to be as sure as this: more than a pattern that fits but for a slip of the hand is,
/// and less than one that fits.
const CONFIDENCE_LEAST: f64 = 0.6;
/// Routes that are worth a look.
const ROUTES_MAX: usize = 8;

/// A capability that a sentence may ask for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Route {
    /// Which.
    pub capability: CapabilityName,
    /// The release whose offer it is; none where that makes no difference.
    pub version: Option<Version>,
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
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
///
/// ```
/// use std::future::ready;
/// use engraft::traffic::{Menu, Router, Routing, Way};
///
/// /// Takes whatever is asked with a question mark for a question to the first capability there is.
/// struct Curious;
///
/// impl Router for Curious {
///     fn route<'a>(&'a self, sentence: &'a str, menu: Menu<'a>) -> Routing<'a> {
///         let first = menu.iter().next().filter(|_| sentence.ends_with('?'));
///         let route = first.map(|offer| {
///             let mut input = serde_json::Map::new();
///             input.insert("question".to_owned(), sentence.into());
///             offer.route(input, 0.9, Way::Own("it is a question".to_owned()))
///         });
///         Box::pin(ready(route.into_iter().collect::<Vec<_>>()))
///     }
/// }
/// ```
pub trait Router: Send + Sync {
    /// The likeliest of what this user may get, the surest first. A route to anything else is passed
    /// over.
    fn route<'a>(&'a self, sentence: &'a str, menu: Menu<'a>) -> Routing<'a>;

    /// How sure a route has to be to be run, on the scale of this router.
    fn confidence_least(&self) -> f64 {
        CONFIDENCE_LEAST
    }
}

/// A router at work.
pub type Routing<'a> = Pin<Box<dyn Future<Output = Vec<Route>> + Send + 'a>>;

/// Routes by patterns, then by words. What reaches outside itself is never sure by words alone.
///
/// ```
/// use engraft::traffic::{Lexical, Offer, Offers, Router};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let slug = Offer::new("text.slug".parse()?, "run", "Turns a title into a slug.")
///     .intent("make a slug of {title}".parse()?);
/// let offers = Offers::new([slug]);
/// let routes = Lexical.route("make a slug of Hello", offers.all()).await;
/// assert_eq!(routes[0].input["title"], "Hello");
/// let unsure = Lexical.route("slugs from a title, somehow", offers.all()).await;
/// assert!(unsure[0].confidence < routes[0].confidence);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct Lexical;

impl Router for Lexical {
    fn route<'a>(&'a self, sentence: &'a str, menu: Menu<'a>) -> Routing<'a> {
        Box::pin(ready(best(sentence, menu)))
    }
}

fn best(sentence: &str, menu: Menu<'_>) -> Vec<Route> {
    let sentence = Sentence::of(sentence);
    let likeness = menu.likeness(&sentence);
    let mut routes: Vec<Route> = menu
        .iter()
        .zip(likeness)
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

/// Where a sentence leads that a pattern fits surely; none where words alone would have to decide.
#[cfg(feature = "grow")]
pub(crate) fn sure(sentence: &str, menu: Menu<'_>) -> Option<Route> {
    best(sentence, menu)
        .into_iter()
        .next()
        .filter(|route| route.confidence >= CONFIDENCE_LEAST && matches!(route.by, Way::Pattern(_)))
}

fn by_pattern(offer: &Offer, sentence: &Sentence<'_>) -> Option<Route> {
    let found = offer.intents.iter().filter_map(|intent| Some((intent, intent.find(sentence)?)));
    let (intent, best) = found.max_by(|(_, a), (_, b)| a.confidence.total_cmp(&b.confidence))?;
    Some(offer.route(best.slots, best.confidence, Way::Pattern(intent.as_str().to_owned())))
}

fn by_words(offer: &Offer, sentence: &Sentence<'_>, likeness: f64) -> Option<Route> {
    (likeness >= WORDS_LEAST).then(|| {
        let input = offer.intents.first().map(|intent| said(intent, sentence)).unwrap_or_default();
        let is_whole = offer.needs.iter().all(|name| input.contains_key(name));
        let most = if is_whole && !offer.is_outgoing { WORDS_MOST } else { GUESS_MOST };
        offer.route(input, likeness * most, Way::Words)
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
