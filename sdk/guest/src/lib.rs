//! What a capability written in Rust links.
