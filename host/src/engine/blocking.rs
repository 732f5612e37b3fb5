//! Calls for programs without an asynchronous runtime.
//!
//! *Never:* a caller needs to know whether the guest waits for anything; and no call here blocks an
//! executor that it did not make.

use std::future::Future;
use std::io;
use std::sync::{Mutex, PoisonError};

use tokio::runtime::{Builder, Handle, Runtime};

use super::admission::{Plan, permit};
use super::call::{Afterwards, Invoking, Reply, check_operation, conclude, replied};
use super::invocation::Invocation;
use super::lease::{Lease, enter};
use super::load::{Inner, Loaded};
use super::report::Report;
use super::sprint::Pace;
use super::ticket::Ticket;
use super::warm::Fault;
use crate::model::Outcome;

/// Runtimes kept for later calls; more threads than this seldom call at once.
const IDLE_RUNTIMES_MAX: usize = 8;

/// Private runtimes, each for one call at a time.
#[derive(Default)]
pub(crate) struct Runtimes {
    idle: Mutex<Vec<Runtime>>,
}

impl Loaded {
    /// Calls an operation and waits on this thread. Needs no runtime; inside of one it holds up the
    /// thread it is called on, where [`Loaded::call`] would not.
    ///
    /// Where nothing in the guest can wait and it is metered with epochs, this is a plain function
    /// call; else the call runs on a private runtime.
    #[must_use]
    pub fn call_blocking(&self, invocation: Invocation<'_>) -> Report {
        self.serve_blocking(&invocation)
    }

    /// The same for whoever keeps the invocation.
    pub(crate) fn serve_blocking(&self, invocation: &Invocation<'_>) -> Report {
        if self.inner.may_block {
            return call_directly(&self.inner, invocation);
        }
        match self.inner.shared.runtimes.drive(self.serve(invocation)) {
            Ok(report) => report,
            Err(error) => {
                let depth = invocation.lineage.depth();
                let ticket = Ticket::open(&self.inner, &invocation.operation, depth);
                ticket.close(Outcome::Unavailable {
                    message: format!("no runtime can be made here: {error}"),
                })
            }
        }
    }
}

fn call_directly(inner: &Inner, invocation: &Invocation<'_>) -> Report {
    let mut ticket = Ticket::open(inner, &invocation.operation, invocation.lineage.depth());
    let ended = directly(inner, invocation, &mut ticket);
    ticket.close(replied(ended))
}

fn directly(
    inner: &Inner,
    invocation: &Invocation<'_>,
    ticket: &mut Ticket<'_>,
) -> Result<Reply, Box<Outcome>> {
    check_operation(inner, invocation)?;
    let mut plan = Plan::new(inner, ticket.started);
    plan.tighten(inner, invocation)?;
    let _permit = permit(inner)?;
    let mut entered = enter(inner, invocation, ticket.started, &mut ticket.ledger)?;
    entered.pace = Pace::Steady;
    let mut lease = Lease::new(inner, invocation, &plan, entered, &mut ticket.ledger);
    let work = Invoking { operation: &invocation.operation, input: &invocation.input };
    let ended = lease.warm().map_err(Fault::from).and_then(|warm| {
        warm.store.data_mut().is_blocking = true;
        warm.prepare_blocking(inner)?;
        work.run_blocking(warm)
    });
    conclude(inner, lease, Afterwards::Keep, Ok(ended))
}

impl Runtimes {
    /// Drives a future to its end on this thread, or beside it where this one has a runtime already
    /// (tokio forbids one inside the other).
    pub(crate) fn drive<F>(&self, future: F) -> io::Result<F::Output>
    where
        F: Future + Send,
        F::Output: Send,
    {
        if Handle::try_current().is_err() {
            return self.drive_here(future);
        }
        std::thread::scope(|scope| {
            let beside = std::thread::Builder::new()
                .name("engraft-blocking".to_owned())
                .spawn_scoped(scope, || self.drive_here(future))?;
            beside.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    }

    fn drive_here<F: Future>(&self, future: F) -> io::Result<F::Output> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let runtime = match idle {
            Some(runtime) => runtime,
            None => Builder::new_current_thread().enable_all().build()?,
        };
        let output = runtime.block_on(future);
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE_RUNTIMES_MAX {
            idle.push(runtime);
        }
        Ok(output)
    }
}

// === impl Runtimes ===

impl Drop for Runtimes {
    /// tokio panics where a runtime is dropped inside of another one, and the last clone of an engine
    /// may well go there. Nothing is left running in these, so there is nothing to wait for.
    fn drop(&mut self) {
        let idle = self.idle.get_mut().unwrap_or_else(PoisonError::into_inner);
        for runtime in idle.drain(..) {
            runtime.shutdown_background();
        }
    }
}
