//! Drivers: each takes what was seen, asks a judge, and records what the judge says.
//!
//! *Never:* a driver decides; and it never calls what answers requests.

#[cfg(feature = "open-feature")]
mod flags;
#[cfg(feature = "grow")]
pub mod governor;
#[cfg(feature = "grow")]
pub mod grower;
#[cfg(feature = "grow")]
pub mod healer;
mod steward;

#[cfg(feature = "open-feature")]
pub use flags::{ASK_EVERY, Flags, PATIENCE};
pub use steward::{KEEP_EVERY, Steward, TICK};
