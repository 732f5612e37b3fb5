//! Authors: a wish in, drafts with their reasons out.
//!
//! *Never:* an author's word that a draft works is taken for it.

use std::future::Future;
use std::pin::Pin;

use super::authors::Trial;
use super::wish::Wish;
use crate::model::{CapabilityName, Example, SourceFile};

/// Writes drafts for wishes.
pub trait Author: Send + Sync {
    /// What it is called in reports and in the audit log.
    fn name(&self) -> &str;

    /// What a try costs; the cheap are asked first.
    fn cost(&self) -> Cost;

    /// The most money that one try takes, in millionths of whatever unit the program counts in; it is
    /// what a budget is held against. Most authors take none.
    fn price_micros(&self) -> u64 {
        0
    }

    /// Whether it has anything to go by in a wish. One that has not is neither asked nor paid.
    fn is_for(&self, wish: &Wish) -> bool {
        let _ = wish;
        true
    }

    /// Whether its drafts do what somebody has described, as a document or a manifest does. One that no
    /// example proves is worth a person's look then, and no more.
    fn is_described(&self) -> bool {
        false
    }

    /// Drafts for a wish, the likeliest first; none where it has no idea.
    ///
    /// # Errors
    /// [`AuthorError`] where it could not look, which says nothing of whether there would be a draft.
    fn write<'a>(&'a self, wish: &'a Wish) -> Drafting<'a>;

    /// The same beside somebody who tries drafts, for authors that mend what they wrote by what came of
    /// it. What they give is tried all the same.
    ///
    /// # Errors
    /// As [`Author::write`].
    fn write_trying<'a>(&'a self, wish: &'a Wish, trial: &'a dyn Trial) -> Drafting<'a> {
        let _ = trial;
        self.write(wish)
    }
}

/// An author at work.
pub type Drafting<'a> = Pin<Box<dyn Future<Output = Result<Vec<Draft>, AuthorError>> + Send + 'a>>;

/// What a try of an author costs, from the least to the most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Cost {
    /// A look into a table: microseconds.
    Lookup,
    /// A search among programs: up to a second of one core.
    Search,
    /// Requests to the outside.
    Network,
    /// A compiler of a language: seconds to minutes.
    Build,
    /// A language model: money.
    Model,
}

/// A capability that is written and not tried yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// Who wrote it.
    pub author: String,
    /// What it is called.
    pub name: CapabilityName,
    /// What it is made from.
    pub source: Source,
    /// What it has to give before it counts: those of the wish, and the author's own.
    pub examples: Vec<Example>,
    /// Why this is what was wished for, in sentences.
    pub reasons: Vec<String>,
    /// Why something else may have been wished for, in sentences: what a person or another example has
    /// to decide.
    pub doubts: Vec<String>,
    /// How sure the author is, from 0 to 1.
    pub confidence: f64,
}

/// What a draft is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// A recipe, as a document of the recipe format.
    Recipe(String),
    /// A component's bytes.
    Component(Vec<u8>),
    /// A component, and the file that a template was filled with to build it: what a person reads, and
    /// what a repair begins from.
    Filled {
        /// The component's bytes.
        component: Vec<u8>,
        /// What it was built from.
        file: SourceFile,
    },
}

/// Why an author could not look.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AuthorError {
    /// Something that it needs is away.
    #[error("{author} could not look: {reason}")]
    Unavailable {
        /// Which author.
        author: String,
        /// Why, and what to do about it.
        reason: String,
    },
    /// Whoever it asks has too much to do, or is out of order for a while.
    #[error("{author} could not look: {reason}")]
    Busy {
        /// Which author.
        author: String,
        /// Why.
        reason: String,
        /// Seconds that whoever was asked wants to be left alone.
        seconds: u64,
    },
    /// Two examples exclude one another, so that nothing gives both.
    #[error("the examples contradict each other: {input} is to give {}; keep one of them", outputs.join(" and "))]
    Contradicting {
        /// The input of both.
        input: String,
        /// What they want of it.
        outputs: Vec<String>,
    },
    /// What it wrote is not taken, whatever it would give.
    #[error("what {author} wrote is refused: {reason}")]
    Refused {
        /// Which author.
        author: String,
        /// Why.
        reason: String,
    },
    /// It would have cost more than it may.
    #[error(
        "{author} gave up: {limit} is the most it may spend; raise it if this wish is worth more"
    )]
    TooDear {
        /// Which author.
        author: String,
        /// The limit, with its unit.
        limit: String,
    },
}

// === impl Cost ===

impl Cost {
    /// Whether a try of the same may come to something else: somebody outside is asked.
    #[must_use]
    pub const fn may_differ(self) -> bool {
        matches!(self, Self::Network | Self::Build | Self::Model)
    }
}

impl std::fmt::Display for Cost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Lookup => "lookup",
            Self::Search => "search",
            Self::Network => "network",
            Self::Build => "build",
            Self::Model => "model",
        })
    }
}
