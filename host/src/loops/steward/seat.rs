//! The seat of a judge: which stage it judges, what it said last, and what of it is to be kept.
//!
//! *Never:* a judge is kept without the users that it has counted, or they without it.

use std::time::{Duration, Instant};

use crate::registry::judge::{History, Judge, Verdict};
use crate::registry::{Book, JournalError, Kept, Rollout, Served};

/// How late what a judge has made of a stage is kept: at a thousand outcomes a second, a thousand
/// are forgotten by a program that is killed, and a small write each second disturbs nobody.
pub const KEEP_EVERY: Duration = Duration::from_secs(1);

/// Which rollout, with its salt, and which stage of it.
type StageId = (String, String, usize);

/// The judge of one stage.
pub(super) struct Seat {
    stage: StageId,
    judge: Judge,
    said: Option<Verdict>,
    /// Users that were counted since the judge was kept last.
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
    /// A judge that begins, or goes on from where it was before a restart; none where the plan has no
    /// such stage.
    pub(super) fn new<C>(rollout: &Rollout, served: &Served<C>, now: Instant) -> Option<Self> {
        let spreading = served.spreading.as_ref()?;
        let (judge, times) = match spreading.book.resume() {
            Some(resumed) => (resumed.judge, resumed.times),
            None => (Judge::new(&rollout.plan, rollout.stage, &history(served))?, 0),
        };
        Some(Self {
            stage: spreading.stage.clone(),
            judge,
            said: None,
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

    pub(super) const fn judge(&self) -> &Judge {
        &self.judge
    }

    /// How often it was kept.
    pub(super) const fn times(&self) -> u64 {
        self.times
    }

    /// Takes in what was seen since the last time.
    pub(super) fn observe(&mut self, book: &Book) {
        let (seen, users) = book.take_marked();
        if !users.is_empty() {
            self.judge.observe(&seen);
            self.has_news = true;
        }
        if self.keeps == Keeps::Yes {
            self.users.extend(users);
        }
    }

    /// Whether a verdict has to be told: a hold for the same reason as before has not.
    pub(super) fn is_news(&self, verdict: &Verdict) -> bool {
        self.said.as_ref() != Some(verdict) || !matches!(verdict, Verdict::Hold(_))
    }

    pub(super) fn say(&mut self, verdict: Verdict) {
        self.said = Some(verdict);
    }

    /// The judge and its users, where it is time to keep them.
    pub(super) fn to_keep(&self, now: Instant) -> Option<(Vec<u8>, Vec<u8>)> {
        let is_due = now.saturating_duration_since(self.kept_at) >= KEEP_EVERY;
        if is_due { self.to_leave() } else { None }
    }

    /// The judge and its users, where there is anything new.
    pub(super) fn to_leave(&self) -> Option<(Vec<u8>, Vec<u8>)> {
        if !self.has_news || self.keeps == Keeps::LeftToOthers {
            return None;
        }
        let judge = serde_json::to_vec(&self.judge).ok()?;
        Some((judge, self.users.clone()))
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
