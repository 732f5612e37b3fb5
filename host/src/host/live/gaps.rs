//! What the host notes of requests that were not served, and what people say should have come of them.
//!
//! *Never:* a call waits for any of it, and nothing is kept before it is redacted.

mod incident;
mod notebook;
mod recent;
mod teach;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::{Mutex as Turn, OnceCell};

use super::LiveHost;
use crate::Error;
use crate::model::GapId;
use crate::model::mark::Mark;
use crate::registry::{Actor, Journal, JournalError, Op, Record, Rule};
use crate::store::LogError;
use crate::synth::{Cause, Gap, Gaps, Threshold};
use crate::traffic::{Feedback, Incidents, Opinion, Who};
pub(super) use incident::Failure;
use notebook::{DRAWER, Notebook};
pub(super) use recent::Noted;
use recent::Recent;

/// Incidents are taken so often, so that a burst of a thousand finds room.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// Counts may be lost that are younger than so many looks, which is a second; a person who looks at a
/// gap sees no difference.
const LOOKS_A_KEEP: u64 = 20;
/// Words of dissatisfaction that wait to be noted; more come too fast for people.
const COMPLAINTS_MAX: usize = 1_024;

/// What a host needs to note gaps.
#[derive(Default)]
pub(super) struct Needs {
    /// Made when the first gap is noted or looked at; who grows nothing reads nothing.
    notebook: OnceCell<Arc<Turn<Notebook>>>,
    /// Calls that failed, where somebody wants to hear of them.
    incidents: Mutex<Option<Incidents>>,
    recent: Mutex<Recent>,
    complaints: Mutex<Vec<String>>,
    requests: AtomicU64,
    /// What tells the requests of this host from those of others.
    series: OnceLock<String>,
}

/// How far somebody has looked at the gaps.
#[cfg(feature = "grow")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::host) struct Seen {
    /// How often anything was noted by then, counted from 1.
    notes: u64,
    /// How long the log was, which says what is no gap.
    log: u64,
}

/// A request that was noted as part of a gap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missed {
    /// The name of the request, for [corrections](LiveHost::correct).
    pub request: String,
    /// The gap.
    pub gap: GapId,
}

impl LiveHost {
    /// Has calls that fail noted in gaps from now on, and remembers those that have a request's name
    /// for feedback. What releases that were made here fail at is kept for their repair, too. Until then a call pays nothing for it; from then on it hands over what failed,
    /// and never waits. They are noted while [`LiveHost::run`] is polled, and when gaps are looked at.
    pub fn hear_failures(&self) {
        #[cfg(feature = "grow")]
        self.inner.failures.get_or_init(Arc::default);
        let mut incidents = self.inner.needs.incidents();
        incidents.get_or_insert_with(|| self.inner.traffic.incidents());
    }

    /// Notes a request for which the program's own planner found nothing, and why.
    pub async fn missing(&self, request: &str, why: &str, who: &Who) -> Missed {
        let mut failure = Failure::of_sentence(request, Cause::Missing);
        failure.why = Some(why.to_owned());
        let name = who.request.clone().unwrap_or_else(|| self.inner.needs.new_request());
        let who = Who { request: Some(name.clone()), ..who.clone() };
        let gap = self.note(failure, &who).await;
        Missed { request: name, gap }
    }

    /// Every gap that is known, in the order of their numbers.
    pub async fn gaps(&self) -> Vec<Gap> {
        self.look(|gaps| gaps.iter().cloned().collect()).await
    }

    /// Those that are worth work, the most wanted first.
    pub async fn gaps_due(&self, threshold: Threshold) -> Vec<Gap> {
        let now = self.wall();
        self.look(|gaps| gaps.due(threshold, now).cloned().collect()).await
    }

    /// One gap by its number.
    pub async fn gap(&self, id: GapId) -> Option<Gap> {
        self.look(|gaps| gaps.gap(id).cloned()).await
    }

    /// Says that a gap is none. It is recorded in the log with the reason, and stays so until
    /// [it is taken back](LiveHost::reopen): what is asked for in the same way joins it and is left
    /// alone; what is not is a gap of its own.
    ///
    /// # Errors
    /// Where there is no such gap, or the log does not take it.
    pub async fn dismiss(&self, gap: GapId, by: Actor, why: &str) -> Result<Record, Error> {
        // Kept first, so that what the log names is there after a restart.
        self.keep_gaps().await?;
        let known = self.gap(gap).await;
        let known = known.ok_or(JournalError::Rule(Rule::UnknownGap { gap }))?;
        let op = Op::GapDismissed { gap, about: known.about(), undo: false };
        self.change(by, why, op).await
    }

    /// Takes a dismissal back.
    ///
    /// # Errors
    /// Where the gap is not dismissed, or the log does not take it.
    pub async fn reopen(&self, gap: GapId, by: Actor, why: &str) -> Result<Record, Error> {
        let about = self.gap(gap).await.as_ref().map(Gap::about).unwrap_or_default();
        self.change(by, why, Op::GapDismissed { gap, about, undo: true }).await
    }

    /// Keeps beside the log what was noted so far, and takes in what other programs kept.
    /// [`LiveHost::run`] does so each second; what was noted since then is lost where the process is
    /// killed.
    ///
    /// # Errors
    /// Where it cannot be kept; it is tried again then.
    pub async fn keep_gaps(&self) -> Result<(), Error> {
        self.note_incidents().await;
        #[cfg(feature = "grow")]
        self.keep_failures().await;
        let Some(notebook) = self.inner.needs.notebook.get() else { return Ok(()) };
        let mut notebook = Arc::clone(notebook).lock_owned().await;
        let kept = match self.inner.registry.journal().log().waits() {
            false => notebook.keep_or_follow(),
            true => {
                let keeping = tokio::task::spawn_blocking(move || notebook.keep_or_follow());
                keeping.await.unwrap_or_else(|gone| {
                    let (path, why) = (DRAWER.to_owned(), gone.to_string());
                    Err(LogError::Unavailable { path, why })
                })
            }
        };
        kept.map_err(|error| JournalError::from(error).into())
    }

    /// Keeps beside the log what releases failed at, so that it is there when they are repaired. Where it
    /// cannot be kept it lives as long as the process, and everything else goes on.
    #[cfg(feature = "grow")]
    pub(in crate::host) async fn keep_failures(&self) {
        let Some(failures) = self.inner.failures.get().filter(|it| it.has_to_be_kept()) else {
            return;
        };
        let (failures, registry) = (Arc::clone(failures), Arc::clone(&self.inner.registry));
        let keep = move || failures.keep(registry.journal().log());
        let kept = match self.inner.registry.journal().log().waits() {
            false => keep().map_err(|error| error.to_string()),
            true => match tokio::task::spawn_blocking(keep).await {
                Ok(kept) => kept.map_err(|error| error.to_string()),
                Err(gone) => Err(gone.to_string()),
            },
        };
        if let Err(error) = kept {
            tracing::warn!(target: "engraft::healer", error, "failures are not kept");
        }
    }

    /// Notes what came in, for as long as it is polled.
    pub(super) async fn look_after_gaps(&self) {
        let mut looks = tokio::time::interval(LOOK_EVERY);
        looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        for look in 0_u64.. {
            looks.tick().await;
            self.note_incidents().await;
            if !look.is_multiple_of(LOOKS_A_KEEP) {
                continue;
            }
            if let Err(error) = self.keep_gaps().await {
                tracing::warn!(target: "engraft::gaps", %error, "gaps are not kept");
            }
        }
    }

    /// Notes a failure, and remembers its request.
    pub(super) async fn note(&self, failure: Failure, who: &Who) -> GapId {
        let mut notebook = self.notebook().await.lock_owned().await;
        let gap = notebook.note(failure.clone(), self.number(who), self.wall());
        drop(notebook);
        self.inner.needs.remember(who, Noted { failure, gap: Some(gap) });
        gap
    }

    /// Takes what a user says of an answer; whether its request is remembered.
    pub(super) fn complain(&self, feedback: &Feedback) -> bool {
        let needs = &self.inner.needs;
        let is_known = needs.knows(&feedback.request);
        if is_known && feedback.metric.is_none() && feedback.opinion == Opinion::Bad {
            let mut complaints = needs.complaints.lock().unwrap_or_else(PoisonError::into_inner);
            if complaints.len() < COMPLAINTS_MAX {
                complaints.push(feedback.request.clone());
            }
        }
        is_known
    }

    /// Those that are worth work and that are looked for, the most wanted first; none where no gap has
    /// changed since the last look, which `seen` remembers.
    #[cfg(feature = "grow")]
    pub(in crate::host) async fn gaps_since(
        &self,
        seen: &mut Seen,
        threshold: Threshold,
        is_wanted: impl Fn(&Gap) -> bool,
    ) -> Vec<Gap> {
        self.note_incidents().await;
        let mut notebook = self.notebook().await.lock_owned().await;
        let journal = self.inner.registry.journal();
        let now = Seen { notes: notebook.notes(), log: journal.length() };
        if std::mem::replace(seen, now) == now {
            return Vec::new();
        }
        notebook.dismiss_only(journal.state().dismissed.keys());
        let due = notebook.gaps().due(threshold, self.wall());
        due.filter(|gap| is_wanted(gap)).cloned().collect()
    }

    /// The marks of those who asked in a gap.
    #[cfg(feature = "grow")]
    pub(in crate::host) fn askers(&self, gap: &Gap) -> Vec<String> {
        let log = self.inner.registry.journal().identity().name();
        // Who said no name is nobody in particular, and the owner is no user.
        let users = gap.numbers().filter(|number| ![0, teach::OWNER].contains(number));
        users.map(|number| Mark { log: log.to_owned(), number }.to_string()).collect()
    }

    /// Looks at the gaps as the log has them now.
    async fn look<T>(&self, look: impl FnOnce(&Gaps) -> T) -> T {
        self.note_incidents().await;
        let mut notebook = self.notebook().await.lock_owned().await;
        let state = self.inner.registry.journal().state();
        notebook.dismiss_only(state.dismissed.keys());
        look(notebook.gaps())
    }

    /// The notebook, read from beside the log when it is first needed.
    async fn notebook(&self) -> Arc<Turn<Notebook>> {
        let open = || async {
            let live = self.clone();
            let open = move || Notebook::open(live.inner.registry.journal().log());
            let mut opened = match self.inner.registry.journal().log().waits() {
                false => open(),
                true => tokio::task::spawn_blocking(open).await.unwrap_or_default(),
            };
            opened.dismiss_only(self.inner.registry.journal().state().dismissed.keys());
            Arc::new(Turn::new(opened))
        };
        Arc::clone(self.inner.needs.notebook.get_or_init(open).await)
    }

    /// Who asks, as a number: the same for the same user of this log, and no name.
    fn number(&self, who: &Who) -> u64 {
        let Some(sticky) = &who.sticky else { return 0 };
        Mark::number(self.inner.registry.journal().identity().name(), sticky)
    }

    fn wall(&self) -> SystemTime {
        UNIX_EPOCH + self.inner.host.parts.clock.wall()
    }
}

/// The gaps beside a log, as they were kept last, with what persons have said of them: for whoever
/// looks at a registry that may be at rest.
///
/// # Errors
/// Where they cannot be read.
pub fn kept_gaps(journal: &Journal) -> Result<Gaps, LogError> {
    let mut notebook = Notebook::read(journal.log())?;
    let state = journal.state();
    notebook.dismiss_only(state.dismissed.keys());
    Ok(notebook.into_gaps())
}

// === impl Needs ===

impl Needs {
    /// A name for a request that nobody named.
    pub(super) fn new_request(&self) -> String {
        let series = self.series.get_or_init(|| {
            let mut bytes = [0; 4];
            // Without randomness the numbers of two hosts may be the same; each knows its own.
            let _told = getrandom::fill(&mut bytes);
            format!("{:08x}", u32::from_be_bytes(bytes))
        });
        format!("ask-{series}-{}", self.requests.fetch_add(1, Ordering::Relaxed) + 1)
    }

    fn incidents(&self) -> MutexGuard<'_, Option<Incidents>> {
        self.incidents.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take_complaints(&self) -> Vec<String> {
        std::mem::take(&mut *self.complaints.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn recent(&self) -> MutexGuard<'_, Recent> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a request is remembered.
    pub(super) fn knows(&self, request: &str) -> bool {
        self.recent().of(request).is_some()
    }

    /// Notes that whoever asks tells of this request itself.
    pub(super) fn expect(&self, request: &str) {
        self.recent().expect(request);
    }

    pub(super) fn remember(&self, who: &Who, noted: Noted) {
        if let Some(request) = &who.request {
            self.recent().remember(request, who, noted);
        }
    }
}

// === impl Debug ===

impl std::fmt::Debug for Needs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Needs").field("notebook", &self.notebook.get()).finish_non_exhaustive()
    }
}
