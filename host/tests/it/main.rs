//! The one integration binary of the host crate: real guests in a real host.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has to stop; clippy sees that only inside of #[test]"
)]

mod frozen;
mod guest_sdk;
mod support;
mod template;
