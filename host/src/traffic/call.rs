//! The call itself: a ticket is taken before it, and reports when it is dropped.
//!
//! *Never:* a call is tried again where something may have happened already.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use semver::Version;
use tokio::sync::mpsc;

use super::pick::{Pick, Target, Who, pick};
use crate::engine::{Invocation, Report};
use crate::model::{CapabilityName, Clock, Failure, Outcome};
use crate::registry::evidence::Failed;
use crate::registry::{Arm, Book, Callee, Registry, Serving};

/// Requests that feedback can still name: at some hundred bytes each a few megabytes, and hours of
/// a person's use. The oldest is forgotten first.
const REQUESTS_MAX: usize = 16_384;
/// Samples that wait for whoever looks at them; more are dropped and counted.
const SAMPLES_MAX: usize = 1_024;

/// The calls of a program.
pub struct Traffic<C> {
    registry: Arc<Registry<C>>,
    clock: Arc<dyn Clock>,
    samples: mpsc::Sender<Sample>,
    lost: AtomicU64,
    requests: Mutex<Requests>,
}

/// What came of a call, and who answered.
#[derive(Debug)]
pub struct Answer {
    /// What came of it.
    pub report: Report,
    /// The version that answered; none where none serves.
    pub version: Option<Version>,
}

/// One call as it is told to whoever looks. It carries neither input nor output.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sample {
    /// Which capability.
    pub capability: CapabilityName,
    /// Which version answered.
    pub version: Version,
    /// How it ended, in a word.
    pub outcome: &'static str,
    /// How long it took.
    pub microseconds: u64,
}

/// What a user says of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opinion {
    /// Content.
    Good,
    /// Not content.
    Bad,
}

/// Why feedback was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no request `{0}` is known, or it is too long ago")]
pub struct FeedbackError(pub String);

/// Where a request counted.
type Unit = (Arc<Book>, u64, Arm);

#[derive(Default)]
struct Requests {
    known: HashMap<String, Unit>,
    order: VecDeque<String>,
}

/// One call under way. When it is dropped, it has been told of.
struct Ticket<'a, C> {
    traffic: &'a Traffic<C>,
    serving: &'a Serving<C>,
    unit: Option<&'a Unit>,
    started: Instant,
    is_open: bool,
}

impl<C: Callee> Traffic<C> {
    /// The calls of a registry, and where samples of them come out.
    #[must_use]
    pub fn new(
        registry: Arc<Registry<C>>,
        clock: Arc<dyn Clock>,
    ) -> (Self, mpsc::Receiver<Sample>) {
        let (samples, out) = mpsc::channel(SAMPLES_MAX);
        let lost = AtomicU64::new(0);
        (Self { registry, clock, samples, lost, requests: Mutex::default() }, out)
    }

    /// Calls whichever release is for this user. Dropping the future cancels the call.
    pub async fn call(&self, target: &Target, invocation: Invocation<'_>, who: &Who) -> Answer {
        let mut picked = pick(&self.registry.snapshot(), target, who);
        if let (None, Some(requirement)) = (&picked, &target.requirement)
            && self.registry.summon(&target.name, requirement).await.unwrap_or(false)
        {
            picked = pick(&self.registry.snapshot(), target, who);
        }
        let Some(Pick { serving, fallback, unit }) = picked else {
            let message = format!("nothing serves `{}` now", target.name);
            return Answer { report: unavailable(message), version: None };
        };
        if let (Some(request), Some(unit)) = (&who.request, &unit) {
            self.remember(request, unit.clone());
        }
        let report = self.one(&serving, unit.as_ref(), &invocation).await;
        if let Some(stable) = fallback
            && is_safe_to_repeat(&report.outcome)
        {
            // The new release has failed and was told of so; the user gets an answer all the same.
            serving.fall_back();
            let report = self.one(&stable, None, &invocation).await;
            return Answer { report, version: Some(stable.version().clone()) };
        }
        Answer { report, version: Some(serving.version().clone()) }
    }

    /// Takes what a user says of the answer to a request.
    ///
    /// # Errors
    /// Where the request is not known.
    pub fn feedback(&self, request: &str, opinion: Opinion) -> Result<(), FeedbackError> {
        let (book, user, arm) = self.unit(request)?;
        book.feedback(user, arm, Failed::from(opinion == Opinion::Bad));
        Ok(())
    }

    /// Takes a metric of the embedding program about a request: well, or not.
    ///
    /// # Errors
    /// Where the request is not known.
    pub fn metric(
        &self,
        request: &str,
        metric: &str,
        opinion: Opinion,
    ) -> Result<(), FeedbackError> {
        let (book, user, arm) = self.unit(request)?;
        book.custom(user, arm, metric, Failed::from(opinion == Opinion::Bad));
        Ok(())
    }

    /// Samples that nobody took in time.
    #[must_use]
    pub fn samples_lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }

    async fn one(
        &self,
        serving: &Serving<C>,
        unit: Option<&Unit>,
        invocation: &Invocation<'_>,
    ) -> Report {
        if !serving.begin() {
            return unavailable(format!("`{}` {} was closed", serving.name(), serving.version()));
        }
        let started = self.clock.monotonic();
        let ticket = Ticket { traffic: self, serving, unit, started, is_open: true };
        let report = serving.drive(serving.callee().call(invocation)).await;
        ticket.close(&report.outcome);
        report
    }

    fn unit(&self, request: &str) -> Result<Unit, FeedbackError> {
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        requests.known.get(request).cloned().ok_or_else(|| FeedbackError(request.to_owned()))
    }

    fn remember(&self, request: &str, unit: Unit) {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        if requests.known.insert(request.to_owned(), unit).is_none() {
            requests.order.push_back(request.to_owned());
        }
        if requests.order.len() > REQUESTS_MAX
            && let Some(oldest) = requests.order.pop_front()
        {
            requests.known.remove(&oldest);
        }
    }
}

/// Whether nothing has happened yet: the release was not there, or says so itself.
fn is_safe_to_repeat(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Unavailable { .. } => true,
        Outcome::Refused(Failure::Unavailable(facts)) => !facts.effect_happened,
        Outcome::Returned(_)
        | Outcome::Refused(_)
        | Outcome::Trapped { .. }
        | Outcome::OutOfFuel { .. }
        | Outcome::OutOfMemory { .. }
        | Outcome::Deadline { .. }
        | Outcome::Exceeded { .. }
        | Outcome::Denied { .. }
        | Outcome::Cancelled => false,
    }
}

fn unavailable(message: String) -> Report {
    Report::unstarted(Outcome::Unavailable { message })
}

// === impl Ticket ===

impl<C> Ticket<'_, C> {
    fn close(mut self, outcome: &Outcome) {
        self.report(outcome);
    }

    fn report(&mut self, outcome: &Outcome) {
        self.is_open = false;
        let took = self.traffic.clock.monotonic().saturating_duration_since(self.started);
        let microseconds = took.as_secs_f64() * 1e6;
        self.serving.end(outcome, microseconds);
        if let Some((book, user, arm)) = self.unit {
            book.count(*user, *arm, outcome, microseconds);
        }
        // Made only where somebody listens.
        if self.traffic.samples.is_closed() {
            return;
        }
        let sample = Sample {
            capability: self.serving.name().clone(),
            version: self.serving.version().clone(),
            outcome: outcome.word(),
            microseconds: u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
        };
        if self.traffic.samples.try_send(sample).is_err() {
            self.traffic.lost.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl<C> Drop for Ticket<'_, C> {
    fn drop(&mut self) {
        if self.is_open {
            self.report(&Outcome::Cancelled);
        }
    }
}

// === impl Traffic ===

impl<C> std::fmt::Debug for Traffic<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Traffic").field("registry", &self.registry).finish_non_exhaustive()
    }
}
