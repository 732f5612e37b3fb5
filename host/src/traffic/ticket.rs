//! The ticket of a call: taken before it, and told of when it ends, however it ends.
//!
//! *Never:* a ticket goes without having counted, once.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::time::Instant;

use super::call::Traffic;
use super::incident::Told;
use super::pick::{Unit, Who};
use crate::engine::{Invocation, Report};
use crate::model::{Outcome, Usage};
use crate::registry::{Book, Callee, Serving};

/// One call under way. When it is dropped, it has been told of.
struct Ticket<'a, C: Callee> {
    call: Call<'a, C>,
    /// When the call first had to wait. Only a call that waits can be dropped, so a call that never
    /// does costs no look at the clock; how long those take that end is in their report.
    waits_since: Option<Instant>,
    is_open: bool,
}

/// What a ticket is for.
pub(super) struct Call<'a, C> {
    pub(super) traffic: &'a Traffic<C>,
    pub(super) serving: &'a Serving<C>,
    pub(super) unit: Option<Unit<&'a Book>>,
    pub(super) invocation: &'a Invocation<'a>,
    pub(super) who: &'a Who,
}

impl<C: Callee> Call<'_, C> {
    /// Makes the call, and tells of it.
    pub(super) async fn run(self) -> Report {
        let Call { serving, invocation, traffic, .. } = self;
        if !serving.begin() {
            let (name, version) = (serving.name(), serving.version());
            let message = format!("`{name}` {version} was closed just now; try again");
            return Report::unstarted(Outcome::Unavailable { message });
        }
        let mut ticket = Ticket { call: self, waits_since: None, is_open: true };
        let mut call = pin!(serving.drive(serving.callee().call(invocation)));
        let report = poll_fn(|context| {
            let polled = call.as_mut().poll(context);
            if polled.is_pending() && ticket.waits_since.is_none() {
                ticket.waits_since = Some(traffic.now());
            }
            polled
        });
        let report = report.await;
        ticket.tell(&report.outcome, &report.usage);
        report
    }
}

// === impl Ticket ===

impl<C: Callee> Ticket<'_, C> {
    fn tell(&mut self, outcome: &Outcome, usage: &Usage) {
        self.is_open = false;
        let Call { traffic, serving, unit, invocation, who } = &self.call;
        serving.end(outcome, usage);
        if let Some(Unit { book, user, arm }) = unit {
            book.count(*user, *arm, outcome, usage.duration.as_secs_f64() * 1e6);
        }
        traffic
            .listeners()
            .tell(invocation, Some(serving.version()), outcome, usage, || serving.name().clone());
        let (capability, version) = (serving.name(), Some(serving.version()));
        traffic.alarm().tell(&Told { who, invocation, capability, version, outcome });
    }
}

impl<C: Callee> Drop for Ticket<'_, C> {
    fn drop(&mut self) {
        if self.is_open {
            let waited = self
                .waits_since
                .map(|since| self.call.traffic.now().saturating_duration_since(since));
            let usage = Usage { duration: waited.unwrap_or_default(), ..Usage::default() };
            self.tell(&Outcome::Cancelled, &usage);
        }
    }
}
