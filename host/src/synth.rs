//! What is missing, and who could make it.
//!
//! ```text
//! Facts ─cause→ Failed ─note→ Gap ─wish→ Wish
//! Wish ─authors, the cheapest first→ Draft ─its examples→ Written
//! ```
//!
//! A [`Gap`] is a cluster of requests that failed for one [`Cause`]; what they have in common is a
//! pattern, and what varies are its slots. A [`Wish`] says what somebody wants: sentences, and examples. An [`Author`] turns it into drafts; a
//! draft counts only once its examples have been tried and held. What comes of it is a candidate like
//! any other: it is examined, approved and signed before anybody gets it.
//!
//! *Never:* anything here grants, signs or runs; and a wish never decides what a draft may ask for
//! beyond what its author's own entry says.

mod author;
mod authors;
mod catalogue;
mod compose;
mod diagnose;
#[cfg(feature = "learn")]
mod examples;
mod gap;
mod manifest;
#[cfg(feature = "language-model")]
mod model;
mod offered;
mod openapi;
mod prose;
#[cfg(feature = "grow")]
mod proved;
mod purse;
mod shown;
mod text;
mod words;

use crate::model::wish;
pub use crate::model::{Asked, Before, Counterexample, SourceFile, Wish};
pub use author::{Author, AuthorError, Cost, Draft, Drafting, Source};
pub use authors::{Attempt, Authors, Trial, Trying, Verdict, Written};
pub use catalogue::{Catalogue, Entry, EntryError, Parameter};
pub use compose::{Compose, Execute, Part, Running};
pub use diagnose::{Cause, Facts, Mend};
#[cfg(feature = "learn")]
pub use examples::FromExamples;
pub use gap::{Called, Failed, Gap, GapSummary, Gaps, Request, TeachError, Teacher, Threshold};
pub use manifest::{
    Auth, Becomes, BodyKind, Http, ManifestError, TOOLS_SCHEMA, Tool, ToolError, Tools,
};
#[cfg(feature = "language-model")]
pub use model::{
    Building, Described, Exchange, FillTemplate, LanguageModel, Message, Template, Unbuilt, Watch,
};
pub use offered::Offered;
pub use openapi::{Api, Grouping, OpenApi, OpenApiError, Skipped};
#[cfg(feature = "grow")]
pub use proved::Proved;
pub use purse::Purse;
pub use text::TextError;
