//! Drivers: each takes what was seen, asks a judge, and records what the judge says.
//!
//! *Never:* a driver decides; and it never calls what answers requests.

mod steward;

pub use steward::{KEEP_EVERY, Steward, TICK};
