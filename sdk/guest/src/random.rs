//! Random numbers, real or from a seed, as the host chooses. Needs the `random` permission.
//!
//! *Never:* a generator with a seed of its own; a run under a seeded host has to replay.

use crate::{HostError, sys};

/// The most bytes that the host gives at once; the contract says so.
const BYTES_AT_ONCE: usize = 65_536;

/// This many random bytes.
///
/// # Errors
/// Where randomness is not allowed.
pub fn bytes(count: usize) -> Result<Vec<u8>, HostError> {
    let mut all = Vec::new();
    let mut left = count;
    while left > 0 {
        let some = sys::random_bytes(left.min(BYTES_AT_ONCE) as u32)?;
        if some.is_empty() {
            return Err(HostError::Failed("the host gave no random bytes".to_owned()));
        }
        left = left.saturating_sub(some.len());
        all.extend(some);
    }
    Ok(all)
}

/// One random number over the whole range.
///
/// # Errors
/// Where randomness is not allowed.
pub fn number() -> Result<u64, HostError> {
    sys::random_number()
}

/// One random number from 0 to `bound`, without `bound`, each as likely as any other.
///
/// # Errors
/// Where randomness is not allowed, or `bound` is 0.
pub fn below(bound: u64) -> Result<u64, HostError> {
    if bound == 0 {
        return Err(HostError::Invalid("no number is below 0".to_owned()));
    }
    // The last incomplete stretch of the range would favour small numbers, so it is drawn again.
    let fair = u64::MAX - u64::MAX % bound;
    loop {
        let drawn = number()?;
        if drawn < fair {
            return Ok(drawn % bound);
        }
    }
}

/// One of these, or none of an empty slice.
///
/// # Errors
/// Where randomness is not allowed.
pub fn choose<T>(from: &[T]) -> Result<Option<&T>, HostError> {
    if from.is_empty() {
        return Ok(None);
    }
    Ok(from.get(below(from.len() as u64)? as usize))
}

/// Puts these into a random order.
///
/// # Errors
/// Where randomness is not allowed.
pub fn shuffle<T>(items: &mut [T]) -> Result<(), HostError> {
    for last in (1..items.len()).rev() {
        items.swap(last, below(last as u64 + 1)? as usize);
    }
    Ok(())
}
