//! One release that serves: what is called, and what came of its calls.
//!
//! *Never:* a call of a release that was closed begins.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;

use semver::Version;
use tokio::sync::Notify;

use super::meter::{Latencies, Meter, Totals};
use crate::engine::{Invocation, Report};
use crate::model::{Budget, CapabilityName, Digest, Outcome, Usage};
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
    installed: Installed,
    callee: C,
    /// The budget of its approvals that it was made ready for.
    budget: Option<Budget>,
    is_closed: AtomicBool,
    is_expired: AtomicBool,
    expiry: Notify,
    meter: Arc<Meter>,
}

impl<C> Serving<C> {
    pub(super) fn new(release: &Release, callee: C, meter: Arc<Meter>) -> Self {
        Self {
            installed: release.installed.clone(),
            budget: release.reach.budget,
            callee,
            is_closed: AtomicBool::new(false),
            is_expired: AtomicBool::new(false),
            expiry: Notify::new(),
            meter,
        }
    }

    /// Which capability.
    #[must_use]
    pub const fn name(&self) -> &CapabilityName {
        &self.installed.name
    }

    /// Which version.
    #[must_use]
    pub const fn version(&self) -> &Version {
        &self.installed.version
    }

    /// Which component.
    #[must_use]
    pub const fn component(&self) -> Digest {
        self.installed.component
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

    /// Drives a call of this release to its end, or until the release goes: its calls have had their
    /// time then, and end as cancelled.
    pub async fn drive(&self, call: impl Future<Output = Report>) -> Report {
        let mut call = pin!(call);
        // A call that never waits does without.
        let mut expiry = None;
        poll_fn(|context| {
            if let Poll::Ready(report) = call.as_mut().poll(context) {
                return Poll::Ready(report);
            }
            let expiry = expiry.get_or_insert_with(|| Box::pin(self.expiry.notified()));
            let is_over = expiry.as_mut().poll(context).is_ready();
            // Looked at after the notice is out, so that none falls between.
            if is_over || self.is_expired.load(Ordering::Acquire) {
                return Poll::Ready(Report::unstarted(Outcome::Cancelled));
            }
            Poll::Pending
        })
        .await
    }

    /// Whether calls of it are under way.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        let totals = self.totals();
        totals.begun > totals.ended
    }

    /// Whether no call begins on it any more.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.is_closed.load(Ordering::Acquire)
    }

    pub(super) const fn installed(&self) -> &Installed {
        &self.installed
    }

    pub(super) fn is(&self, installed: &Installed) -> bool {
        self.installed.name == installed.name
            && self.installed.version == installed.version
            && self.installed.component == installed.component
    }

    /// Whether it is a release, within the budget that this is approved for now.
    pub(super) fn fits(&self, release: &Release) -> bool {
        self.is(&release.installed) && self.budget == release.reach.budget
    }

    /// No call begins on it any more, whoever still holds it.
    pub(super) fn close(&self) {
        self.is_closed.store(true, Ordering::Release);
    }

    /// Ends what is under way on it.
    pub(super) fn expire(&self) {
        self.close();
        self.is_expired.store(true, Ordering::Release);
        self.expiry.notify_waiters();
    }
}
