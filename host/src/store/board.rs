//! The board beside a log: where a running program shows how it fares, and where others leave notes
//! for it.
//!
//! What is on it is no record: it may be lost when the machine loses power, and old rows go. The
//! path of a request never touches it.
//!
//! *Never:* anything is decided by what only the board knows; decisions are ops.

#[cfg(feature = "sqlite")]
mod sqlite;

use super::LogError;

#[cfg(feature = "sqlite")]
pub use sqlite::SqliteBoard;
#[cfg(feature = "sqlite")]
pub(super) use sqlite::beside;

/// Where programs that share a log show figures and leave notes. Every method blocks for as long as
/// its disk takes.
pub trait Board: Send + Sync + 'static {
    /// Shows the figures of a program in place of its earlier ones.
    ///
    /// # Errors
    /// Where the board cannot be written.
    fn show(&self, program: &str, at_ms: u64, figures: &[u8]) -> Result<(), LogError>;

    /// What every program showed last, the latest first.
    ///
    /// # Errors
    /// Where the board cannot be read.
    fn shown(&self) -> Result<Vec<Shown>, LogError>;

    /// Leaves a note, and gives it a number.
    ///
    /// # Errors
    /// Where the board cannot be written.
    fn leave(&self, at_ms: u64, note: &[u8]) -> Result<u64, LogError>;

    /// The notes that nobody took, the oldest first.
    ///
    /// # Errors
    /// Where the board cannot be read.
    fn notes(&self) -> Result<Vec<Note>, LogError>;

    /// Takes a note away. Of several that try, one gets it.
    ///
    /// # Errors
    /// Where the board cannot be written.
    fn take(&self, number: u64) -> Result<Taken, LogError>;
}

/// What a program showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Which one.
    pub program: String,
    /// When, in milliseconds since 1970.
    pub at_ms: u64,
    /// Its figures.
    pub figures: Vec<u8>,
}

/// A note that waits to be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Its number.
    pub number: u64,
    /// When it was left, in milliseconds since 1970.
    pub at_ms: u64,
    /// What it says.
    pub text: Vec<u8>,
}

/// Whether a note was still there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It was, and is whoever's who asked.
    Here,
    /// Somebody else had taken it.
    Gone,
}
