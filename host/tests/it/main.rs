//! The one integration binary of the host crate: real guests in a real host.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that meets what it did not expect must fail at once"
)]

mod effects;
mod engine;
mod engine_lab;
#[cfg(feature = "http")]
mod files;
mod hostile;
#[cfg(feature = "http")]
mod http;
mod kv;
mod limits;
mod support;
