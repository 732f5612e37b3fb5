//! Calls for programs without an asynchronous runtime.
//!
//! *Never:* a caller needs to know whether the guest waits for anything; and no call here blocks an
//! executor that it did not make.

use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use tokio::runtime::{Builder, Handle, Runtime};

use super::call::{
    Admitted, Afterwards, Invoking, Reply, Start, check_operation, conclude, enter_span, go_on,
    replied, start,
};
use super::invocation::Invocation;
use super::lease::Lease;
use super::load::{Inner, Loaded};
use super::report::Report;
use super::ticket::{Ledger, Ticket};
use super::warm::{Fault, Work};
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
    /// Where nothing in the guest can wait, nothing but this thread is needed; else the call runs on
    /// a private runtime.
    #[must_use]
    pub fn call_blocking(&self, invocation: Invocation<'_>) -> Report {
        self.serve_blocking(&invocation)
    }

    /// The same for whoever keeps the invocation.
    pub(crate) fn serve_blocking(&self, invocation: &Invocation<'_>) -> Report {
        if self.inner.never_waits {
            return call_here(&self.inner, invocation);
        }
        match self.inner.shared.runtimes.drive(self.serve(invocation)) {
            Ok(report) => report,
            Err(error) => {
                let depth = invocation.lineage.depth();
                let mut ticket = Ticket::open(&self.inner, &invocation.operation, depth);
                ticket.close(Outcome::Unavailable {
                    message: format!("no runtime can be made here: {error}"),
                })
            }
        }
    }
}

/// Calls what waits for nothing, with nothing but this thread.
fn call_here(inner: &Inner, invocation: &Invocation<'_>) -> Report {
    let mut ticket = Ticket::open(inner, &invocation.operation, invocation.lineage.depth());
    let ended = here(inner, invocation, &mut ticket);
    ticket.close(replied(ended))
}

fn here(
    inner: &Inner,
    invocation: &Invocation<'_>,
    ticket: &mut Ticket<'_>,
) -> Result<Reply, Box<Outcome>> {
    check_operation(inner, invocation)?;
    let (started, ledger) = (ticket.started, &mut ticket.ledger);
    let work = Invoking { operation: &invocation.operation, input: &invocation.input };
    match start(inner, invocation, started, ledger, &work)? {
        Start::Ended(ended) => ended,
        Start::Admitted(admitted) if inner.may_go_directly() => {
            directly(inner, invocation, admitted, ledger, &work)
        }
        Start::Admitted(admitted) => {
            without_waiting(go_on(inner, invocation, admitted, ledger, work))
        }
    }
}

/// Runs the guest as a plain function to its end; an epoch's end stops it in time.
fn directly(
    inner: &Inner,
    invocation: &Invocation<'_>,
    admitted: Admitted<'_>,
    ledger: &mut Ledger,
    work: &Invoking<'_>,
) -> Result<Reply, Box<Outcome>> {
    let _entered = enter_span(inner, invocation);
    let mut lease = Lease::new(inner, invocation, &admitted.plan, admitted.entered, ledger);
    let ended = lease.warm().map_err(Fault::from).and_then(|warm| {
        warm.store.data_mut().is_blocking = true;
        warm.prepare_blocking(inner)?;
        work.run_here(warm)
    });
    conclude(inner, &mut lease, Afterwards::Keep, Ok(ended))
}

/// Drives a call that waits for nothing. It pauses to let others have a turn, so they get one.
fn without_waiting<F: Future>(call: F) -> F::Output {
    let mut call = pin!(call);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = call.as_mut().poll(&mut context) {
            return output;
        }
        std::thread::yield_now();
    }
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
