//! The steward: looks at every rollout under way, and takes it a step on, back, or nowhere.
//!
//! *Never:* a rollout that is paused, or that an emergency stop halts, goes on.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use semver::Version;

use crate::model::{CapabilityName, Clock};
use crate::registry::judge::{Approval, Decision, Facts, History, Judge, Verdict};
use crate::registry::{
    Actor, Callee, JournalError, Line, Op, Record, Registry, RegistryError, Rollout, Served, State,
};

/// Drives the rollouts of a registry.
pub struct Steward<C> {
    registry: Arc<Registry<C>>,
    clock: Arc<dyn Clock>,
    judges: BTreeMap<CapabilityName, Seat>,
}

/// The judge of one stage, and what it said last.
struct Seat {
    stage: (String, String, usize),
    judge: Judge,
    said: Option<Verdict>,
}

/// Often enough that what another process records is seen within 100 ms, and seldom enough that
/// nobody notices the work.
pub const TICK: Duration = Duration::from_millis(50);

impl<C: Callee> Steward<C> {
    /// A steward that has not looked yet.
    #[must_use]
    pub const fn new(registry: Arc<Registry<C>>, clock: Arc<dyn Clock>) -> Self {
        Self { registry, clock, judges: BTreeMap::new() }
    }

    /// Looks again and again, for as long as it is polled. A failure is told to the trace, and the
    /// next look tries again; what serves goes on serving.
    pub async fn run(mut self) {
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            if let Err(error) = self.tick().await {
                tracing::warn!(target: "engraft::steward", %error, "the steward could not look");
            }
        }
    }

    /// Looks once: follows the log, takes in what was seen, and records what the judges say.
    ///
    /// # Errors
    /// Where the log cannot be read or written; the next look tries again.
    pub async fn tick(&mut self) -> Result<Vec<Record>, RegistryError> {
        self.registry.follow().await?;
        let state = self.registry.journal().state();
        self.judges.retain(|name, _| state.lines.get(name).is_some_and(|l| l.rollout.is_some()));
        let mut records = Vec::new();
        for (name, line) in &state.lines {
            let Some(rollout) = &line.rollout else { continue };
            let Some(op) = self.look(&state, name, line, rollout) else { continue };
            let why = sentence(&op).to_owned();
            match self.registry.change(Actor::steward(), &why, op).await {
                Ok(record) => records.push(record),
                // Somebody else has ended or halted it meanwhile.
                Err(RegistryError::Journal(JournalError::Rule(_))) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(records)
    }

    /// Where each rollout stands that was looked at: what its judge would decide now.
    #[must_use]
    pub fn standings(&self) -> Vec<(CapabilityName, Version, Decision)> {
        let state = self.registry.journal().state();
        let now = self.clock.wall();
        let standing = |(name, seat): (&CapabilityName, &Seat)| {
            let rollout = state.lines.get(name)?.rollout.as_ref()?;
            let decision = seat.judge.decide(&facts(&state, rollout, now));
            Some((name.clone(), rollout.version.clone(), decision))
        };
        self.judges.iter().filter_map(standing).collect()
    }

    /// The op that a rollout needs now, where it needs one.
    fn look(
        &mut self,
        state: &State,
        name: &CapabilityName,
        line: &Line,
        rollout: &Rollout,
    ) -> Option<Op> {
        let snapshot = self.registry.snapshot();
        let served = snapshot.line(name.as_str())?;
        let spreading = served.spreading.as_ref()?;
        // A snapshot of another stage has another book; the next look sees both alike.
        if spreading.stage != (rollout.id.clone(), rollout.salt.clone(), rollout.stage) {
            return None;
        }
        let seat = self.judges.entry(name.clone());
        let fresh = || Seat::new(rollout, served);
        let seat = match seat {
            std::collections::btree_map::Entry::Occupied(mut seat) => {
                if seat.get().stage != spreading.stage {
                    seat.insert(fresh()?);
                }
                seat.into_mut()
            }
            std::collections::btree_map::Entry::Vacant(empty) => empty.insert(fresh()?),
        };
        let seen = spreading.book.take();
        let has_news = seen != crate::registry::judge::Observation::default();
        if has_news {
            seat.judge.observe(&seen);
        }
        let facts = facts(state, rollout, self.clock.wall());
        let verdict = seat.judge.verdict(&facts);
        let harms = matches!(verdict, Verdict::RollBack(_));
        // Harm is undone whatever stands still; a person who halted a rollout did not mean to keep
        // it.
        if !harms && (rollout.is_paused || state.stop.is_some()) {
            return None;
        }
        if seat.said.as_ref() == Some(&verdict) && matches!(verdict, Verdict::Hold(_)) {
            return None;
        }
        let decision = Box::new(seat.judge.decide(&facts));
        seat.said = Some(verdict);
        Some(op(name, line, rollout, decision))
    }
}

fn op(name: &CapabilityName, line: &Line, rollout: &Rollout, decision: Box<Decision>) -> Op {
    let name = name.clone();
    let is_last = rollout.stage + 1 >= rollout.plan.stages.len();
    debug_assert!(line.rollout.is_some(), "only rollouts under way are judged");
    match decision.verdict {
        Verdict::RollBack(_) => Op::RolledBack { name, decision: Some(decision) },
        Verdict::Advance if is_last => Op::Promoted { name, decision: Some(decision) },
        Verdict::Advance => {
            Op::Advanced { name, stage: rollout.stage + 1, decision: Some(decision) }
        }
        Verdict::Hold(_) => Op::Held { name, decision },
    }
}

fn facts(state: &State, rollout: &Rollout, now: Duration) -> Facts {
    let entered = Duration::from_millis(rollout.entered_ms);
    let on = state.flags.iter().filter(|(_, on)| **on);
    Facts {
        lasted: now.saturating_sub(entered),
        flags: on.map(|(flag, _)| flag.clone()).collect::<BTreeSet<String>>(),
        approval: if rollout.is_approved { Approval::Given } else { Approval::Missing },
    }
}

fn sentence(op: &Op) -> &str {
    let decision = match op {
        Op::RolledBack { decision, .. }
        | Op::Promoted { decision, .. }
        | Op::Advanced { decision, .. } => decision.as_deref(),
        Op::Held { decision, .. } => Some(&**decision),
        Op::Installed(_)
        | Op::Activated { .. }
        | Op::Yanked { .. }
        | Op::Unyanked { .. }
        | Op::Aliased { .. }
        | Op::Pinned { .. }
        | Op::RolloutStarted { .. }
        | Op::Paused { .. }
        | Op::Resumed { .. }
        | Op::Approved { .. }
        | Op::Revoked { .. }
        | Op::FlagSet { .. }
        | Op::Stopped
        | Op::Lifted { .. } => None,
    };
    decision.map_or("", |decision| decision.sentence.as_str())
}

// === impl Seat ===

impl Seat {
    fn new<C>(rollout: &Rollout, served: &Served<C>) -> Option<Self> {
        let history = served.stable.as_ref().map(|stable| {
            let (success, latency) = stable.history();
            History { success, latency, ..History::default() }
        });
        let judge = Judge::new(&rollout.plan, rollout.stage, &history.unwrap_or_default())?;
        let stage = (rollout.id.clone(), rollout.salt.clone(), rollout.stage);
        Some(Self { stage, judge, said: None })
    }
}

// === impl Steward ===

impl<C> std::fmt::Debug for Steward<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Steward").field("registry", &self.registry).finish_non_exhaustive()
    }
}
