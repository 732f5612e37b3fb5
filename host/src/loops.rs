//! Drivers: each takes what was seen, asks a judge, and records what the judge says.
//!
//! *Never:* a driver decides; and it never calls what answers requests.

#[cfg(feature = "open-feature")]
mod flags;
mod steward;

#[cfg(feature = "open-feature")]
pub use flags::{ASK_EVERY, Flags, PATIENCE};
pub use steward::{KEEP_EVERY, Steward, TICK};
