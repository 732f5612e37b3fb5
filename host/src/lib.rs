//! Engraft: an embeddable plugin host for programs that grow.

pub mod artifact;
pub mod model;
