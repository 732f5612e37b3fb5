//! What the ops about work add up to.
//!
//! *Never:* more work is remembered than the bounds say.

use std::collections::BTreeMap;

use semver::Version;
use serde::{Deserialize, Serialize};

use super::{
    ASKERS_MAX, Ending, OPEN_GAPS_MAX, OPEN_MAX, OVER_MAX, OfGap, Spent, Step, Until,
    WISH_BYTES_MAX, Want, Work,
};
use crate::model::{CapabilityName, GapId};
use crate::registry::op::{Op, Record};
use crate::registry::state::{Rule, State};

/// Budgets are by the day.
const DAY_MS: u64 = 24 * 60 * 60 * 1_000;
/// Gaps of which it is remembered that they became work: twice as many as are kept at once. The one whose
/// work began first is forgotten first; where it is still asked for, it is tried once more.
const TAKEN_MAX: usize = 8_192;

/// All work that is remembered.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Growth {
    /// By their numbers.
    pub works: BTreeMap<u64, Work>,
    /// What was spent, by the day since 1970-01-01 in UTC; yesterday is kept for whoever asks late.
    pub spent: BTreeMap<u64, Spent>,
    /// Gaps that became work, so that none does twice.
    pub gaps: BTreeMap<GapId, Taken>,
}

/// What became of a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// The work on it.
    pub work: u64,
    /// How many examples people had agreed on then.
    pub taught: usize,
}

impl Growth {
    /// What was spent on the day of this moment.
    #[must_use]
    pub fn spent_on(&self, at_ms: u64) -> Spent {
        self.spent.get(&(at_ms / DAY_MS)).copied().unwrap_or_default()
    }

    /// Work that is not over, in the order in which it is done.
    #[must_use]
    pub fn queue(&self) -> Vec<&Work> {
        let mut queue: Vec<&Work> = self.works.values().filter(|it| it.ended.is_none()).collect();
        queue.sort_by_key(|work| (work.rank, work.id));
        queue
    }

    fn pay(&mut self, at_ms: u64, spent: Spent) {
        let day = at_ms / DAY_MS;
        let paid = self.spent.entry(day).or_default();
        *paid = paid.and(spent);
        self.spent.retain(|known, _| *known + 1 >= day);
    }

    /// The work on a gap, where no more is known of it now than then.
    #[must_use]
    pub fn taken(&self, of: OfGap) -> Option<u64> {
        let taken = self.gaps.get(&of.gap).filter(|taken| taken.taught >= of.taught)?;
        Some(taken.work)
    }

    fn take(&mut self, of: OfGap, work: u64) {
        self.gaps.insert(of.gap, Taken { work, taught: of.taught });
        while self.gaps.len() > TAKEN_MAX {
            let first = self.gaps.iter().min_by_key(|(_, taken)| taken.work);
            let Some(gap) = first.map(|(gap, _)| *gap) else { return };
            self.gaps.remove(&gap);
        }
    }
}

impl State {
    /// A piece of work begins.
    pub(in crate::registry) fn begin_work(
        &mut self,
        want: &Want,
        record: &Record,
    ) -> Result<(), Rule> {
        let bytes = serde_json::to_vec(want).map_or(usize::MAX, |text| text.len());
        if bytes > WISH_BYTES_MAX {
            return Err(Rule::WishTooLarge { bytes, bytes_max: WISH_BYTES_MAX });
        }
        if let Some(work) = want.gap.and_then(|of| self.growth.taken(of)) {
            return Err(Rule::WantedAlready { work });
        }
        let open = || self.growth.works.values().filter(|work| work.ended.is_none());
        let is_waiting = |work: &&Work| !work.has_spread;
        if let Some(same) = open().find(|work| !work.has_spread && work.want.is_same(want)) {
            return Err(Rule::WantedAlready { work: same.id });
        }
        if open().filter(is_waiting).count() >= OPEN_MAX {
            return Err(Rule::TooMuchWork { most: OPEN_MAX });
        }
        let is_of_gap = |work: &&Work| is_waiting(work) && work.want.gap.is_some();
        if want.gap.is_some() && open().filter(is_of_gap).count() >= OPEN_GAPS_MAX {
            return Err(Rule::TooMuchWork { most: OPEN_GAPS_MAX });
        }
        let mut want = want.clone();
        want.askers.truncate(ASKERS_MAX);
        let (id, of_gap) = (record.sequence, want.gap);
        if let Some(repaired) = want.repairs {
            let repaired = self.work_mut(repaired)?;
            if repaired.repaired_by.is_some() {
                return Err(Rule::WantedAlready { work: repaired.repaired_by.unwrap_or_default() });
            }
            repaired.repaired_by = Some(id);
        }
        let work = Work {
            id,
            want,
            since_ms: record.at_ms,
            rank: 0,
            attempt: None,
            seat: None,
            until: None,
            attempts: 0,
            spent: Spent::default(),
            tried: Vec::new(),
            proposal: None,
            examination: None,
            allowed_by: None,
            has_spread: false,
            repaired_by: None,
            ended: None,
        };
        self.growth.works.insert(id, work);
        if let Some(of) = of_gap {
            self.growth.take(of, id);
        }
        self.forget_work();
        Ok(())
    }

    /// A piece of work goes on.
    pub(in crate::registry) fn go_on(
        &mut self,
        id: u64,
        step: &Step,
        record: &Record,
    ) -> Result<(), Rule> {
        self.may_follow(id, step, record.at_ms)?;
        self.pay_for(id, step, record.at_ms)?;
        let work = self.work_mut(id)?;
        match step {
            Step::Joined { asker } => {
                if work.want.askers.len() < ASKERS_MAX && !work.want.askers.contains(asker) {
                    work.want.askers.push(asker.clone());
                }
            }
            Step::Gathered { of } => self.growth.take(*of, id),
            Step::Begun { by, until_ms, seat, .. } => {
                work.attempt = Some((by.clone(), *until_ms));
                work.seat.clone_from(seat);
                work.until = None;
                work.attempts += 1;
            }
            Step::Lost { by, .. } => {
                work.lay_down();
                work.note(&[format!("{by} was gone before it was done")]);
            }
            Step::Failed { tried, until, .. } => {
                work.lay_down();
                work.until.clone_from(until);
                if matches!(until, Some(Until::Money { .. })) {
                    // Whoever takes the money has still to be asked.
                    work.attempts = work.attempts.saturating_sub(1);
                }
                work.note(tried);
            }
            Step::Proposed { proposal, tried, .. } => {
                work.lay_down();
                work.note(tried);
                work.proposal = Some((**proposal).clone());
            }
            Step::Examined(examination) => work.examination = Some(examination.clone()),
            Step::Ranked { rank } => work.rank = *rank,
            Step::Allowed => work.allowed_by = Some(record.by.clone()),
            Step::Retried => {
                work.ended = None;
                work.attempts = 0;
                work.until = None;
                work.lay_down();
                work.proposal = None;
                work.examination = None;
                work.repaired_by = None;
                work.has_spread = false;
            }
            Step::Ended { how } => {
                work.lay_down();
                work.ended = Some((*how, record.why.clone()));
            }
        }
        self.forget_work();
        Ok(())
    }

    /// Takes what a step has spent from the day's budget.
    fn pay_for(&mut self, id: u64, step: &Step, at_ms: u64) -> Result<(), Rule> {
        match step {
            Step::Begun { spent, .. }
            | Step::Failed { spent, .. }
            | Step::Proposed { spent, .. } => {
                self.growth.pay(at_ms, *spent);
                let work = self.work_mut(id)?;
                work.spent = work.spent.and(*spent);
            }
            Step::Joined { .. }
            | Step::Gathered { .. }
            | Step::Lost { .. }
            | Step::Examined(_)
            | Step::Ranked { .. }
            | Step::Allowed
            | Step::Retried
            | Step::Ended { .. } => {}
        }
        Ok(())
    }

    /// Takes in what an op about a release says of the work that made it.
    pub(in crate::registry) fn note_spread(&mut self, op: &Op) {
        let (Op::RolloutStarted { name, version, .. } | Op::Activated { name, version }) = op
        else {
            return;
        };
        // Looked at first, because writing copies what other states have too.
        let made = self.growth.works.values().find(|work| work.makes(name, version));
        if let Some(id) = made.map(|work| work.id)
            && let Some(work) = self.growth.works.get_mut(&id)
        {
            work.has_spread = true;
        }
    }

    /// Whether a step follows from where its work stands.
    fn may_follow(&mut self, id: u64, step: &Step, at_ms: u64) -> Result<(), Rule> {
        let work = self.work_mut(id)?;
        let refused = |why: &str| Err(Rule::OutOfStep { work: id, why: why.to_owned() });
        match (step, &work.ended) {
            // What waits for money, or for something that was away, need not.
            (Step::Retried, None) if work.until.is_some() => {}
            (Step::Retried, None) => return refused("it goes on already"),
            (Step::Retried, Some(_)) => {}
            (_, Some((how, _))) => return refused(&format!("it is over: {how}")),
            (_, None) => {}
        }
        let is_under_way = work.attempt.as_ref().is_some_and(|(_, until)| *until > at_ms);
        match step {
            Step::Begun { .. } if is_under_way => refused("somebody works on it already"),
            Step::Begun { .. } | Step::Proposed { .. } | Step::Failed { .. }
                if work.proposal.is_some() =>
            {
                refused("there is a draft already")
            }
            Step::Proposed { .. } | Step::Failed { .. } if work.attempt.is_none() => {
                refused("no attempt was begun")
            }
            Step::Lost { by, until_ms } => match &work.attempt {
                Some((who, until)) if who == by && until == until_ms => Ok(()),
                Some(_) | None => refused("another attempt is under way, or none"),
            },
            Step::Examined(examination) => match &work.proposal {
                Some(proposal) if proposal.component == examination.component => Ok(()),
                Some(_) => refused("another component was examined"),
                None => refused("there is no draft that could have been examined"),
            },
            Step::Joined { .. }
            | Step::Gathered { .. }
            | Step::Begun { .. }
            | Step::Proposed { .. }
            | Step::Failed { .. }
            | Step::Ranked { .. }
            | Step::Allowed
            | Step::Retried
            | Step::Ended { .. } => Ok(()),
        }
    }

    fn work_mut(&mut self, id: u64) -> Result<&mut Work, Rule> {
        self.growth.works.get_mut(&id).ok_or(Rule::NoWork { work: id })
    }

    /// A person says that a gap is one after all: what was dropped of it may become work again.
    pub(in crate::registry) fn reopen_gap(&mut self, gap: GapId) {
        let Some(taken) = self.growth.gaps.get(&gap) else { return };
        let work = self.growth.works.get(&taken.work);
        if work.is_none_or(|work| work.ended.is_some()) {
            self.growth.gaps.remove(&gap);
        }
    }

    /// Forgets the oldest work that is over: that ended, or whose release has spread long since.
    fn forget_work(&mut self) {
        let is_over = |work: &Work| work.ended.is_some() || work.has_spread;
        let over: Vec<u64> =
            self.growth.works.values().filter(|work| is_over(work)).map(|work| work.id).collect();
        for id in over.iter().take(over.len().saturating_sub(OVER_MAX)) {
            self.growth.works.remove(id);
        }
    }
}

impl Work {
    fn lay_down(&mut self) {
        self.attempt = None;
        self.seat = None;
    }

    /// Whether a release is of this work.
    #[must_use]
    pub fn makes(&self, name: &CapabilityName, version: &Version) -> bool {
        let proposal = self.proposal.as_ref();
        self.ended.is_none()
            && proposal.is_some_and(|it| it.name == *name && it.version == *version)
    }
}

impl Ending {
    /// Whether a person has to look.
    #[must_use]
    pub const fn asks_a_person(self) -> bool {
        matches!(self, Self::GaveUp | Self::Refused)
    }
}
