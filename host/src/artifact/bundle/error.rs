//! What can be wrong with the bytes of a bundle, before anybody asks whom to trust.
//!
//! *Never:* a question of trust; those are `TrustError`.

use crate::artifact::envelope::EnvelopeError;

/// Why some bytes are not a bundle. Whatever the cause, the file is to be fetched or made again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BundleError {
    /// It is something else.
    #[error("this is not an Engraft bundle: it does not begin as one")]
    Foreign,
    /// It is WebAssembly that nobody has signed.
    #[error("this is bare WebAssembly, not a bundle; `engraft sign` makes a bundle of a component")]
    Unsigned,
    /// It is of a later format.
    #[error("the bundle has format {found}; this version reads format {known}: update Engraft")]
    Format {
        /// The bundle's.
        found: u16,
        /// Ours.
        known: u16,
    },
    /// It ends too early.
    #[error("the bundle is cut off: it has {present} of {needed} bytes; fetch it again")]
    Truncated {
        /// How many bytes its header tells of, as far as could be read.
        needed: usize,
        /// How many there are.
        present: usize,
    },
    /// Something hangs on behind its end.
    #[error("{extra} bytes follow the end of the bundle; nothing unsigned may be in it")]
    Trailing {
        /// How many.
        extra: usize,
    },
    /// A part is larger than it may be.
    #[error("the {part} has {bytes} bytes; at most {bytes_max} may be")]
    TooLarge {
        /// Which part.
        part: &'static str,
        /// What it has, or claims to have.
        bytes: u64,
        /// What it may have.
        bytes_max: usize,
    },
    /// There are more of something than may be.
    #[error("the bundle has {count} of {what}; at most {count_max} may be")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many there are.
        count: usize,
        /// How many may be.
        count_max: usize,
    },
    /// A part without a byte.
    #[error("the {section} is empty")]
    Empty {
        /// Which part.
        section: &'static str,
    },
    /// A part that must be there is not.
    #[error("the bundle has no {section}")]
    Missing {
        /// Which part.
        section: &'static str,
    },
    /// A part that may be there once is there more than once.
    #[error("the bundle has more than one {section}")]
    Duplicate {
        /// Which part.
        section: &'static str,
    },
    /// A part of a kind that is not known.
    #[error("the bundle has a section of the unknown kind `{kind}`")]
    Unknown {
        /// Its tag, escaped.
        kind: String,
    },
    /// A part stands where another belongs.
    #[error("the bundle's {section} stands in the wrong place")]
    OutOfOrder {
        /// Which part.
        section: &'static str,
    },
    /// The bytes are not those that the bundle was made with.
    #[error("the bundle's {part} is damaged: its digest does not match; fetch it again")]
    Altered {
        /// Which part.
        part: &'static str,
    },
    /// An envelope cannot be read.
    #[error("{what} {number}: {source}")]
    Envelope {
        /// Of which kind it is.
        what: &'static str,
        /// Which one, counted from 1.
        number: usize,
        /// What is wrong with it.
        source: EnvelopeError,
    },
    /// Two envelopes say different things.
    #[error(
        "envelope {number} does not state what envelope 1 states; all must sign the same facts"
    )]
    Disagree {
        /// Which one, counted from 1.
        number: usize,
    },
}
