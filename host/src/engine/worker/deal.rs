//! One call in a worker, from the parent's side: the order, the guest's questions, the end.
//!
//! The bounds are the same as in this process, and are held here once more: the deadline by this
//! clock, host functions by this budget, the output by its length.
//!
//! *Never:* a call outlives its deadline by more than the moment that the worker has to say so itself.

use std::pin::pin;
use std::time::{Duration, Instant};

use engraft_wit::host::imports::types::Description;
use tracing::Span;

use super::answer::answer;
use super::process::{Death, Line, Lost};
use super::wire::{CallOrder, Deed, Ended, Frame, Line as LogLine, Order, Word};
use crate::engine::SelfCheck;
use crate::engine::admission::Plan;
use crate::engine::call::span;
use crate::engine::invocation::Invocation;
use crate::engine::load::Inner;
use crate::engine::outcome::{Scene, clean, failed, halted};
use crate::engine::state::CallState;
use crate::engine::ticket::Ledger;
use crate::engine::timed::{Bounds, Halt, timed};
use crate::model::{Failure, FailureFacts, Limit, Outcome, TrapKind, Usage};

/// What a worker has to tell of a deadline by itself, with what was used until then; after that it is
/// killed. A slice of fuel and a way through the pipe take far less than a millisecond, but on a busy
/// machine the worker may have to wait for a processor, and a new one costs more than that.
const GRACE: Duration = Duration::from_millis(100);
/// As long as any message of a break.
const MESSAGE_TEXT_BYTES_MAX: usize = 1_024;
/// What a message has around the bytes that a guest may hand over.
const MESSAGE_BYTES: u64 = 1 << 20;

/// One call under way in a worker.
pub(super) struct Dealing<'a> {
    inner: &'a Inner,
    invocation: &'a Invocation<'a>,
    ledger: &'a mut Ledger,
    state: CallState,
    plan: Plan,
}

/// Whether fuel bounds the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fuel {
    Metered,
    /// Time alone is the meter.
    Free,
}

/// Fuel where time alone is the meter.
pub(super) const FUEL_WITHOUT_BOUND: u64 = u64::MAX >> 1;

/// What came of a call that ended well.
#[derive(Debug, Default)]
pub(crate) struct Done {
    pub(crate) output: Vec<u8>,
    pub(crate) checks: Vec<SelfCheck>,
    /// What it says of itself, as it says it.
    pub(crate) description: Option<Description>,
    /// What readers gave.
    pub(crate) traces: Vec<Vec<u8>>,
    /// How long the guest took by the worker's clock, which is no part of what goes through pipes.
    pub(crate) time: Duration,
}

/// Why a call came to no end that its worker could tell.
#[derive(Debug)]
pub(super) enum Broken {
    Lost(Lost),
    /// Stopped from outside.
    Halted(Halt),
    /// A host function says that it must not go on.
    Stopped(wasmtime::Error),
}

impl<'a> Dealing<'a> {
    pub(super) fn begin(
        inner: &'a Inner,
        invocation: &'a Invocation<'a>,
        ledger: &'a mut Ledger,
        plan: Plan,
    ) -> Self {
        let state = CallState::new(inner, &plan, invocation.lineage.clone());
        Self { inner, invocation, ledger, state, plan }
    }

    /// Has it done. The inner outcome is how the guest ended where that was not well.
    pub(super) async fn deal(
        &mut self,
        line: &mut Line,
        deed: Deed,
        body: &[u8],
        fuel: Fuel,
    ) -> Result<Result<Done, Box<Outcome>>, Broken> {
        let span = span(self.inner, self.invocation);
        let bounds = self.bounds(self.deadline_at() + GRACE, span);
        let order = Order::Call(CallOrder {
            deed,
            operation: self.invocation.operation.clone().into_owned(),
            fuel: if fuel == Fuel::Metered { self.plan.fuel } else { FUEL_WITHOUT_BOUND },
            time: self.plan.term.time,
        });
        let (ended, output) = {
            let talking = pin!(self.talk(line, &order, body));
            timed(bounds, talking).await.map_err(Broken::Halted)??
        };
        self.read(ended, output, fuel)
    }

    async fn talk(
        &mut self,
        line: &mut Line,
        order: &Order,
        body: &[u8],
    ) -> Result<(Ended, Vec<u8>), Broken> {
        let most = (self.inner.copied_bytes_max() as u64).saturating_add(MESSAGE_BYTES);
        line.say(order, body).await?;
        loop {
            let Frame { message, body } = line.hear::<Word>(most).await?;
            match message {
                Word::Ended(ended) => return Ok((*ended, body)),
                Word::Ask(ask) => {
                    let bounds = self.bounds(self.deadline_at(), Span::none());
                    let given = {
                        let answering = pin!(answer(&mut self.state, ask));
                        timed(bounds, answering).await.map_err(Broken::Halted)?
                    };
                    line.say(&Order::Answer, &given.map_err(Broken::Stopped)?).await?;
                }
                Word::Ready { .. } | Word::Compiled(_) | Word::Loaded(_) => {
                    let what = "an answer to what nobody asked".to_owned();
                    return Err(Broken::Lost(Lost::Nonsense(what)));
                }
            }
        }
    }

    fn deadline_at(&self) -> Instant {
        self.plan.term.deadline_at(&*self.inner.identity.clock)
    }

    fn bounds(&self, deadline_at: Instant, span: Span) -> Bounds<'a> {
        let inner = self.inner;
        let (clock, crowd) = (&*inner.identity.clock, &inner.shared.calls);
        Bounds { clock, deadline_at, alarm: None, crowd, span }
    }

    /// Reads how the guest ended. What a worker says is cut to what it may say.
    fn read(
        &mut self,
        ended: Ended,
        output: Vec<u8>,
        fuel: Fuel,
    ) -> Result<Result<Done, Box<Outcome>>, Broken> {
        let unreadable =
            |error: serde_json::Error| Broken::Lost(Lost::Nonsense(clean(&error.to_string())));
        let Ended { outcome, usage, logs, checks, description, traces } = ended;
        let usage: Usage = serde_json::from_str(&usage).map_err(unreadable)?;
        let time = usage.duration;
        self.add(usage, fuel);
        for LogLine { level, message, fields } in logs {
            // A line too many is dropped and counted, as ever.
            drop(self.state.write_log(level, &message, &fields));
        }
        let Some(outcome) = outcome else {
            let (allowed, wanted) = (self.state.budget.output_bytes, output.len() as u64);
            if wanted > allowed {
                let limit = Limit::OutputBytes;
                return Ok(Err(Outcome::Exceeded { limit, allowed, wanted }.into()));
            }
            let checks = checks.into_iter().map(|(name, problem)| SelfCheck {
                name: clean(&name),
                problem: problem.as_deref().map(clean),
            });
            let (checks, description) = (checks.collect(), description.map(|said| *said));
            return Ok(Ok(Done { output, checks, description, traces, time }));
        };
        let outcome = serde_json::from_str(&outcome).map_err(unreadable)?;
        Ok(Err(self.cleaned(outcome)?.into()))
    }

    /// What the worker counts and this side does not, within what it may be.
    fn add(&mut self, claimed: Usage, fuel: Fuel) {
        let budget = &self.state.budget;
        let usage = &mut self.state.usage;
        usage.fuel = if fuel == Fuel::Metered { claimed.fuel.min(self.plan.fuel) } else { 0 };
        usage.memory_bytes_peak = claimed.memory_bytes_peak.min(budget.memory_bytes);
        // The call that was one too many counts, as ever.
        let host_calls = claimed.host_calls.min(budget.host_calls.saturating_add(1));
        usage.host_calls = host_calls.max(usage.host_calls);
    }

    fn cleaned(&self, outcome: Outcome) -> Result<Outcome, Broken> {
        let facts = |facts: FailureFacts| FailureFacts { message: clean(&facts.message), ..facts };
        Ok(match outcome {
            Outcome::Refused(failure) => Outcome::Refused(match failure {
                Failure::InvalidInput(of) => Failure::InvalidInput(facts(of)),
                Failure::Denied(of) => Failure::Denied(facts(of)),
                Failure::Unavailable(of) => Failure::Unavailable(facts(of)),
                Failure::Failed(of) => Failure::Failed(facts(of)),
            }),
            // It may quote the guest, to whom a server may have told a secret.
            Outcome::Trapped { kind, message } => Outcome::Trapped {
                kind,
                message: self.state.clean(&message, MESSAGE_TEXT_BYTES_MAX),
            },
            // On the way there the time was rounded.
            Outcome::Deadline { .. } => Outcome::Deadline { limit: self.plan.term.time },
            Outcome::Denied { message } => Outcome::Denied { message: clean(&message) },
            Outcome::Unavailable { message } => Outcome::Unavailable { message: clean(&message) },
            Outcome::OutOfFuel { .. }
            | Outcome::OutOfMemory { .. }
            | Outcome::Exceeded { .. }
            | Outcome::Cancelled => outcome,
            Outcome::Returned(_) => {
                let what = "an output in the place of an outcome".to_owned();
                return Err(Broken::Lost(Lost::Nonsense(what)));
            }
        })
    }

    /// The outcome of a call whose worker had to be ended, or had ended.
    pub(super) fn outcome(&self, broken: Broken, death: Death) -> Outcome {
        match broken {
            Broken::Halted(halt) => halted(halt, &self.scene()),
            Broken::Stopped(error) => failed(&error, &self.scene()),
            Broken::Lost(Lost::Gone) => death.outcome(),
            Broken::Lost(Lost::Nonsense(what)) => Outcome::Trapped {
                kind: TrapKind::Other,
                message: clean(&format!("its worker said what makes no sense: {what}")),
            },
        }
    }

    fn scene(&self) -> Scene {
        Scene {
            budget: self.state.budget,
            time: self.plan.term.time,
            stack_bytes: self.inner.shared.config.stack_bytes,
            last_words: None,
            pending: None,
        }
    }
}

// === impl From ===

impl From<Lost> for Broken {
    fn from(lost: Lost) -> Self {
        Self::Lost(lost)
    }
}

// === impl Drop ===

impl Drop for Dealing<'_> {
    /// Also where the caller has gone away in the middle.
    fn drop(&mut self) {
        self.state.effects.settle(&mut self.state.usage);
        self.ledger.usage = self.state.usage;
        self.ledger.logs = std::mem::take(&mut self.state.logs);
    }
}
