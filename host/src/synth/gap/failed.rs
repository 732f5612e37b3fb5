//! A request that was not served, as it comes to the gaps.
//!
//! *Never:* it says who asked; a number says whether it was the same person.

use std::time::SystemTime;

use semver::Version;
use serde_json::Value;

use crate::model::CapabilityName;
use crate::synth::diagnose::Cause;

/// A request that was not served.
#[derive(Debug, Clone, Copy)]
pub struct Failed<'a> {
    /// What was said; empty where a program named what it wanted.
    pub sentence: &'a str,
    /// Why it was not served.
    pub cause: Cause,
    /// The capability that failed, or that was named in vain.
    pub capability: Option<&'a CapabilityName>,
    /// What was called, where something was.
    pub call: Option<Called<'a>>,
    /// Which capability came nearest, where none was clear enough.
    pub near: Option<&'a CapabilityName>,
    /// Why a program's own planner found nothing, where it said so.
    pub why: Option<&'a str>,
    /// Who asked, as a number that says no more than that it was the same person.
    pub who: u64,
    /// When.
    pub at: SystemTime,
}

/// What was called.
#[derive(Debug, Clone, Copy)]
pub struct Called<'a> {
    /// Which operation.
    pub operation: &'a str,
    /// The version that was asked; none where none serves.
    pub version: Option<&'a Version>,
    /// With what, where that is known.
    pub input: Option<&'a Value>,
}

impl<'a> Failed<'a> {
    /// A sentence that nothing serves.
    #[must_use]
    pub const fn missing(sentence: &'a str, who: u64, at: SystemTime) -> Self {
        let cause = Cause::Missing;
        Self { sentence, cause, capability: None, call: None, near: None, why: None, who, at }
    }

    /// The same for another cause.
    #[must_use]
    pub const fn because(mut self, cause: Cause) -> Self {
        self.cause = cause;
        self
    }

    /// The same with the capability that failed, or was named in vain.
    #[must_use]
    pub const fn of(mut self, capability: &'a CapabilityName) -> Self {
        self.capability = Some(capability);
        self
    }

    /// The same with what was called.
    #[must_use]
    pub const fn called(mut self, call: Called<'a>) -> Self {
        self.call = Some(call);
        self
    }
}
