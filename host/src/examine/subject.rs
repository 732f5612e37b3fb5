//! What the static checks look at: facts, manifest, and what stands beside the candidate.
//!
//! *Never:* a check looks at anything that is not here.

use std::time::Duration;

use super::candidate::Trust;
use super::facts::Facts;
use super::level::Bounds;
use super::policy::Forbidden;
use crate::artifact::Manifest;
use crate::engine::raw::Interface;
use crate::model::CapabilityName;

/// One candidate with everything that is known before it runs.
pub(crate) struct Subject<'a> {
    pub(crate) trust: &'a Trust,
    pub(crate) facts: &'a Facts<'a>,
    /// None where it was not found out yet, because that means running it.
    pub(crate) manifest: Option<&'a Manifest>,
    /// The release before, where there is one.
    pub(crate) before: Option<&'a Manifest>,
    /// Names that are in use here.
    pub(crate) names: &'a [CapabilityName],
    /// What the embedding program offers beside the contract.
    pub(crate) interfaces: &'a [Interface],
    pub(crate) bounds: &'a Bounds,
    pub(crate) forbidden: &'a Forbidden,
    pub(crate) now: Duration,
    /// Every text of it that somebody may read.
    pub(crate) texts: Vec<Text>,
}

/// A text, and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Text {
    pub(crate) place: String,
    pub(crate) text: String,
}
