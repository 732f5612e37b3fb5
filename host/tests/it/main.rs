//! The one integration binary of the host crate: real guests in a real host.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that meets what it did not expect must fail at once"
)]

mod bundle;
mod support;
mod trust;
mod vectors;
