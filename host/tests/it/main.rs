//! The one integration binary of the host crate: real guests in a real host.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::too_many_lines,
    clippy::wildcard_enum_match_arm,
    reason = "a test that meets what it did not expect must fail at once"
)]

mod admission;
mod again;
mod bundle;
mod corpus;
mod effects;
mod engine;
mod engine_lab;
mod examine;
mod figures;
#[cfg(feature = "http")]
mod files;
mod frozen;
#[cfg(all(feature = "grow", feature = "learn"))]
mod grow;
mod guest_sdk;
mod hostile;
#[cfg(feature = "http")]
mod http;
mod kill;
mod kv;
mod limits;
mod live;
mod reflect;
#[cfg(feature = "http")]
mod screen;
mod shadow;
mod succession;
mod support;
mod template;
mod trust;
mod vectors;
#[cfg(all(feature = "wasi-p3", feature = "http"))]
mod wasi3;
