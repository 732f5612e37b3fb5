//! One call from start to end: admit, lend an instance, drive it inside its bounds, read the outcome.
//!
//! *Never:* a failure of the guest leaves here as anything but an outcome.

use engraft_wit::host::imports::types as wit;
use tracing::Span;
use tracing::span::EnteredSpan;

use super::admission::{Permit, Plan, check_room, permit};
use super::desk::Entered;
use super::foreign::{self, Holding, Reflecting};
use super::invocation::Invocation;
use super::lease::{Lease, enter, enter_anew};
use super::load::{Inner, Loaded};
use super::outcome::{failed, failure, halted, stopped};
use super::report::Report;
use super::sprint::{Pace, Sprint, sprint};
use super::state::CallState;
use super::ticket::{Ledger, Ticket};
use super::timed::{Bounds, Halt, timed};
use super::warm::{Fault, InvokeWith, Warm, Work};
use super::worker::{Away, Deed};
use crate::model::{self, Failure, FailureFacts, Limit, Outcome, Output, TrapKind};

/// An operation of the contract.
pub(crate) struct Invoking<'a> {
    pub(crate) operation: &'a str,
    pub(crate) input: &'a str,
}

/// What an operation gave. What is seldom is boxed here and below: a call hands its result on through
/// half a dozen futures, and each copies all of it.
pub(crate) type Reply = Result<String, Box<Failure>>;

impl Loaded {
    /// Calls an operation. Whatever the guest does, this ends by the deadline, and dropping it ends
    /// it at once.
    pub async fn call(&self, invocation: Invocation<'_>) -> Report {
        self.serve(&invocation).await
    }

    /// The same for whoever keeps the invocation.
    pub(crate) async fn serve(&self, invocation: &Invocation<'_>) -> Report {
        let inner = &*self.inner;
        let mut ticket = Ticket::open(inner, &invocation.operation, invocation.lineage.depth());
        let ended = invoke(inner, invocation, ticket.started, &mut ticket.ledger).await;
        ticket.close(replied(ended))
    }

    /// Does anything else with an instance as one call. The value is none unless it ended well.
    pub(crate) async fn perform<W: Work>(
        &self,
        invocation: &Invocation<'_>,
        work: W,
    ) -> (Option<W::Output>, Report) {
        let inner = &*self.inner;
        let mut ticket = Ticket::open(inner, &invocation.operation, invocation.lineage.depth());
        let started = ticket.started;
        let ended = match inner.away() {
            None => run(inner, invocation, started, &mut ticket.ledger, work).await,
            Some(_) => Err(Box::new(Outcome::Unavailable {
                message: "this cannot be done with an instance in a worker".to_owned(),
            })),
        };
        let (value, outcome) = match ended {
            Ok(value) => (Some(value), Outcome::Returned(Output::new("null".to_owned()))),
            Err(outcome) => (None, *outcome),
        };
        (value, ticket.close(outcome))
    }
}

/// Does an operation, of the contract or found by reflection.
async fn invoke(
    inner: &Inner,
    invocation: &Invocation<'_>,
    started: model::Start,
    ledger: &mut Ledger,
) -> Result<Reply, Box<Outcome>> {
    check_operation(inner, invocation)?;
    let Invocation { operation, input, .. } = invocation;
    if let Some(away) = inner.away() {
        return call_away(away, inner, invocation, ledger).await;
    }
    match inner.foreign() {
        None => run(inner, invocation, started, ledger, Invoking { operation, input }).await,
        Some(bound) => {
            let handles =
                if inner.sessions.is_some() { Holding::Session } else { Holding::Nothing };
            let work = Reflecting::new(bound, operation, input, handles)?;
            run(inner, invocation, started, ledger, work).await
        }
    }
}

/// Has a worker do the operation. Boxed, so that calls in this process are no larger for it.
async fn call_away(
    away: &Away,
    inner: &Inner,
    invocation: &Invocation<'_>,
    ledger: &mut Ledger,
) -> Result<Reply, Box<Outcome>> {
    let input = invocation.input.as_bytes();
    let done = Box::pin(away.perform(inner, invocation, ledger, Deed::Invoke, input)).await?;
    let output = String::from_utf8(done.output);
    output.map(Ok).map_err(|_| not_text().into())
}

/// How a call ends whose worker gives bytes for text.
pub(crate) fn not_text() -> Outcome {
    let message = "its worker gave an output that is not UTF-8".to_owned();
    Outcome::Trapped { kind: TrapKind::Component, message }
}

/// Runs work on an instance within the bounds of one call.
pub(crate) async fn run<W: Work>(
    inner: &Inner,
    invocation: &Invocation<'_>,
    started: model::Start,
    ledger: &mut Ledger,
    work: W,
) -> Result<W::Output, Box<Outcome>> {
    match start(inner, invocation, started, ledger, &work)? {
        Start::Ended(ended) => ended,
        Start::Admitted(admitted) => go_on(inner, invocation, admitted, ledger, work).await,
    }
}

/// What came of the first part of a call, which waits for nothing.
pub(crate) enum Start<'a, T> {
    /// It is over already: a sprint was enough.
    Ended(Result<T, Box<Outcome>>),
    /// There is room for it, and nothing has happened yet.
    Admitted(Admitted<'a>),
}

/// A call that there is room for, with its bounds.
pub(crate) struct Admitted<'a> {
    pub(crate) plan: Plan,
    pub(crate) entered: Entered,
    _permit: Permit<'a>,
}

/// Lets a call in and tries it as a sprint, where that is worth trying.
///
/// Inlined as a whole, as are its parts: handed on through memory, the bounds and the result would be
/// written word by word and read two words at a time, which a processor answers with a pause of five
/// nanoseconds each time.
#[inline(always)]
pub(crate) fn start<'a, W: Work>(
    inner: &'a Inner,
    invocation: &Invocation<'_>,
    started: model::Start,
    ledger: &mut Ledger,
    work: &W,
) -> Result<Start<'a, W::Output>, Box<Outcome>> {
    let plan = Plan::new(inner, invocation, started)?;
    check_room(inner)?;
    let may_sprint = work.sprints() && inner.desk.may_sprint();
    let hopes = if may_sprint { Pace::Sprint } else { Pace::Steady };
    let mut entered = enter(inner, invocation, ledger, hopes)?;
    if entered.pace == Pace::Sprint {
        let _entered = enter_span(inner, invocation);
        let mut lease = Lease::new(inner, invocation, &plan, entered, ledger);
        if let Sprint::Ended(ended) = sprint(inner, &mut lease, work) {
            return Ok(Start::Ended(ended));
        }
        drop(lease);
        entered = enter_anew(inner, ledger)?;
    }
    Ok(Start::Admitted(Admitted { plan, entered, _permit: permit(inner)? }))
}

/// The rest of a call that was let in, on a fibre.
pub(crate) async fn go_on<W: Work>(
    inner: &Inner,
    invocation: &Invocation<'_>,
    admitted: Admitted<'_>,
    ledger: &mut Ledger,
    work: W,
) -> Result<W::Output, Box<Outcome>> {
    let Admitted { plan, entered, _permit } = admitted;
    let mut lease = Lease::new(inner, invocation, &plan, entered, ledger);
    let alarm = lease.state().and_then(CallState::alarm);
    let bounds = Bounds {
        clock: &*inner.identity.clock,
        deadline_at: plan.term.deadline_at(&*inner.identity.clock),
        alarm: alarm.as_deref(),
        crowd: &inner.shared.calls,
        span: span(inner, invocation),
    };
    let afterwards = if work.is_last() { Afterwards::Drop } else { Afterwards::Keep };
    // Pinned here and handed on by reference: a future passed by value is laid down once in every
    // future above it, and the call's is the largest of all.
    let ended = {
        let driven = std::pin::pin!(async {
            let warm = lease.warm()?;
            work.begin(warm.store.data_mut())?;
            warm.prepare(inner).await?;
            work.run(warm).await
        });
        timed(bounds, driven).await
    };
    conclude(inner, &mut lease, afterwards, ended)
}

/// Reads the outcome, and ends the lease where the instance may be kept.
#[inline(always)]
pub(crate) fn conclude<T>(
    inner: &Inner,
    lease: &mut Lease<'_>,
    afterwards: Afterwards,
    ended: Result<Result<T, Fault>, Halt>,
) -> Result<T, Box<Outcome>> {
    let broken = match ended {
        Ok(Ok(value)) => match lease.state().and_then(CallState::pending) {
            None => {
                if afterwards == Afterwards::Keep {
                    lease.give_back();
                }
                return Ok(value);
            }
            // It was over a limit and finished before anybody could stop it.
            Some(stop) => return Err(stopped(stop, &lease.scene()).into()),
        },
        Ok(Err(fault)) => Ok(fault),
        Err(halt) => Err(halt),
    };
    Err(broke(inner, lease, broken))
}

/// The outcome of a call that came to no end of its own.
#[cold]
fn broke(inner: &Inner, lease: &mut Lease<'_>, broken: Result<Fault, Halt>) -> Box<Outcome> {
    match broken {
        Ok(Fault::Outcome(outcome)) => outcome,
        Ok(Fault::Guest(error)) => {
            tracing::trace!(capability = %inner.identity.name, ?error, "the guest was stopped");
            failed(&error, &lease.scene()).into()
        }
        Err(halt) => halted(halt, &lease.scene()).into(),
    }
}

/// What becomes of an instance after a call that ended well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Afterwards {
    Keep,
    Drop,
}

/// The span of a call; none, and nothing allocated, where nobody listens.
#[inline]
pub(crate) fn span(inner: &Inner, invocation: &Invocation<'_>) -> Span {
    if is_heard() { told(inner, invocation) } else { Span::none() }
}

/// The same, entered. Where nobody listens there is nothing to be handed on, and a span that is none
/// would be: forty bytes, which a short call feels.
#[inline(always)]
pub(crate) fn enter_span(inner: &Inner, invocation: &Invocation<'_>) -> Option<EnteredSpan> {
    is_heard().then(|| told(inner, invocation).entered())
}

/// Whether anybody listens. Asked before a span is made: where a dependency turns the feature `log` of
/// `tracing` on, a span that nobody listens to still keeps what it is of, and looks each time whether a
/// log wants it.
#[inline]
fn is_heard() -> bool {
    tracing::span_enabled!(target: "engraft::call", tracing::Level::DEBUG)
}

#[cold]
fn told(inner: &Inner, invocation: &Invocation<'_>) -> Span {
    tracing::debug_span!(
        target: "engraft::call",
        "call",
        capability = inner.identity.name.as_str(),
        operation = &*invocation.operation,
    )
}

/// Only what the manifest lists is called.
#[inline]
pub(crate) fn check_operation(inner: &Inner, invocation: &Invocation<'_>) -> Result<(), Outcome> {
    if inner.description.operation(&invocation.operation).is_some() {
        return Ok(());
    }
    if let Some(bound) = inner.foreign() {
        return foreign::check_name(bound, &inner.description, &invocation.operation);
    }
    let known: Vec<&str> =
        inner.description.operations.iter().map(|operation| operation.name.as_str()).collect();
    let message = format!(
        "`{}` has no operation `{}`; it has: {}",
        inner.identity.name,
        super::outcome::clean(&invocation.operation),
        known.join(", ")
    );
    let facts = FailureFacts::final_without_effect(message);
    Err(Outcome::Refused(Failure::InvalidInput(facts)))
}

/// The outcome of an operation that came to its own end.
#[inline]
pub(crate) fn replied(ended: Result<Reply, Box<Outcome>>) -> Outcome {
    match ended {
        Ok(Ok(output)) => Outcome::Returned(Output::new(output)),
        Ok(Err(failure)) => Outcome::Refused(*failure),
        Err(outcome) => *outcome,
    }
}

/// Holds the output against its bound. wasmtime was told to copy no more than the larger of input
/// and output, so what is too long here is not much too long.
#[inline]
fn check_output(output: String, allowed: u64) -> Result<String, Fault> {
    let wanted = output.len() as u64;
    if wanted > allowed {
        let limit = Limit::OutputBytes;
        return Err(Outcome::Exceeded { limit, allowed, wanted }.into());
    }
    Ok(output)
}

// === impl Invoking ===

impl Work for Invoking<'_> {
    type Output = Reply;

    #[inline]
    fn sprints(&self) -> bool {
        true
    }

    fn run_here(&self, warm: &mut Warm) -> Result<Reply, Fault> {
        let invoke: InvokeWith<'_> = warm.invoke()?;
        let (reply,) = invoke.call(&mut warm.store, (self.operation, self.input))?;
        answer(warm, reply)
    }

    async fn run(self, warm: &mut Warm) -> Result<Reply, Fault> {
        let invoke: InvokeWith<'_> = warm.invoke()?;
        let (reply,) = invoke.call_async(&mut warm.store, (self.operation, self.input)).await?;
        answer(warm, reply)
    }
}

#[inline]
fn answer(warm: &Warm, reply: Result<String, wit::Failure>) -> Result<Reply, Fault> {
    match reply {
        Ok(output) => check_output(output, warm.store.data().budget.output_bytes).map(Ok),
        Err(refusal) => Ok(Err(failure(refusal).into())),
    }
}
