//! A call of which one wants to know afterwards what the component counted of itself: functions that
//! its bytes were given for that are read on the same instance, before that goes.
//!
//! *Never:* what is read changes how the call ended.

use super::call::{Invoking, Reply, check_operation, not_text, replied, run};
use super::foreign::{Holding, Reflecting};
use super::invocation::Invocation;
use super::load::Loaded;
use super::report::Report;
use super::ticket::Ticket;
use super::warm::{Fault, Warm, Work};
use super::worker::{Away, Deed};
use crate::model::{Outcome, Output};

/// What one reader gave.
pub(crate) type Trace = Vec<u8>;

impl Loaded {
    /// Calls an operation, and then each of these exports, which give bytes. The traces are empty where
    /// the call broke or was stopped: nothing can be asked of such an instance any more.
    pub(crate) async fn call_traced(
        &self,
        invocation: Invocation<'_>,
        readers: &[String],
    ) -> (Report, Vec<Trace>) {
        let inner = &*self.inner;
        if let Some(away) = inner.away() {
            return self.call_traced_away(away, &invocation, readers).await;
        }
        let mut ticket = Ticket::open(inner, &invocation.operation, invocation.lineage.depth());
        let started = ticket.started;
        let ended = async {
            check_operation(inner, &invocation)?;
            let Invocation { operation, input, .. } = &invocation;
            match inner.foreign() {
                None => {
                    let work = Traced { work: Invoking { operation, input }, readers };
                    run(inner, &invocation, started, &mut ticket.ledger, work).await
                }
                Some(bound) => {
                    let work = Reflecting::new(bound, operation, input, Holding::Nothing)?;
                    let work = Traced { work, readers };
                    run(inner, &invocation, started, &mut ticket.ledger, work).await
                }
            }
        };
        let ended: Result<(Reply, Vec<Trace>), Box<Outcome>> = ended.await;
        match ended {
            Ok((reply, traces)) => (ticket.close(replied(Ok(reply))), traces),
            Err(outcome) => (ticket.close(*outcome), Vec::new()),
        }
    }
}

impl Loaded {
    /// What these exports give on an instance that was just made.
    pub(crate) async fn read(&self, readers: &[String]) -> Vec<Trace> {
        let invocation = Invocation::new("read", "");
        if let Some(away) = self.inner.away() {
            let deed = Deed::Read { readers: readers.to_vec() };
            let (done, _) = self.have_done(away, &invocation, deed, &[]).await;
            return done.map(|done| done.traces).unwrap_or_default();
        }
        self.perform(&invocation, Reading { readers }).await.0.unwrap_or_default()
    }

    /// The same in a worker. The time is the guest's own, without pipes; it is no longer than what went
    /// by here.
    async fn call_traced_away(
        &self,
        away: &Away,
        invocation: &Invocation<'_>,
        readers: &[String],
    ) -> (Report, Vec<Trace>) {
        if let Err(outcome) = check_operation(&self.inner, invocation) {
            return (Report::unstarted(outcome), Vec::new());
        }
        let deed = match readers {
            [] => Deed::Invoke,
            _ => Deed::Trace { readers: readers.to_vec() },
        };
        let input = invocation.input.as_bytes();
        let (done, mut report) = self.have_done(away, invocation, deed, input).await;
        let Some(done) = done else { return (report, Vec::new()) };
        report.usage.duration = report.usage.duration.min(done.time);
        report.outcome = match String::from_utf8(done.output) {
            Ok(output) => Outcome::Returned(Output::new(output)),
            Err(_) => not_text(),
        };
        (report, done.traces)
    }
}

/// Nothing but reading.
struct Reading<'a> {
    readers: &'a [String],
}

/// Work, and what is read after it.
struct Traced<'a, W> {
    work: W,
    readers: &'a [String],
}

// === impl Work ===

impl<W: Work<Output = Reply>> Work for Traced<'_, W> {
    type Output = (Reply, Vec<Trace>);

    fn begin(&self, state: &mut super::state::CallState) -> Result<(), Fault> {
        self.work.begin(state)
    }

    fn is_last(&self) -> bool {
        true
    }

    async fn run(self, warm: &mut Warm) -> Result<Self::Output, Fault> {
        let reply = self.work.run(warm).await?;
        Ok((reply, read_all(warm, self.readers).await?))
    }
}

impl Work for Reading<'_> {
    type Output = Vec<Trace>;

    fn is_last(&self) -> bool {
        true
    }

    async fn run(self, warm: &mut Warm) -> Result<Self::Output, Fault> {
        read_all(warm, self.readers).await
    }
}

async fn read_all(warm: &mut Warm, readers: &[String]) -> Result<Vec<Trace>, Fault> {
    let mut traces = Vec::with_capacity(readers.len());
    for reader in readers {
        let instance = warm.instance()?;
        let read = instance.get_typed_func::<(), (Trace,)>(&mut warm.store, reader);
        let Ok(read) = read else { break };
        // A program that has left with an exit code cannot be entered again.
        let Ok((trace,)) = read.call_async(&mut warm.store, ()).await else { break };
        traces.push(trace);
    }
    Ok(traces)
}
