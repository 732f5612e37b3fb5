//! Engraft: an embeddable plugin host for programs that grow.

pub mod artifact;
pub mod engine;
pub mod model;
pub mod store;
