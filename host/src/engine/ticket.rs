//! Taken at the start of a call; reports when the call ends, also when it is dropped halfway.
//!
//! *Never:* a call is made without one.

use super::desk::Entry;
use super::load::Inner;
use super::report::{CallRecord, LogLine, Report};
use super::warm::Warm;
use crate::model::{Outcome, Start, Usage};

/// What a call has used so far, and what it hands back at its end.
#[derive(Default)]
pub(crate) struct Ledger {
    /// Whether the desk let it in.
    pub(crate) entry: Entry,
    /// Its instance, where that may serve again.
    pub(crate) idle: Option<Box<Warm>>,
    pub(crate) usage: Usage,
    pub(crate) logs: Vec<LogLine>,
}

/// One call under way.
pub(crate) struct Ticket<'a> {
    inner: &'a Inner,
    operation: &'a str,
    depth: usize,
    pub(crate) started: Start,
    pub(crate) ledger: Ledger,
    is_open: bool,
}

impl<'a> Ticket<'a> {
    #[inline]
    pub(crate) fn open(inner: &'a Inner, operation: &'a str, depth: usize) -> Self {
        let started = inner.identity.clock.start();
        Self { inner, operation, depth, started, ledger: Ledger::default(), is_open: true }
    }

    /// Reports the end to counters, observer and trace. It stays where it is: handed on, all of it would
    /// be copied just after it was written.
    #[inline]
    pub(crate) fn close(&mut self, outcome: Outcome) -> Report {
        debug_assert!(self.is_open, "a call ends once");
        self.report(&outcome);
        let Ledger { usage, logs, .. } = &mut self.ledger;
        Report { outcome, usage: *usage, logs: std::mem::take(logs) }
    }

    #[inline]
    fn report(&mut self, outcome: &Outcome) {
        self.is_open = false;
        let identity = &self.inner.identity;
        let usage = &mut self.ledger.usage;
        usage.duration = identity.clock.since(self.started);
        let idle = self.ledger.idle.take();
        let entry = std::mem::take(&mut self.ledger.entry);
        drop(self.inner.desk.sign_out(entry, idle, outcome, usage));
        if let Some(observer) = &self.inner.shared.config.observer {
            observer.call_ended(&CallRecord {
                capability: &identity.name,
                version: identity.version.as_ref(),
                digest: &identity.digest,
                operation: self.operation,
                outcome,
                usage,
                depth: self.depth,
            });
        }
        // Fields are made only where somebody listens.
        if tracing::event_enabled!(target: "engraft::call", tracing::Level::DEBUG) {
            self.trace(outcome);
        }
    }

    fn trace(&self, outcome: &Outcome) {
        let identity = &self.inner.identity;
        let usage = &self.ledger.usage;
        tracing::debug!(
            target: "engraft::call",
            capability = identity.name.as_str(),
            version = identity.version.as_ref().map(tracing::field::display),
            digest = %identity.digest.short(),
            operation = self.operation,
            outcome = outcome.word(),
            fuel = usage.fuel,
            duration_us = u64::try_from(usage.duration.as_micros()).unwrap_or(u64::MAX),
            memory_bytes_peak = usage.memory_bytes_peak,
            host_calls = usage.host_calls,
            depth = self.depth,
            "call ended"
        );
    }
}

// === impl Ticket ===

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        if self.is_open {
            self.report(&Outcome::Cancelled);
        }
    }
}

#[cfg(test)]
mod tests;
