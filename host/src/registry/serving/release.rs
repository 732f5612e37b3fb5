//! One release that serves: what is called, and what came of its calls.
//!
//! *Never:* a call of a release that was closed begins.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use semver::Version;

use super::meter::{Latencies, Meter, Totals};
use crate::engine::{Invocation, Report};
use crate::model::{CapabilityName, Digest, Outcome, Usage};
use crate::registry::evidence::{LogHistogram, Tally};
use crate::registry::op::Installed;
use crate::registry::state::Release;

/// What can be called: a component, or a script in a simulation.
pub trait Callee: Send + Sync + 'static {
    /// Calls it. Dropping the future cancels the call. The report says how long it took.
    fn call(&self, invocation: &Invocation<'_>) -> impl Future<Output = Report> + Send;
}

/// A release that serves.
#[derive(Debug)]
pub struct Serving<C> {
    name: CapabilityName,
    version: Version,
    component: Digest,
    callee: C,
    is_closed: AtomicBool,
    meter: Arc<Meter>,
}

impl<C> Serving<C> {
    pub(super) fn new(release: &Release, callee: C, meter: Arc<Meter>) -> Self {
        Self {
            name: release.installed.name.clone(),
            version: release.installed.version.clone(),
            component: release.installed.component,
            callee,
            is_closed: AtomicBool::new(false),
            meter,
        }
    }

    /// Which capability.
    #[must_use]
    pub const fn name(&self) -> &CapabilityName {
        &self.name
    }

    /// Which version.
    #[must_use]
    pub const fn version(&self) -> &Version {
        &self.version
    }

    /// Which component.
    #[must_use]
    pub const fn component(&self) -> Digest {
        self.component
    }

    /// What is called.
    #[must_use]
    pub const fn callee(&self) -> &C {
        &self.callee
    }

    /// Notes that a call begins; none may where the release was closed.
    #[must_use]
    pub fn begin(&self) -> bool {
        if self.is_closed.load(Ordering::Acquire) {
            return false;
        }
        self.meter.begin();
        true
    }

    /// Notes how a call ended, and what it used.
    pub fn end(&self, outcome: &Outcome, usage: &Usage) {
        self.meter.end(outcome, usage);
    }

    /// Notes that another release had to answer for it.
    pub fn fall_back(&self) {
        self.meter.fall_back();
    }

    /// Notes that a call was asked once more.
    pub fn retry(&self) {
        self.meter.retry();
    }

    /// What came of its calls so far.
    #[must_use]
    pub fn totals(&self) -> Totals {
        self.meter.totals()
    }

    /// How long its calls took.
    #[must_use]
    pub fn latencies(&self) -> Latencies {
        self.meter.latencies()
    }

    /// What a judge is told of the time before.
    #[must_use]
    pub fn history(&self) -> (Tally, LogHistogram) {
        let totals = self.meter.totals();
        let failures = totals.ended.saturating_sub(totals.outcomes.returned);
        (Tally::new(totals.ended, failures), self.meter.recent())
    }

    pub(super) fn is(&self, installed: &Installed) -> bool {
        self.name == installed.name
            && self.version == installed.version
            && self.component == installed.component
    }

    /// No call begins on it any more, whoever still holds it.
    pub(super) fn close(&self) {
        self.is_closed.store(true, Ordering::Release);
    }
}
