//! The call itself: whoever is picked is asked, and where nothing has happened somebody else.
//!
//! *Never:* more than one try follows the first.

use std::sync::Arc;
use std::time::{Duration, Instant};

use semver::Version;

use super::again::{Again, again, rest};
use super::figures::{Figures, ShadowFigures, shadows};
use super::gate::gate;
use super::incident::{Alarm, Incidents, Told};
use super::pick::{Pick, Target, Unit, Who, nothing, pick};
use super::redact::Redaction;
use super::requests::{Feedback, FeedbackError, Opinion, Requests};
use super::sample::{Listeners, Samples};
use super::shadow::Shadows;
use super::ticket::Call;
use crate::engine::{Invocation, Report};
use crate::model::{Clock, Outcome};
use crate::registry::evidence::Failed;
use crate::registry::{Book, Callee, Registry, Serving, Shadow, Unready};

/// The calls of a program.
pub struct Traffic<C> {
    registry: Arc<Registry<C>>,
    clock: Arc<dyn Clock>,
    /// Since when is counted.
    since: Duration,
    listeners: Listeners,
    alarm: Alarm,
    requests: Requests,
    shadows: Shadows<C>,
}

/// What came of a call, and who answered.
#[derive(Debug)]
pub struct Answer {
    /// What came of it; of the last try, where there were two.
    pub report: Report,
    /// The version that answered; none where none serves.
    pub version: Option<Version>,
    /// How many releases were asked: one, or two where nothing had happened at the first; none
    /// where none serves.
    pub tries: u8,
}

/// A release that was picked, held for as long as the call lasts.
struct Picked<C> {
    serving: Arc<Serving<C>>,
    unit: Option<Unit<Arc<Book>>>,
    shadow: Option<Arc<Shadow<C>>>,
    is_new: bool,
}

impl<C: Callee> Traffic<C> {
    /// The calls of a registry.
    #[must_use]
    pub fn new(registry: Arc<Registry<C>>, clock: Arc<dyn Clock>) -> Self {
        let since = clock.wall();
        let (listeners, alarm) = (Listeners::default(), Alarm::default());
        let (requests, shadows) = (Requests::default(), Shadows::default());
        Self { registry, clock, since, listeners, alarm, requests, shadows }
    }

    /// Calls whichever release is for this user. Where a new release is unavailable, the one that
    /// serves everybody else answers, and that is counted against the new one. Where a release says
    /// that nothing has happened and that a second try may succeed, it gets one, within what is
    /// left of the invocation's time and fuel. Dropping the future cancels the call.
    pub async fn call(&self, target: &Target, invocation: Invocation<'_>, who: &Who) -> Answer {
        self.serve(target, &invocation, who).await
    }

    /// The same for whoever keeps the invocation.
    pub(crate) async fn serve(
        &self,
        target: &Target,
        invocation: &Invocation<'_>,
        who: &Who,
    ) -> Answer {
        let mut first = self.pick(target, who);
        if let (Err(None), Some(requirement)) = (&first, &target.requirement)
            && self.registry.summon(&target.name, requirement).await.unwrap_or(false)
        {
            first = self.pick(target, who);
        }
        let first = match first {
            Ok(first) => first,
            Err(why) => return self.unserved(target, invocation, why, who),
        };
        if let (Some(request), Some(unit)) = (&who.request, &first.unit) {
            self.requests.remember(request, unit.clone());
        }
        let answer = self.answer(target, invocation, who, &first).await;
        if let Some(shadow) = &first.shadow {
            self.shadows.copy(shadow, invocation, &answer.report.outcome);
        }
        answer
    }

    /// Asks the release that was picked, and where nothing has happened somebody else.
    async fn answer(
        &self,
        target: &Target,
        invocation: &Invocation<'_>,
        who: &Who,
        first: &Picked<C>,
    ) -> Answer {
        let report = self.ask(first, invocation, who).await;
        let second = self.second(target, who, first, &report.outcome);
        let second = second.zip(rest(invocation, &report.usage));
        let Some((second, invocation)) = second else { return first.answer(report, 1) };
        match second.is_another_than(first) {
            // It was told of as failed already; the user gets an answer all the same.
            true if first.is_new => first.serving.fall_back(),
            true => {}
            false => first.serving.retry(),
        }
        let report = self.ask(&second, &invocation, who).await;
        second.answer(report, 2)
    }

    /// Asks shadows what was copied for them, and compares, for as long as it is polled. While it is
    /// not, requests are passed over.
    pub async fn run_shadows(&self) {
        self.shadows.run().await;
    }

    /// Takes what somebody, or a metric of the embedding program, says of the answer to a request.
    ///
    /// # Errors
    /// Where the request is not known.
    pub fn feedback(&self, feedback: &Feedback) -> Result<(), FeedbackError> {
        let Unit { book, user, arm } = self.requests.unit(&feedback.request)?;
        let failed = Failed::from(feedback.opinion == Opinion::Bad);
        match &feedback.metric {
            None => book.feedback(user, arm, failed),
            Some(metric) => book.custom(user, arm, metric, failed),
        }
        Ok(())
    }

    /// Whether feedback can name this request.
    #[must_use]
    pub fn knows(&self, request: &str) -> bool {
        self.requests.unit(request).is_ok()
    }

    /// Listens to what calls are about, in place of whoever listened before.
    #[must_use]
    pub fn samples(&self, redaction: Redaction) -> Samples {
        self.listeners.listen(redaction)
    }

    /// Samples that nobody took in time.
    #[must_use]
    pub fn samples_lost(&self) -> u64 {
        self.listeners.lost()
    }

    /// What the releases did so far, of at most so many of them: those that spread, then those that
    /// are called most.
    #[must_use]
    pub fn figures(&self, releases_max: usize) -> Figures {
        let times = (self.since, self.clock.wall());
        Figures::of(&self.registry, times, self.samples_lost(), releases_max)
    }

    /// Releases in shadow, and what was compared so far.
    #[must_use]
    pub fn shadows(&self) -> Vec<ShadowFigures> {
        shadows(&self.registry.snapshot())
    }

    pub(super) fn now(&self) -> Instant {
        self.clock.monotonic()
    }

    pub(super) const fn listeners(&self) -> &Listeners {
        &self.listeners
    }

    pub(super) const fn alarm(&self) -> &Alarm {
        &self.alarm
    }

    /// Listens to what gaps are made of, in place of whoever listened before.
    pub(crate) fn incidents(&self) -> Incidents {
        self.alarm.listen()
    }

    /// The version that a call would get, if it were made now; none where none serves this user.
    #[must_use]
    pub fn would_get(&self, target: &Target, who: &Who) -> Option<Version> {
        Some(self.pick(target, who).ok()?.serving.version().clone())
    }

    /// Who is asked first; else why nobody may be, where somebody serves.
    fn pick(&self, target: &Target, who: &Who) -> Result<Picked<C>, Option<String>> {
        let snapshot = self.registry.snapshot();
        let picked = pick(&snapshot, target, who).ok_or(None)?;
        let Pick { serving, fallback, unit, shadow, .. } = gate(picked, who, || self.clock.wall())?;
        let (unit, is_new) = (unit.map(Unit::kept), fallback.is_some());
        Ok(Picked { serving: Arc::clone(serving), unit, shadow: shadow.cloned(), is_new })
    }

    /// Who is asked next: in the place of a release that is away whoever serves everybody else, or
    /// whoever has come since, where the release was closed meanwhile.
    fn second(
        &self,
        target: &Target,
        who: &Who,
        first: &Picked<C>,
        outcome: &Outcome,
    ) -> Option<Picked<C>> {
        let again = again(outcome);
        if again == Again::Never {
            return None;
        }
        let snapshot = self.registry.snapshot();
        let picked = pick(&snapshot, target, who)?;
        let Pick { serving, fallback, .. } = gate(picked, who, || self.clock.wall()).ok()?;
        let serving = fallback.filter(|_| first.is_new).unwrap_or(serving);
        let serving = Arc::clone(serving);
        let second = Picked { serving, unit: None, shadow: None, is_new: false };
        (again == Again::Anywhere || second.is_another_than(first)).then_some(second)
    }

    /// Why what should serve cannot do so here.
    fn unready(&self, target: &Target) -> Option<String> {
        let unready = self.registry.unready().into_iter().find(|it| {
            let asked = target.requirement.as_ref();
            it.name == target.name && asked.is_none_or(|asked| asked.matches(&it.version))
        });
        unready.map(|Unready { name, version, why, .. }| {
            format!("`{name}` {version} cannot be made ready here: {why}")
        })
    }

    async fn ask(&self, picked: &Picked<C>, invocation: &Invocation<'_>, who: &Who) -> Report {
        let unit = picked.unit.as_ref();
        let unit = unit.map(|unit| Unit { book: &*unit.book, user: unit.user, arm: unit.arm });
        Call { traffic: self, serving: &picked.serving, unit, invocation, who }.run().await
    }

    fn unserved(
        &self,
        target: &Target,
        invocation: &Invocation<'_>,
        why: Option<String>,
        who: &Who,
    ) -> Answer {
        let message = why
            .or_else(|| self.unready(target))
            .unwrap_or_else(|| nothing(&self.registry.snapshot(), target));
        let report = Report::unstarted(Outcome::Unavailable { message });
        self.listeners
            .tell(invocation, None, &report.outcome, &report.usage, || target.name.clone());
        let (capability, outcome) = (&target.name, &report.outcome);
        self.alarm.tell(&Told { who, invocation, capability, version: None, outcome });
        Answer { report, version: None, tries: 0 }
    }
}

// === impl Picked ===

impl<C> Picked<C> {
    fn is_another_than(&self, other: &Self) -> bool {
        !Arc::ptr_eq(&self.serving, &other.serving)
    }

    fn answer(&self, report: Report, tries: u8) -> Answer {
        Answer { report, version: Some(self.serving.version().clone()), tries }
    }
}

// === impl Traffic ===

impl<C> std::fmt::Debug for Traffic<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Traffic").field("registry", &self.registry).finish_non_exhaustive()
    }
}
