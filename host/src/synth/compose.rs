//! An author that puts capabilities together that exist already: one behind another, side by side, or
//! one of two.
//!
//! What there is, is told by its [`Part`]s; what they do, by running them on the examples of the wish.
//! The search goes by the number of calls, so that the simplest program is found first; programs with
//! the same values on every example are one, and a tie between different capabilities is told as such.
//!
//! *Never:* a capability is run that the embedding program has not offered, or a draft asks to call
//! more than it calls.

mod fit;
mod goal;
mod recipe;
mod search;
mod term;
#[cfg(test)]
mod tests;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::author::{Author, AuthorError, Cost, Draft, Drafting, Source};
use super::shown;
use super::wish::Wish;
use crate::model::{CapabilityName, Example, Intent};
#[cfg(feature = "language-model")]
pub(super) use fit::schema_of;
use goal::Solution;
use search::Search;

/// What this author is called.
const NAME: &str = "composition";
/// Calls of one program. Longer ones are found by chance, not by what the examples say.
const CALLS_MAX: usize = 4;
/// Runs of capabilities for one wish: at a millisecond each well under a second.
const RUNS_MAX: usize = 600;
/// How long one wish may be searched for.
const TIME_MAX: Duration = Duration::from_secs(2);
/// What a program is called that nobody gave a name.
const UNNAMED: &str = "composed.from-examples";
/// How sure a program is that nothing competes with, and one that something does.
const SURE: f64 = 0.75;
const UNSURE: f64 = 0.35;

/// Runs capabilities that may be put together. What runs stands on another floor; here it is only
/// asked.
pub trait Execute: Send + Sync {
    /// The operations that may take part: of capabilities that are live and without effects.
    fn parts(&self) -> Vec<Part>;

    /// Runs one of them; what it gives, or why it gave nothing.
    fn run<'a>(&'a self, part: &'a Part, input: &'a Value) -> Running<'a>;
}

/// An operation at work.
pub type Running<'a> = Pin<Box<dyn Future<Output = Result<Value, String>> + Send + 'a>>;

/// An operation of a capability that exists.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Whose it is.
    pub capability: CapabilityName,
    /// What it is called.
    pub operation: String,
    /// The schema of its input.
    pub input: Value,
    /// The schema of its output.
    pub output: Value,
}

/// Finds compositions of what an embedding program offers.
#[derive(Clone)]
pub struct Compose {
    execute: Arc<dyn Execute>,
    calls_max: usize,
    runs_max: usize,
    time_max: Duration,
}

impl Compose {
    /// Of these capabilities, within the usual bounds: four calls, 600 runs, two seconds.
    #[must_use]
    pub fn new(execute: Arc<dyn Execute>) -> Self {
        Self { execute, calls_max: CALLS_MAX, runs_max: RUNS_MAX, time_max: TIME_MAX }
    }

    /// With at most so many calls in one program.
    #[must_use]
    pub const fn calls_max(mut self, calls: usize) -> Self {
        self.calls_max = calls;
        self
    }

    /// With at most so many runs of capabilities for one wish.
    #[must_use]
    pub const fn runs_max(mut self, runs: usize) -> Self {
        self.runs_max = runs;
        self
    }

    /// With at most so much time for one wish.
    #[must_use]
    pub const fn time_max(mut self, time: Duration) -> Self {
        self.time_max = time;
        self
    }

    async fn drafts(&self, wish: &Wish) -> Result<Vec<Draft>, AuthorError> {
        let mut examples = shown::examples(wish);
        examples.retain(|example| example.input.is_object());
        let parts = self.execute.parts();
        if examples.is_empty() || parts.is_empty() {
            return Ok(Vec::new());
        }
        if let Some(error) = contradiction(&examples) {
            return Err(error);
        }
        let mut search = Search::new(&*self.execute, &parts, &examples, self.runs_max);
        let found = tokio::time::timeout(self.time_max, search.solutions(self.calls_max)).await;
        let too_dear = |limit: String| AuthorError::TooDear { author: NAME.to_owned(), limit };
        let solutions = found.map_err(|_| too_dear(format!("{:?}", self.time_max)))?;
        if solutions.is_empty() && search.is_spent() {
            return Err(too_dear(format!("{} runs of capabilities", self.runs_max)));
        }
        let draft = |solution: &Solution| draft(wish, &search, solution, &solutions, &examples);
        Ok(solutions.iter().filter_map(draft).collect())
    }
}

/// Two examples of which no program could give both.
fn contradiction(examples: &[Example]) -> Option<AuthorError> {
    examples.iter().enumerate().find_map(|(at, one)| {
        let other = examples.iter().skip(at + 1).find(|other| {
            other.input == one.input && !fit::same(other.output.as_ref(), one.output.as_ref())
        })?;
        let shown = |it: &Example| it.output.as_ref().map(Value::to_string).unwrap_or_default();
        let outputs = vec![shown(one), shown(other)];
        Some(AuthorError::Contradicting { input: one.input.to_string(), outputs })
    })
}

fn draft(
    wish: &Wish,
    search: &Search<'_>,
    solution: &Solution,
    all: &[Solution],
    examples: &[Example],
) -> Option<Draft> {
    let name = wish.name.clone().or_else(|| UNNAMED.parse().ok())?;
    let takes =
        |name: &str| examples.first().is_some_and(|example| example.input.get(name).is_some());
    let asking = wish.intents.iter().filter(|intent| intent.slots().all(|slot| takes(&slot.name)));
    let intents: Vec<String> = asking.map(Intent::plain).collect();
    let shown = solution.shown(search);
    let reasons = vec![format!("`{shown}` gives all {} examples", examples.len())];
    let rivals = all.iter().filter(|other| *other != solution).map(|other| other.shown(search));
    let mut doubts: Vec<String> = rivals
        .map(|other| {
            format!("`{other}` gives them as well; an example on which they differ would decide")
        })
        .collect();
    doubts.extend(solution.doubts(search).iter().map(|(one, other)| {
        format!("`{other}` is the same as `{one}` in all of them; an example on which they differ would decide")
    }));
    if solution.is_guess() {
        doubts.push("which of two it is follows from few examples".to_owned());
    }
    Some(Draft {
        author: NAME.to_owned(),
        source: Source::Recipe(recipe::write(&name, &intents, search, solution, examples)),
        name,
        examples: examples.to_vec(),
        reasons,
        confidence: if doubts.is_empty() { SURE } else { UNSURE },
        doubts,
    })
}

// === impl Compose ===

impl std::fmt::Debug for Compose {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Compose")
            .field("calls_max", &self.calls_max)
            .field("runs_max", &self.runs_max)
            .field("time_max", &self.time_max)
            .finish_non_exhaustive()
    }
}

impl Author for Compose {
    fn name(&self) -> &str {
        NAME
    }

    fn cost(&self) -> Cost {
        Cost::Search
    }

    fn write<'a>(&'a self, wish: &'a Wish) -> Drafting<'a> {
        Box::pin(self.drafts(wish))
    }
}
