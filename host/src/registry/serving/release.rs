//! One release that serves: what is called, and what came of its calls.
//!
//! *Never:* a call of a release that was closed begins.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::task::Poll;

use semver::Version;
use tokio::sync::Notify;

use crate::engine::{Invocation, Report};
use crate::model::{CapabilityName, Digest, Outcome};
use crate::registry::evidence::{LogHistogram, Tally};
use crate::registry::op::Installed;
use crate::registry::state::Release;

/// Latencies that the history of a release keeps: as many as a judge starts from, and a few more so
/// that the last ones count.
const LATENCIES_KEPT: usize = 1_024;

/// What can be called: a component, or a script in a simulation.
pub trait Callee: Send + Sync + 'static {
    /// Calls it. Dropping the future cancels the call.
    fn call(&self, invocation: &Invocation<'_>) -> impl Future<Output = Report> + Send;
}

/// A release that serves.
#[derive(Debug)]
pub struct Serving<C> {
    installed: Installed,
    callee: C,
    is_closed: AtomicBool,
    is_expired: AtomicBool,
    expiry: Notify,
    totals: AtomicTotals,
    latencies: Mutex<Samples>,
}

/// How many calls of a release ended how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Calls that began.
    pub begun: u64,
    /// Those that ended.
    pub ended: u64,
    /// Those that gave an output.
    pub returned: u64,
    /// Those that another release had to answer.
    pub fallen_back: u64,
}

#[derive(Debug, Default)]
struct AtomicTotals {
    begun: AtomicU64,
    ended: AtomicU64,
    returned: AtomicU64,
    fallen_back: AtomicU64,
}

/// The last latencies in microseconds, the oldest overwritten first.
#[derive(Debug, Default)]
struct Samples {
    values: Vec<f64>,
    next: usize,
}

impl<C> Serving<C> {
    pub(super) fn new(release: &Release, callee: C) -> Self {
        Self {
            installed: release.installed.clone(),
            callee,
            is_closed: AtomicBool::new(false),
            is_expired: AtomicBool::new(false),
            expiry: Notify::new(),
            totals: AtomicTotals::default(),
            latencies: Mutex::default(),
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
        self.totals.begun.fetch_add(1, Ordering::Relaxed);
        true
    }

    /// Notes how a call ended.
    pub fn end(&self, outcome: &Outcome, microseconds: f64) {
        self.totals.ended.fetch_add(1, Ordering::Relaxed);
        if outcome.is_returned() {
            self.totals.returned.fetch_add(1, Ordering::Relaxed);
        }
        let mut latencies = self.latencies.lock().unwrap_or_else(PoisonError::into_inner);
        latencies.put(microseconds);
    }

    /// Notes that another release had to answer for it.
    pub fn fall_back(&self) {
        self.totals.fallen_back.fetch_add(1, Ordering::Relaxed);
    }

    /// What came of its calls so far.
    #[must_use]
    pub fn totals(&self) -> Totals {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        // Ended first, so that no call seems to end before it began.
        let ended = read(&self.totals.ended);
        Totals {
            ended,
            begun: read(&self.totals.begun),
            returned: read(&self.totals.returned),
            fallen_back: read(&self.totals.fallen_back),
        }
    }

    /// What a judge is told of the time before.
    #[must_use]
    pub fn history(&self) -> (Tally, LogHistogram) {
        let totals = self.totals();
        let mut histogram = LogHistogram::new();
        let latencies = self.latencies.lock().unwrap_or_else(PoisonError::into_inner);
        latencies.values.iter().for_each(|value| histogram.record(*value));
        let failures = totals.ended.saturating_sub(totals.returned);
        (Tally::new(totals.ended, failures), histogram)
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

// === impl Samples ===

impl Samples {
    fn put(&mut self, value: f64) {
        if self.values.len() < LATENCIES_KEPT {
            self.values.push(value);
        } else if let Some(oldest) = self.values.get_mut(self.next) {
            *oldest = value;
            self.next = (self.next + 1) % LATENCIES_KEPT;
        }
    }
}
