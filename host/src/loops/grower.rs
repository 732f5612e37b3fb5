//! The grower: does what the governor says is next for each piece of work, and records it.
//!
//! ```text
//! Want ─write→ Proposal ─examine→ Examination ─install→ Release ─spread→ Rollout ─(steward)→ live
//!   ↑                                                                              │
//!   └────────────────────────────── repair ←──────────────────────── rolled back ──┘
//! ```
//!
//! Every arrow is an op before it is anything else, so that whoever starts again after a kill goes on
//! from the last one. An attempt that was cut off counts, and is made again when its time is over.
//!
//! *Never:* the grower decides; nor does it hold a key, write a draft or call a capability.

mod again;
mod attempt;
mod kept;
mod workshop;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

pub use kept::Kept;
pub use workshop::{Doing, Looked, Made, Needs, Trouble, Workshop, Writing};

use super::governor::{Autonomy, Deed, Governance, Standing, for_askers, standing};
use super::healer;
use crate::examine::{Examination, Report, Verdict};
use crate::model::{Clock, Digest};
use crate::registry::{
    Actor, Callee, Ending, JournalError, Lifecycle, Op, Proposal, Record, Registry, RegistryError,
    Seat, Step, Until, Want, Work,
};

/// What could not be done for a passing reason is tried again after this long, then after twice as
/// long, and so on up to the last.
const PATIENCE: Duration = Duration::from_secs(1);
const PATIENCE_MAX: Duration = Duration::from_secs(300);

/// Works on what is missing, by what a person has set.
pub struct Grower<C: Callee, W> {
    registry: Arc<Registry<C>>,
    workshop: W,
    governance: Governance,
    clock: Arc<dyn Clock>,
    /// What this program is called in the log.
    program: String,
    /// Where it runs, where that is known.
    seat: Option<Seat>,
    desk: Mutex<Desk>,
}

/// What this process has in hand.
#[derive(Default)]
struct Desk {
    /// Work that somebody here is at.
    busy: BTreeSet<u64>,
    /// Work that is not to be tried again before a moment, and how often it was tried.
    later: BTreeMap<u64, (Instant, u32)>,
}

/// Work in hand, which is laid down however that ends.
struct InHand<'a> {
    desk: &'a Mutex<Desk>,
    work: u64,
}

impl<C: Callee, W: Workshop> Grower<C, W> {
    /// A grower that has done nothing yet.
    pub fn new(
        registry: Arc<Registry<C>>,
        workshop: W,
        governance: Governance,
        clock: Arc<dyn Clock>,
        program: impl Into<String>,
    ) -> Self {
        let (program, desk) = (program.into(), Mutex::default());
        Self { registry, workshop, governance, clock, program, seat: None, desk }
    }

    /// In this process, so that others can tell when it is gone.
    #[must_use]
    pub fn in_seat(mut self, seat: Option<Seat>) -> Self {
        self.seat = seat;
        self
    }

    /// What a person has set.
    #[must_use]
    pub const fn governance(&self) -> &Governance {
        &self.governance
    }

    /// What drafts are made with.
    #[must_use]
    pub const fn workshop(&self) -> &W {
        &self.workshop
    }

    /// What is next for a piece of work.
    #[must_use]
    pub fn standing(&self, work: &Work) -> Standing {
        let state = self.registry.journal().state();
        standing(&state, work, &self.governance, self.clock.wall())
    }

    /// Does the first thing in the queue that may be done and that nobody here is at; false where there
    /// is none.
    ///
    /// # Errors
    /// Where the log cannot be read or written; nothing is lost, and the next try goes on.
    pub async fn step(&self) -> Result<bool, RegistryError> {
        let Some((work, deed, _hand)) = self.next() else { return Ok(false) };
        let id = work.id;
        let done = self.perform(&work, deed).await;
        match &done {
            // Somebody else was faster.
            Err(RegistryError::Journal(JournalError::Rule(rule))) => {
                tracing::debug!(target: "engraft::grower", work = id, %rule, "not done");
                self.put_off(id);
                Ok(true)
            }
            Err(_) => {
                self.put_off(id);
                done.map(|()| true)
            }
            Ok(()) => Ok(true),
        }
    }

    fn next(&self) -> Option<(Work, Deed, InHand<'_>)> {
        let state = self.registry.journal().state();
        let (wall, now) = (self.clock.wall(), self.clock.monotonic());
        let mut desk = self.desk();
        for work in state.growth.queue() {
            let is_later = desk.later.get(&work.id).is_some_and(|(at, _)| *at > now);
            if desk.busy.contains(&work.id) || is_later {
                continue;
            }
            let work = &*self.priced(work);
            if let Standing::Do(deed) = standing(&state, work, &self.governance, wall) {
                desk.busy.insert(work.id);
                let hand = InHand { desk: &self.desk, work: work.id };
                return Some((work.clone(), deed, hand));
            }
        }
        None
    }

    /// Work as it stands with the authors that there are here: one that was too dear may cost less.
    fn priced<'a>(&self, work: &'a Work) -> Cow<'a, Work> {
        let Some(Until::Money { author, micros, .. }) = &work.until else {
            return Cow::Borrowed(work);
        };
        let Some(price) = self.workshop.price_micros(author).filter(|price| price < micros) else {
            return Cow::Borrowed(work);
        };
        let mut work = work.clone();
        if let Some(Until::Money { micros, .. }) = &mut work.until {
            *micros = price;
        }
        Cow::Owned(work)
    }

    async fn perform(&self, work: &Work, deed: Deed) -> Result<(), RegistryError> {
        match deed {
            Deed::Write => self.write(work).await,
            Deed::Examine => self.examine(work).await,
            Deed::Install => self.install(work).await,
            Deed::Spread(autonomy) => self.spread(work, autonomy).await,
            Deed::Repair => self.repair(work).await,
            Deed::End(how, why) => self.end(work, how, &why).await,
        }
    }

    async fn examine(&self, work: &Work) -> Result<(), RegistryError> {
        match self.workshop.examine(work).await {
            Ok(report) => self.examined(work, &report).await,
            Err(trouble) => self.troubled(work, trouble).await,
        }
    }

    async fn examined(&self, work: &Work, report: &Report) -> Result<(), RegistryError> {
        let examination = Examination::of(report);
        let why = sentence(&examination);
        let blobs = vec![(report.digest(), report.to_bytes())];
        if examination.verdict != Verdict::Admissible {
            // Where persons look for what they may approve; before anybody hears that it waits for them.
            self.registry.examined(Actor::grower(), &why, report).await?;
        }
        self.note(work, &why, Step::Examined(Box::new(examination)), blobs).await
    }

    async fn install(&self, work: &Work) -> Result<(), RegistryError> {
        match self.workshop.install(work).await {
            Ok(Looked::Installed) => Ok(()),
            // It was looked at again, after a restart, and something else was found.
            Ok(Looked::Otherwise(report)) => self.examined(work, &report).await,
            Err(trouble) => self.troubled(work, trouble).await,
        }
    }

    async fn spread(&self, work: &Work, autonomy: Autonomy) -> Result<(), RegistryError> {
        let Some(Proposal { name, version, .. }) = &work.proposal else { return Ok(()) };
        let Governance { plan, groups, .. } = &self.governance;
        let plan = for_askers(plan.clone(), &work.want.askers, groups, autonomy);
        let askers = match &work.want.askers[..] {
            [] => "nobody has it first".to_owned(),
            askers => format!("{} who asked for it have it first", askers.len()),
        };
        let why = format!("work {}: {autonomy}, by the plan `{}`; {askers}", work.id, plan.name);
        let op = Op::rollout(name, version, plan, self.registry.journal().length());
        let begun = self.registry.change(Actor::grower(), &why, op).await;
        match begun {
            Err(RegistryError::Journal(JournalError::Rule(rule))) if rule.is_final() => {
                self.end(work, Ending::Refused, &rule.to_string()).await
            }
            begun => begun.map(drop),
        }
    }

    /// Begins work on what was wrong with the release of a piece of work, as after it was taken back.
    ///
    /// # Errors
    /// Where the log cannot be read or written.
    pub async fn heal(&self, work: &Work) -> Result<(), RegistryError> {
        match self.repair(work).await {
            // Somebody else was faster.
            Err(RegistryError::Journal(JournalError::Rule(_))) => Ok(()),
            healed => healed,
        }
    }

    async fn repair(&self, work: &Work) -> Result<(), RegistryError> {
        let most = self.governance.repairs_max;
        if work.want.repairs_before >= most {
            let why = format!("{most} repairs in a row were taken back too; a person has to look");
            return self.end(work, Ending::GaveUp, &why).await;
        }
        let before = match self.workshop.before(work).await {
            Ok(before) => before,
            Err(trouble) => return self.troubled(work, trouble).await,
        };
        match healer::repair(work, before) {
            Ok(want) => {
                let why = self.ailment(work, &want);
                let op = Op::Wanted(Box::new(want));
                self.registry.grow(Actor::grower(), &why, op, Vec::new()).await.map(drop)
            }
            Err(why) => self.end(work, Ending::GaveUp, &why).await,
        }
    }

    /// Why a release is repaired, as the log says it.
    fn ailment(&self, work: &Work, want: &Want) -> String {
        let failed = want.wish.before.as_ref().map_or(0, |before| before.failed.len());
        let told = match failed {
            1 => "one request tells".to_owned(),
            failed => format!("{failed} requests tell"),
        };
        if self.registry.journal().state().lifecycle(work) == Lifecycle::RolledBack {
            return format!("work {} was taken back; {told} why", work.id);
        }
        format!("the release of work {} is to do better; {told} at what", work.id)
    }

    async fn troubled(&self, work: &Work, trouble: Trouble) -> Result<(), RegistryError> {
        match trouble {
            Trouble::Final(why) => self.end(work, Ending::Refused, &why).await,
            Trouble::Passing(why) => {
                tracing::warn!(target: "engraft::grower", work = work.id, why, "put off");
                self.put_off(work.id);
                Ok(())
            }
        }
    }

    async fn end(&self, work: &Work, how: Ending, why: &str) -> Result<(), RegistryError> {
        self.note(work, why, Step::Ended { how }, Vec::new()).await
    }

    async fn note(
        &self,
        work: &Work,
        why: &str,
        step: Step,
        blobs: Vec<(Digest, Vec<u8>)>,
    ) -> Result<(), RegistryError> {
        let op = Op::Grown { work: work.id, step };
        let record: Record = self.registry.grow(Actor::grower(), why, op, blobs).await?;
        self.desk().later.remove(&work.id);
        tracing::debug!(target: "engraft::grower", work = work.id, entry = record.sequence, why);
        Ok(())
    }

    fn put_off(&self, work: u64) {
        let now = self.clock.monotonic();
        let mut desk = self.desk();
        let (at, times) = desk.later.entry(work).or_insert((now, 0));
        let wait = PATIENCE.saturating_mul(1 << (*times).min(16)).min(PATIENCE_MAX);
        (*at, *times) = (now + wait, times.saturating_add(1));
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn sentence(examination: &Examination) -> String {
    let risk = examination.risk.map_or_else(String::new, |risk| format!(", risk {risk}"));
    let told = match examination.verdict {
        Verdict::Admissible => "nothing is in the way".to_owned(),
        Verdict::NeedsApproval { approvals, .. } => {
            format!("{approvals} persons have to approve it")
        }
        Verdict::Blocked => {
            let checks: Vec<&str> = examination.blocking.iter().map(|it| it.as_str()).collect();
            format!("blocked by {}", checks.join(", "))
        }
    };
    format!("examined at level {}{risk}: {told}", examination.level)
}

fn ms(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

// === impl InHand ===

impl Drop for InHand<'_> {
    fn drop(&mut self) {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner).busy.remove(&self.work);
    }
}

// === impl Grower ===

impl<C: Callee, W> std::fmt::Debug for Grower<C, W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Grower").field("program", &self.program).finish_non_exhaustive()
    }
}
