//! Work on what is missing, as the log tells of it: from a wish to a release, and back.
//!
//! Each piece of work is begun by one op and goes on by further ones. Where its release stands is not
//! told again: that follows from the ops about that release, so that the two cannot disagree.
//!
//! *Never:* a step is taken in that does not follow from where its work stands.

mod clean;
mod fold;
mod lifecycle;
mod seat;
#[cfg(test)]
mod tests;
mod until;

use std::fmt;

use semver::Version;
use serde::{Deserialize, Serialize};

use super::op::Actor;
use crate::artifact::Risk;
use crate::examine::Examination;
use crate::model::{CapabilityName, Digest, GapId, Permissions, Wish};
pub use clean::WantError;
pub use fold::{Growth, Taken};
pub use lifecycle::Lifecycle;
pub use seat::Seat;
pub use until::Until;

/// Pieces of work that wait or are under way: more than a person can look through, and few enough
/// that a thousand users who ask at once do not fill the log's state.
pub const OPEN_MAX: usize = 256;
/// Of those, so many come from requests that failed: whoever makes thousands of gaps due at once leaves
/// room for what a person wants.
pub const OPEN_GAPS_MAX: usize = 32;
/// Pieces of work that are over and remembered; the log holds them all.
const OVER_MAX: usize = 256;
/// Users whose wish it was and who get the release first; the others come by its share.
pub const ASKERS_MAX: usize = 64;
/// Sentences of what was tried; a person who is asked reads the last of them.
const TRIED_MAX: usize = 24;
/// One such sentence.
const SENTENCE_CHARS_MAX: usize = 400;
/// What a wish may hold as JSON: a few dozen examples of a page each.
const WISH_BYTES_MAX: usize = 256 << 10;

/// What is wanted, and by whom.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Want {
    /// Where it comes from.
    pub source: WantSource,
    /// What.
    pub wish: Wish,
    /// The users whose wish it is, by their sticky ids or their marks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub askers: Vec<String>,
    /// A recipe that somebody has written already; no author is asked then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipe: Option<String>,
    /// The work whose release it repairs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repairs: Option<u64>,
    /// Repairs in a row before this one.
    #[serde(default)]
    pub repairs_before: u32,
    /// The gap that it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gap: Option<OfGap>,
}

/// A gap, and how much of what is wanted was known of it when work on it began. It becomes work again
/// only when somebody has shown more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfGap {
    /// Which.
    pub gap: GapId,
    /// How many examples people had agreed on.
    pub taught: usize,
}

/// Where a wish comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum WantSource {
    /// Requests that failed.
    Gap,
    /// A person who asked for it or showed examples.
    Person,
    /// A document or manifest that was found.
    Discovery,
    /// A release that was taken back or found wrong.
    Repair,
    /// A change to a capability that a person proposed.
    Change,
}

/// Something that happens to a piece of work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Step {
    /// Somebody else wants it as well.
    Joined {
        /// The user, by the sticky id or the mark.
        asker: String,
    },
    /// The requests of a gap ask for the same, so that this work is theirs as well.
    Gathered {
        /// Which.
        of: OfGap,
    },
    /// An attempt begins. It is over at that time, whatever becomes of whoever makes it.
    Begun {
        /// Whoever makes it.
        by: String,
        /// Until when, in milliseconds since 1970-01-01T00:00:00Z.
        until_ms: u64,
        /// What it spends of the day's budget already by being made.
        spent: Spent,
        /// Where it is made, where that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seat: Option<Seat>,
    },
    /// Whoever made an attempt is gone; nothing has come of it.
    Lost {
        /// Who it was.
        by: String,
        /// Until when the attempt was to last.
        until_ms: u64,
    },
    /// An attempt has brought nothing.
    Failed {
        /// What was tried, and what came of it.
        tried: Vec<String>,
        /// What it took.
        spent: Spent,
        /// What another attempt waits for; it may be made at once where there is nothing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Until>,
    },
    /// A draft holds everything that is wanted.
    Proposed {
        /// Which.
        proposal: Box<Proposal>,
        /// What was tried, and what came of it.
        tried: Vec<String>,
        /// What it took.
        spent: Spent,
    },
    /// The draft was examined.
    Examined(Box<Examination>),
    /// It is worked on before or after others: lower goes first, and 0 is where all begin.
    Ranked {
        /// Its place.
        rank: i64,
    },
    /// A person says that it may go on where the host would not let it by itself.
    Allowed,
    /// A person says that it is to be tried again.
    Retried,
    /// It is over.
    Ended {
        /// How.
        how: Ending,
    },
}

/// How a piece of work ended that brought no release, or none that stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Ending {
    /// Nobody found anything; a person is asked.
    GaveUp,
    /// It was found and may not be had.
    Refused,
    /// A person said no.
    Dropped,
    /// Another piece of work has taken its place.
    Replaced,
}

/// What was spent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Spent {
    /// Attempts.
    pub attempts: u32,
    /// Time, in milliseconds.
    pub ms: u64,
    /// Money, in millionths of whatever unit the program counts in.
    pub micros: u64,
}

/// A draft that holds everything that is wanted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Proposal {
    /// What it is called.
    pub name: CapabilityName,
    /// The version that it would be released as.
    pub version: Version,
    /// Its place in the line of releases.
    pub sequence: u64,
    /// Its component.
    pub component: Digest,
    /// What it is made from, kept beside the log.
    pub source: Digest,
    /// Who wrote it.
    pub author: String,
    /// Why this is what was wanted.
    pub reasons: Vec<String>,
    /// Why something else may have been wanted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub doubts: Vec<String>,
    /// What it asks for.
    #[serde(default, skip_serializing_if = "Permissions::is_empty")]
    pub permissions: Permissions,
}

/// A piece of work, as far as it has come.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Work {
    /// Its number: the place of the op that began it.
    pub id: u64,
    /// What is wanted.
    pub want: Want,
    /// When it began, in milliseconds since 1970-01-01T00:00:00Z.
    pub since_ms: u64,
    /// Its place in the queue.
    pub rank: i64,
    /// The attempt under way: by whom, and until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<(String, u64)>,
    /// Where that attempt is made, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seat: Option<Seat>,
    /// What another attempt waits for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Until>,
    /// Attempts since it began, or since a person said to try again.
    pub attempts: u32,
    /// Everything that it took.
    pub spent: Spent,
    /// What was tried, the last last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tried: Vec<String>,
    /// The draft.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposal: Option<Proposal>,
    /// What came of examining it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub examination: Option<Box<Examination>>,
    /// Who said that it may go on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed_by: Option<Actor>,
    /// Whether its release has begun to spread, or was made to serve.
    #[serde(default)]
    pub has_spread: bool,
    /// The piece of work that repairs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repaired_by: Option<u64>,
    /// How it ended, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<(Ending, String)>,
}

impl Want {
    /// A wish from there.
    #[must_use]
    pub const fn new(source: WantSource, wish: Wish) -> Self {
        Self {
            source,
            wish,
            askers: Vec::new(),
            recipe: None,
            repairs: None,
            repairs_before: 0,
            gap: None,
        }
    }

    /// The wish of this user, who gets the release first.
    #[must_use]
    pub fn asked_by(mut self, sticky: impl Into<String>) -> Self {
        self.askers.push(sticky.into());
        self
    }

    /// With a recipe that is there already, such as one that a person wrote.
    #[must_use]
    pub fn written(mut self, recipe: impl Into<String>) -> Self {
        self.recipe = Some(recipe.into());
        self
    }

    /// Whether another one wants the same, so that one piece of work will do for both.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        let says =
            |want: &Self| want.wish.asked.iter().map(|it| it.sentence.clone()).collect::<Vec<_>>();
        let is_alike = self.wish.name == other.wish.name
            && self.wish.examples == other.wish.examples
            && self.wish.before == other.wish.before
            && self.recipe == other.recipe;
        is_alike
            && !self.is_shown_more(other)
            && (says(self) == says(other) || self.has_intent_of(other))
    }

    /// Whether the other one says what should have come of a sentence, and this one does not.
    fn is_shown_more(&self, other: &Self) -> bool {
        let mut shown = other.wish.asked.iter().filter(|asked| asked.wanted.is_some());
        shown.any(|asked| !self.wish.asked.contains(asked))
    }

    fn has_intent_of(&self, other: &Self) -> bool {
        !self.wish.intents.is_empty() && self.wish.intents == other.wish.intents
    }
}

impl Work {
    /// The capability that it is about, as far as that is known.
    #[must_use]
    pub fn name(&self) -> Option<&CapabilityName> {
        self.proposal.as_ref().map(|it| &it.name).or(self.want.wish.name.as_ref())
    }

    /// Whether its draft may not be what was meant, and nobody has said that it is.
    #[cfg(feature = "grow")]
    pub(crate) fn is_doubted(&self) -> bool {
        let has_doubts = self.proposal.as_ref().is_some_and(|it| !it.doubts.is_empty());
        has_doubts && self.allowed_by.is_none()
    }

    /// The risk that was found; none before it was examined.
    #[must_use]
    pub fn risk(&self) -> Option<Risk> {
        self.examination.as_ref().and_then(|examination| examination.risk)
    }

    /// What it is about, in a few words.
    #[must_use]
    pub fn title(&self) -> String {
        let said = self.want.wish.asked.first().map(|asked| asked.sentence.clone());
        let name = self.name().map(ToString::to_string);
        name.or(said).unwrap_or_else(|| format!("{} examples", self.want.wish.examples.len()))
    }

    fn note(&mut self, tried: &[String]) {
        let cut = |text: &String| text.chars().take(SENTENCE_CHARS_MAX).collect::<String>();
        self.tried.extend(tried.iter().map(cut));
        let over = self.tried.len().saturating_sub(TRIED_MAX);
        self.tried.drain(..over);
    }
}

impl Spent {
    /// Both together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            attempts: self.attempts.saturating_add(other.attempts),
            ms: self.ms.saturating_add(other.ms),
            micros: self.micros.saturating_add(other.micros),
        }
    }
}

// === impl WantSource ===

impl fmt::Display for WantSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Gap => "failed requests",
            Self::Person => "a person's wish",
            Self::Discovery => "a document",
            Self::Repair => "a repair",
            Self::Change => "a proposed change",
        })
    }
}

// === impl Ending ===

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::GaveUp => "a person is asked",
            Self::Refused => "refused",
            Self::Dropped => "dropped",
            Self::Replaced => "replaced",
        })
    }
}
