//! The seat of a stage's judges, one for each release that spreads: what they said last, and what of
//! them is to be kept.
//!
//! *Never:* a judge is kept without the users that it has counted, or they without it.

use std::time::{Duration, Instant};

use crate::registry::judge::{Facts, History, Judge, Verdict};
use crate::registry::{Book, JournalError, Kept, Rollout, Served};

/// How late what a judge has made of a stage is kept: at a thousand outcomes a second, a thousand
/// are forgotten by a program that is killed, and a small write each second disturbs nobody.
pub const KEEP_EVERY: Duration = Duration::from_secs(1);

/// Which rollout, with its salt, and which stage of it.
type StageId = (String, String, usize);

/// The judges of one stage.
pub(super) struct Seat {
    stage: StageId,
    /// By the places of the variants; one where a release spreads alone.
    judges: Vec<Judge>,
    /// What each said last.
    said: Vec<Option<Verdict>>,
    /// Users that were counted since the judges were kept last.
    users: Vec<u8>,
    has_news: bool,
    times: u64,
    kept_at: Instant,
    keeps: Keeps,
}

#[derive(PartialEq, Eq)]
enum Keeps {
    Yes,
    /// Another program judges the same stage and keeps what it makes of it.
    LeftToOthers,
}

impl Seat {
    /// Judges that begin, or go on from where they were before a restart; none where the plan has no
    /// such stage.
    pub(super) fn new<C>(rollout: &Rollout, served: &Served<C>, now: Instant) -> Option<Self> {
        let (comparisons, history) = (rollout.comparisons(), history(served));
        let resumed = served.spreading.as_ref().and_then(|spreading| spreading.book.resume());
        let resumed = resumed.filter(|resumed| resumed.judges.len() == comparisons);
        let (judges, times) = match resumed {
            Some(resumed) => (resumed.judges, resumed.times),
            None => {
                let (plan, stage) = (&rollout.plan, rollout.stage);
                let judge = Judge::of_variant(plan, stage, &history, comparisons)?;
                (vec![judge; comparisons], 0)
            }
        };
        Some(Self {
            stage: served.stage()?.clone(),
            said: vec![None; judges.len()],
            judges,
            users: Vec::new(),
            has_news: false,
            times,
            kept_at: now,
            keeps: Keeps::Yes,
        })
    }

    pub(super) const fn stage(&self) -> &StageId {
        &self.stage
    }

    /// The judge of the release at a place.
    pub(super) fn judge(&self, place: usize) -> Option<&Judge> {
        self.judges.get(place)
    }

    #[cfg(test)]
    pub(super) fn judges(&self) -> impl Iterator<Item = &Judge> {
        self.judges.iter()
    }

    /// What is to be done, and about which place: a release that harms is taken out, and when all
    /// that are left have passed, the one goes on that fails least often. None where each says what
    /// it said before.
    pub(super) fn ruling(&self, rollout: &Rollout, facts: &Facts) -> Option<(usize, Verdict)> {
        let judged = |place: usize| Some((place, self.judge(place)?));
        let judged: Vec<(usize, &Judge)> =
            rollout.places().filter_map(|(place, _)| judged(place)).collect();
        let verdicts: Vec<(usize, Verdict)> =
            judged.iter().map(|(place, judge)| (*place, judge.verdict(facts))).collect();
        let harms = |(_, verdict): &&(usize, Verdict)| matches!(verdict, Verdict::RollBack(_));
        if let Some(ruling) = verdicts.iter().find(harms) {
            return Some(ruling.clone());
        }
        if verdicts.iter().all(|(_, verdict)| *verdict == Verdict::Advance) {
            let failing = |judge: &Judge| judge.seen().treatment.rate().unwrap_or(1.0);
            let best = judged.iter().min_by(|a, b| failing(a.1).total_cmp(&failing(b.1)))?;
            return Some((best.0, Verdict::Advance));
        }
        let is_news = |(place, verdict): &(usize, Verdict)| {
            let said = self.said.get(*place).and_then(Option::as_ref);
            matches!(verdict, Verdict::Hold(_)) && said != Some(verdict)
        };
        verdicts.into_iter().find(is_news)
    }

    /// How often it was kept.
    pub(super) const fn times(&self) -> u64 {
        self.times
    }

    /// Takes in what was seen since the last time.
    pub(super) fn observe(&mut self, book: &Book) {
        let (seen, users) = book.take_marked();
        if !users.is_empty() {
            self.judges.iter_mut().zip(&seen).for_each(|(judge, seen)| judge.observe(seen));
            self.has_news = true;
        }
        if self.keeps == Keeps::Yes {
            self.users.extend(users);
        }
    }

    /// Whether that was said of a place last.
    pub(super) fn has_said(&self, place: usize, verdict: &Verdict) -> bool {
        self.said.get(place).and_then(Option::as_ref) == Some(verdict)
    }

    /// Notes what was said of a place, so that a hold for the same reason is not told again.
    pub(super) fn say(&mut self, place: usize, verdict: Verdict) {
        if let Some(said) = self.said.get_mut(place) {
            *said = Some(verdict);
        }
    }

    /// The judges and their users, where it is time to keep them.
    pub(super) fn to_keep(&self, now: Instant) -> Option<(Vec<u8>, Vec<u8>)> {
        let is_due = now.saturating_duration_since(self.kept_at) >= KEEP_EVERY;
        if is_due { self.to_leave() } else { None }
    }

    /// The judges and their users, where there is anything new.
    pub(super) fn to_leave(&self) -> Option<(Vec<u8>, Vec<u8>)> {
        if !self.has_news || self.keeps == Keeps::LeftToOthers {
            return None;
        }
        let judges = serde_json::to_vec(&self.judges).ok()?;
        Some((judges, self.users.clone()))
    }

    /// Hears whether they were kept.
    pub(super) fn kept(&mut self, kept: &Result<Kept, JournalError>, now: Instant) {
        self.kept_at = now;
        match kept {
            Ok(Kept::Here) => {
                self.times += 1;
                self.has_news = false;
                self.users.clear();
            }
            Ok(Kept::ByOthers) => {
                self.keeps = Keeps::LeftToOthers;
                self.users = Vec::new();
            }
            // A full disk may have room again at the next time.
            Err(_) => {}
        }
    }
}

/// What is known of the old release before a stage begins.
fn history<C>(served: &Served<C>) -> History {
    let Some(stable) = &served.stable else { return History::default() };
    let (success, latency) = stable.history();
    History { success, latency, ..History::default() }
}
