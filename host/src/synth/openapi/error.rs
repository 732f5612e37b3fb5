//! Why no capability can be made of a document at all.
//!
//! *Never:* one operation that cannot be made keeps the others from being made; that is a
//! [`Skipped`](super::Skipped).

use crate::synth::text::TextError;

/// A document of which nothing can be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpenApiError {
    /// It cannot be read, or is too large or too deep.
    #[error(transparent)]
    Text(#[from] TextError),
    /// It is of the version before.
    #[error(
        "this is a Swagger 2.0 document, and OpenAPI 3.0 and 3.1 are read; convert it first, for \
         example with `swagger2openapi`"
    )]
    Swagger,
    /// It is of a version that is not known.
    #[error("this is OpenAPI {0}, and 3.0 and 3.1 are read")]
    Version(String),
    /// It is something else.
    #[error("this is no OpenAPI document: it has no field `openapi` with a version")]
    NoDocument,
    /// It has no operation.
    #[error("the document describes no operation in `paths`")]
    Empty,
    /// It has more operations than anybody wants at once.
    #[error(
        "the document describes {found} operations, and {most} are the most; take a part of it"
    )]
    TooMany {
        /// How many it has.
        found: usize,
        /// How many it may have.
        most: usize,
    },
    /// The name before those of its capabilities is none.
    #[error("`{0}` cannot begin a capability's name; take lower-case words, such as `petstore`")]
    Prefix(String),
    /// Nothing is asked there.
    #[error("`{url}` is not asked: {reason}")]
    Place {
        /// Where it would be.
        url: String,
        /// Why not.
        reason: String,
    },
}
