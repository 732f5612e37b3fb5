//! Where real random numbers come from.
//!
//! *Never:* a source that fails is replaced by a weaker one.

/// Where real random numbers come from.
pub trait RandomSource: Send + Sync + 'static {
    /// Fills all of `bytes`.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomError>;
}

/// The source has no random numbers now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no random numbers can be drawn now: {0}")]
pub struct RandomError(pub String);

/// The operating system's source.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

// === impl RandomSource ===

impl RandomSource for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomError> {
        getrandom::fill(bytes).map_err(|error| RandomError(error.to_string()))
    }
}
