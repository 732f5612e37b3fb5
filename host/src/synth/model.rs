//! An author that asks a language model, where an embedding program has configured one.
//!
//! It is asked for a recipe, given the format, what is wanted and what there is to call. What comes
//! back is a text of a stranger: it is checked as a recipe, held against what it may ask for, and what
//! is wrong with it goes back, a bounded number of times. A wish without an example to hold is not
//! asked about: nothing would be known of the answer.
//!
//! *Never:* the model decides what a capability may do, or anything is sent that looks like a secret;
//! and nothing is sent of which the embedding program is not told.

mod answer;
mod client;
mod describe;
mod fill;
mod prompt;
mod table;
#[cfg(test)]
mod tests;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use url::Url;
use zeroize::Zeroizing;

use super::author::{Author, AuthorError, Cost, Draft, Drafting, Source};
use super::authors::{Trial, Verdict};
use super::compose::Execute;
use super::shown;
use super::wish::Wish;
use crate::model::{Example, Permissions};
use crate::wire::Connector;
pub use describe::Described;
pub use fill::{Building, FillTemplate, Template, Unbuilt};

/// What this author is called.
const NAME: &str = "language-model";
/// Tries for one wish: a model that has not mended its recipe twice does not mend it.
const TRIES_MAX: u32 = 3;
/// How long one answer may take. Large models think for half a minute.
const TIMEOUT: Duration = Duration::from_secs(60);
/// An answer with a recipe has a few thousand bytes; the largest recipe and what is said around it fit.
const ANSWER_BYTES_MAX: usize = 512 << 10;
/// As many tokens are asked for; each is money.
const TOKENS_MAX: u32 = 4_096;
/// As much of an answer that is not the wanted one goes back.
const FOUND_CHARS_MAX: usize = 300;
/// How sure it is that a model has understood what was wanted, beyond the examples.
const SURE: f64 = 0.5;

/// A language model behind an endpoint that is compatible with OpenAI's.
///
/// ```
/// use engraft::model::Permissions;
/// use engraft::synth::LanguageModel;
///
/// let model = LanguageModel::at("http://localhost:11434/v1", "qwen")?
///     .may(Permissions::default())
///     .tries(2);
/// # Ok::<(), engraft::synth::AuthorError>(())
/// ```
#[derive(Clone)]
pub struct LanguageModel {
    endpoint: Url,
    connector: Connector,
    model: String,
    key: Option<Zeroizing<String>>,
    may: Permissions,
    parts: Option<Arc<dyn Execute>>,
    watch: Option<Arc<dyn Watch>>,
    tries: u32,
    timeout: Duration,
    price_micros: u64,
}

/// Is told of everything that is sent to a model and comes back.
pub trait Watch: Send + Sync {
    /// One exchange, when it has ended.
    fn exchanged(&self, exchange: &Exchange);
}

/// What was sent, and what came back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Exchange {
    /// Where: scheme, host and port.
    pub endpoint: String,
    /// Which model was asked for.
    pub model: String,
    /// Which try of a wish it was, from 1.
    pub attempt: u32,
    /// What was sent, as it was sent: without what looks like a secret.
    pub sent: Vec<Message>,
    /// What came back, or why nothing did.
    pub answer: Result<String, String>,
    /// The tokens that the endpoint counted: of what was sent, and of the answer.
    pub tokens: Option<(u64, u64)>,
}

/// One message of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Message {
    /// Whose: `system`, `user` or `assistant`.
    pub role: String,
    /// What it says.
    pub content: String,
}

impl LanguageModel {
    /// A model behind an endpoint: its address up to `/v1`, and the model's name there.
    ///
    /// # Errors
    /// [`AuthorError::Unavailable`] where it is no address over HTTP.
    pub fn at(endpoint: &str, model: impl Into<String>) -> Result<Self, AuthorError> {
        let refused = || {
            let shown: String = endpoint.chars().take(200).collect();
            away(format!("`{shown}` is no address; expected such as `https://api.example.org/v1`"))
        };
        let mut url = Url::parse(endpoint).map_err(|_| refused())?;
        let is_http = matches!(url.scheme(), "http" | "https") && url.host_str().is_some();
        if !is_http || !url.username().is_empty() || url.password().is_some() {
            return Err(refused());
        }
        let path = format!("{}/chat/completions", url.path().trim_end_matches('/'));
        url.set_path(&path);
        Ok(Self {
            connector: Connector::of(&url).ok_or_else(refused)?,
            endpoint: url,
            model: model.into(),
            key: None,
            may: Permissions::default(),
            parts: None,
            watch: None,
            tries: TRIES_MAX,
            timeout: TIMEOUT,
            // Where nobody says what it takes, no budget allows for it.
            price_micros: u64::MAX,
        })
    }

    /// The most that one wish takes, in millionths of whatever unit the program counts in: 0 for a model
    /// of one's own. Until somebody says so, no budget of money lets it be asked.
    #[must_use]
    pub fn costs(mut self, micros: u64) -> Self {
        self.price_micros = micros;
        self
    }

    /// With a key, which is sent as `Authorization: Bearer`.
    #[must_use]
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(Zeroizing::new(key.into()));
        self
    }

    /// With this as the most that a recipe of it may ask for; without, it may ask for nothing.
    #[must_use]
    pub fn may(mut self, most: Permissions) -> Self {
        self.may = most;
        self
    }

    /// With capabilities that it may call; they are told to it, and it may ask to call them.
    #[must_use]
    pub fn functions(mut self, parts: Arc<dyn Execute>) -> Self {
        self.parts = Some(parts);
        self
    }

    /// With somebody who is told of everything that is sent and comes back.
    #[must_use]
    pub fn watched_by(mut self, watch: Arc<dyn Watch>) -> Self {
        self.watch = Some(watch);
        self
    }

    /// With so many tries for one wish.
    #[must_use]
    pub const fn tries(mut self, tries: u32) -> Self {
        self.tries = tries;
        self
    }

    /// With so much time for one answer.
    #[must_use]
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    async fn drafts(
        &self,
        wish: &Wish,
        trial: Option<&dyn Trial>,
    ) -> Result<Vec<Draft>, AuthorError> {
        let examples = shown::examples(wish);
        if examples.is_empty() {
            return Ok(Vec::new());
        }
        let parts = self.parts.as_ref().map(|parts| parts.parts()).unwrap_or_default();
        let most = self.most(&parts);
        let messages = prompt::first(wish, &examples, &parts, &most);
        let (model, examples) = (self, &examples[..]);
        let recipes = Recipes { model, wish, examples, most: &most, trial };
        self.converse(NAME, messages, &recipes).await
    }

    /// Asks until an answer is taken; what is wrong with one goes back, a bounded number of times.
    async fn converse(
        &self,
        author: &str,
        mut messages: Vec<Message>,
        reader: &dyn Reader,
    ) -> Result<Vec<Draft>, AuthorError> {
        let mut reason = String::new();
        for attempt in 1..=self.tries {
            let text = self.ask(&messages, attempt).await?;
            match reader.taken(&text).await {
                Ok(draft) => return Ok(vec![draft]),
                Err(Wrong::Away(reason)) => {
                    return Err(AuthorError::Unavailable { author: author.to_owned(), reason });
                }
                Err(Wrong::Answer(wrong)) => {
                    messages.extend(prompt::again(reader.what(), &text, &wrong));
                    reason = prompt::noted(&wrong);
                }
            }
        }
        Err(AuthorError::Refused { author: author.to_owned(), reason })
    }

    /// What it may ask for: what it was given, and calls of what it was told of.
    fn most(&self, parts: &[super::compose::Part]) -> Permissions {
        let mut most = self.may.clone();
        most.call.extend(parts.iter().filter_map(|part| part.capability.as_str().parse().ok()));
        most
    }
}

/// Makes drafts of what a model answers.
trait Reader: Sync {
    /// What an answer is, in a word.
    fn what(&self) -> &str;

    /// The draft of an answer.
    fn taken<'a>(&'a self, answer: &'a str) -> Taking<'a>;
}

type Taking<'a> = Pin<Box<dyn Future<Output = Result<Draft, Wrong>> + Send + 'a>>;

/// Why an answer is not taken.
enum Wrong {
    /// It is at fault, and told so.
    Answer(String),
    /// Something else is, so that another answer would not be taken either.
    Away(String),
}

/// Recipes in answers.
struct Recipes<'a> {
    model: &'a LanguageModel,
    wish: &'a Wish,
    examples: &'a [Example],
    most: &'a Permissions,
    trial: Option<&'a dyn Trial>,
}

/// A draft, where whoever tries drafts finds nothing wrong with it.
async fn held(draft: Draft, trial: Option<&dyn Trial>) -> Result<Draft, Wrong> {
    let Some(trial) = trial else { return Ok(draft) };
    match trial.hold(&draft).await {
        Verdict::Failed { example, found } => {
            let found: String = found.chars().take(FOUND_CHARS_MAX).collect();
            Err(Wrong::Answer(format!("example {example} does not hold: it gives {found}")))
        }
        Verdict::Unbuildable(why) => Err(Wrong::Answer(format!("it cannot be built: {why}"))),
        Verdict::Held | Verdict::Unproven => Ok(draft),
    }
}

fn away(reason: String) -> AuthorError {
    AuthorError::Unavailable { author: NAME.to_owned(), reason }
}

// === impl LanguageModel ===

impl fmt::Debug for LanguageModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LanguageModel")
            .field("endpoint", &self.endpoint.as_str())
            .field("model", &self.model)
            .field("has_key", &self.key.is_some())
            .field("tries", &self.tries)
            .finish_non_exhaustive()
    }
}

impl Author for LanguageModel {
    fn name(&self) -> &str {
        NAME
    }

    fn cost(&self) -> Cost {
        Cost::Model
    }

    fn price_micros(&self) -> u64 {
        self.price_micros
    }

    fn is_for(&self, wish: &Wish) -> bool {
        !shown::examples(wish).is_empty()
    }

    fn write<'a>(&'a self, wish: &'a Wish) -> Drafting<'a> {
        Box::pin(self.drafts(wish, None))
    }

    fn write_trying<'a>(&'a self, wish: &'a Wish, trial: &'a dyn Trial) -> Drafting<'a> {
        Box::pin(self.drafts(wish, Some(trial)))
    }
}

// === impl Recipes ===

impl Reader for Recipes<'_> {
    fn what(&self) -> &str {
        "recipe"
    }

    fn taken<'a>(&'a self, answer: &'a str) -> Taking<'a> {
        Box::pin(async move {
            let taken = answer::recipe(answer, self.wish, self.most).map_err(Wrong::Answer)?;
            if let Some(why) = table::listed(&taken.text, self.examples) {
                return Err(Wrong::Answer(why));
            }
            let draft = Draft {
                author: NAME.to_owned(),
                name: taken.name,
                source: Source::Recipe(taken.text),
                examples: self.examples.to_vec(),
                reasons: vec![format!("`{}` wrote it: {}", self.model.model, taken.summary)],
                doubts: Vec::new(),
                confidence: SURE,
            };
            held(draft, self.trial).await
        })
    }
}
