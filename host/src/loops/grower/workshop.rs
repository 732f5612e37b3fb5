//! What the grower has done by others: drafts written and tried, candidates examined, signed and kept.
//!
//! *Never:* whoever is asked here decides what is done next.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use crate::examine::Report;
use crate::model::{Before, Digest};
use crate::registry::{Ending, Proposal, Work};
use crate::synth::Purse;

/// Something being done.
pub type Doing<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Who does what the grower orders. Each order may come again after a restart, and then does the same.
pub trait Workshop: Send + Sync {
    /// Has a draft written that holds everything that is wanted, for no more money than this. What is
    /// paid is taken out before it is spent, so that it is known whatever becomes of the attempt.
    fn write<'a>(&'a self, work: &'a Work, purse: &'a Purse) -> Doing<'a, Writing>;

    /// The most that an author takes for a wish, in millionths of the program's unit; none where there is
    /// no such author here.
    fn price_micros(&self, author: &str) -> Option<u64>;

    /// Has the draft of a piece of work examined.
    fn examine<'a>(&'a self, work: &'a Work) -> Doing<'a, Result<Report, Trouble>>;

    /// Signs what was examined and has it kept.
    fn install<'a>(&'a self, work: &'a Work) -> Doing<'a, Result<Looked, Trouble>>;

    /// The release of a piece of work as it is to be repaired: what it was made from, what it gave, and
    /// the requests that it failed at.
    fn before<'a>(&'a self, work: &'a Work) -> Doing<'a, Result<Before, Trouble>>;
}

/// What came of an attempt.
#[derive(Debug)]
pub struct Writing {
    /// What was made.
    pub made: Made,
    /// What was tried, and what came of it, in sentences.
    pub tried: Vec<String>,
}

/// What was made in an attempt.
#[derive(Debug)]
pub enum Made {
    /// A draft that holds everything that is wanted.
    Draft {
        /// Which.
        proposal: Box<Proposal>,
        /// What it is made from, to be kept.
        blobs: Vec<(Digest, Vec<u8>)>,
    },
    /// Nothing.
    Nothing {
        /// What another attempt would need to bring something.
        needs: Needs,
        /// What came nearest, and why it is not what was wanted.
        why: String,
    },
    /// Nothing, and another attempt would bring nothing either.
    Over {
        /// How it ends.
        how: Ending,
        /// Why.
        why: String,
    },
}

/// What another attempt needs to bring something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Needs {
    /// Time, and at least so much: somebody outside was asked, and may do better.
    Time(Duration),
    /// Money: an author was not asked.
    Money {
        /// Which.
        author: String,
        /// The most that it takes, in millionths of the program's unit.
        micros: u64,
    },
    /// Something new: everybody who was asked would say the same again.
    News,
}

/// What came of signing and keeping.
#[derive(Debug)]
pub enum Looked {
    /// It is kept.
    Installed,
    /// Something else was found than before, so that it is not let through as it was.
    Otherwise(Box<Report>),
}

/// Why something was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// It will not be done later either.
    Final(String),
    /// It may be later.
    Passing(String),
}
