//! The one integration binary of the command: the real `engraft`, run in homes of its own.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that meets what it did not expect must fail at once"
)]

mod allow;
mod ask;
mod bench;
mod beside;
mod build;
mod catalogue;
mod check;
mod composed;
mod examine;
mod grow;
mod grown;
mod inspect;
mod key;
mod killed;
mod learned;
mod openapi;
mod precompile;
mod recipe;
mod registry;
mod report;
mod rollout;
mod rollouts;
mod seen;
mod sign;
mod support;
#[cfg(target_os = "linux")]
mod terminal;
mod terms;
mod trial;
mod trust;
mod usage;
mod watch;
#[cfg(target_os = "linux")]
mod written;
