//! The steward: looks at every rollout under way, and takes it a step on, back, or nowhere.
//!
//! What a judge has made of a stage is kept with the log, at most [`KEEP_EVERY`] late, together with
//! the users that it was made of: after a restart the judge goes on from there. What came in between
//! is forgotten, of both arms alike, and its users count when they come again.
//!
//! *Never:* a rollout that is paused, or that an emergency stop halts, goes on.

mod seat;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use semver::Version;

use crate::model::{CapabilityName, Clock};
use crate::registry::judge::{Approval, Decision, Facts, Verdict};
use crate::registry::{
    Actor, Callee, JournalError, Line, Op, Reach, Record, Registry, RegistryError, Rollout, Served,
    State, Unready,
};
pub use seat::KEEP_EVERY;
use seat::Seat;

/// Drives the rollouts of a registry.
pub struct Steward<C: Callee> {
    registry: Arc<Registry<C>>,
    clock: Arc<dyn Clock>,
    judges: BTreeMap<CapabilityName, Seat>,
}

/// Often enough that what another process records is seen well within 100 ms, and seldom enough that
/// nobody notices the work.
pub const TICK: Duration = Duration::from_millis(25);

impl<C: Callee> Steward<C> {
    /// What the judges under way have made of their stages, for tests on the top floor, which may put
    /// a log and scripted releases together.
    #[cfg(test)]
    pub(crate) fn judges(&self) -> impl Iterator<Item = &crate::registry::judge::Judge> {
        self.judges.values().flat_map(Seat::judges)
    }

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
        let followed = self.registry.follow().await;
        self.registry.retire().await;
        match followed {
            // What cannot be made ready is taken back below.
            Ok(_) | Err(RegistryError::Load { .. }) => {}
            Err(error) => return Err(error),
        }
        let state = self.registry.journal().state();
        let goes_on = |name: &CapabilityName| {
            state.lines.get(name).is_some_and(|line| line.rollout.is_some())
        };
        let judged = self.judges.len();
        self.judges.retain(|name, _| goes_on(name));
        if self.judges.len() < judged {
            self.registry.forget_evidence();
        }
        let mut records = Vec::new();
        for (op, why) in self.unready(&state) {
            records.extend(self.record(&why, op).await?);
        }
        for (name, line) in &state.lines {
            let Some(rollout) = &line.rollout else { continue };
            let Some(op) = self.look(&state, name, line, rollout) else { continue };
            let why = sentence(&op).to_owned();
            records.extend(self.record(&why, op).await?);
        }
        self.keep().await;
        Ok(records)
    }

    async fn record(&self, why: &str, op: Op) -> Result<Option<Record>, RegistryError> {
        match self.registry.change(Actor::steward(), why, op).await {
            Ok(record) => Ok(Some(record)),
            // Somebody else has ended or halted it meanwhile.
            Err(RegistryError::Journal(JournalError::Rule(_))) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What takes back releases that cannot be made ready: one that spreads is rolled back, and for
    /// one that should serve, whoever served before serves again. What could not be made ready when this
    /// program began may serve well in others.
    fn unready(&self, state: &State) -> Vec<(Op, String)> {
        let unready = self.registry.unready().into_iter().filter(|it| !it.is_from_start);
        let ops = unready.filter_map(|Unready { name, version, why, .. }| {
            let line = state.lines.get(&name)?;
            let why = format!("{version} cannot be made ready: {why}");
            if let Some(rollout) = line.rollout.as_ref().filter(|rollout| rollout.has(&version)) {
                let version = (!rollout.variants.is_empty()).then_some(version);
                return Some((Op::RolledBack { name, version, decision: None }, why));
            }
            let previous = line.previous.clone().filter(|_| line.stable.as_ref() == Some(&version));
            Some((Op::Activated { name, version: previous? }, why))
        });
        ops.collect()
    }

    /// Keeps what judges have made of stages since the last time, where it is time.
    async fn keep(&mut self) {
        let now = self.clock.monotonic();
        for (name, seat) in &mut self.judges {
            let Some((judge, users)) = seat.to_keep(now) else { continue };
            let kept = self.registry.keep_evidence(seat.stage(), seat.times(), judge, users).await;
            if let Err(error) = &kept {
                tracing::warn!(target: "engraft::steward", %name, %error, "evidence is not kept");
            }
            seat.kept(&kept, now);
        }
    }

    /// Where each rollout stands that was looked at: what its judge would decide now.
    #[must_use]
    pub fn standings(&self) -> Vec<(CapabilityName, Version, Decision)> {
        let state = self.registry.journal().state();
        let now = self.clock.wall();
        let snapshot = self.registry.snapshot();
        let mut standings = Vec::new();
        for (name, seat) in &self.judges {
            let rollout = state.lines.get(name).and_then(|line| line.rollout.as_ref());
            let Some((rollout, served)) = rollout.zip(snapshot.line(name.as_str())) else {
                continue;
            };
            let facts = facts(&state, rollout, served, now);
            standings.extend(rollout.places().filter_map(|(place, version)| {
                let decision = seat.judge(place)?.decide(&facts);
                Some((name.clone(), version.clone(), decision))
            }));
        }
        standings
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
        let stage = served.stage()?;
        // A snapshot of another stage has another book; the next look sees both alike.
        if *stage != (rollout.id.clone(), rollout.salt.clone(), rollout.stage) {
            return None;
        }
        let now = self.clock.monotonic();
        if self.judges.get(name).is_none_or(|seat| seat.stage() != stage) {
            self.judges.insert(name.clone(), Seat::new(rollout, served, now)?);
            self.registry.forget_evidence();
        }
        let seat = self.judges.get_mut(name)?;
        if let Some(spreading) = &served.spreading {
            seat.observe(&spreading.book);
        }
        let facts = facts(state, rollout, served, self.clock.wall());
        let (place, verdict) = seat.ruling(rollout, &facts)?;
        let harms = matches!(verdict, Verdict::RollBack(_));
        // Harm is undone whatever stands still; a person who halted a rollout did not mean to keep
        // it.
        if !harms && (rollout.is_paused || state.stop.is_some()) {
            return None;
        }
        let variant = rollout.variants.get(place).map(|variant| variant.version.clone());
        // What goes no further because of its approval is told of once.
        let stays =
            verdict == Verdict::Advance && narrow(line, rollout, variant.as_ref()).is_some();
        if stays && seat.has_said(place, &verdict) {
            return None;
        }
        let mut decision = Box::new(seat.judge(place)?.decide(&facts));
        seat.say(place, verdict);
        if let Some(version) = &variant {
            decision.sentence = format!("variant {version}: {}", decision.sentence);
        }
        Some(op(name, line, rollout, variant, decision))
    }
}

fn op(
    name: &CapabilityName,
    line: &Line,
    rollout: &Rollout,
    version: Option<Version>,
    mut decision: Box<Decision>,
) -> Op {
    let name = name.clone();
    match decision.verdict {
        Verdict::RollBack(_) => Op::RolledBack { name, version, decision: Some(decision) },
        Verdict::Advance if is_last(rollout) => match narrow(line, rollout, version.as_ref()) {
            None => Op::Promoted { name, version, decision: Some(decision) },
            Some(reach) => {
                let more = format!("; it goes no further, for it is approved {reach}");
                decision.sentence.push_str(&more);
                Op::Held { name, decision }
            }
        },
        Verdict::Advance => {
            Op::Advanced { name, stage: rollout.stage + 1, decision: Some(decision) }
        }
        Verdict::Hold(_) => Op::Held { name, decision },
    }
}

fn is_last(rollout: &Rollout) -> bool {
    rollout.stage + 1 >= rollout.plan.stages.len()
}

/// For whom what has passed its last stage is approved, where that is not everybody.
fn narrow<'a>(line: &'a Line, rollout: &Rollout, variant: Option<&Version>) -> Option<&'a Reach> {
    let release = line.release(variant.unwrap_or(&rollout.version))?;
    Some(&release.reach).filter(|reach| is_last(rollout) && reach.is_narrow())
}

fn facts<C>(state: &State, rollout: &Rollout, served: &Served<C>, now: Duration) -> Facts {
    let (compared, differed) =
        served.shadow.as_ref().map(|shadow| shadow.counts()).unwrap_or_default();
    let entered = Duration::from_millis(rollout.entered_ms);
    let on = state.flags.iter().filter(|(_, on)| **on);
    Facts {
        lasted: now.saturating_sub(entered),
        flags: on.map(|(flag, _)| flag.clone()).collect::<BTreeSet<String>>(),
        approval: if rollout.is_approved { Approval::Given } else { Approval::Missing },
        compared,
        differed,
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
        | Op::Examined(_)
        | Op::Decided { .. }
        | Op::Expired { .. }
        | Op::Wanted(_)
        | Op::Grown { .. }
        | Op::FlagSet { .. }
        | Op::GapDismissed { .. }
        | Op::Stopped
        | Op::Lifted { .. } => None,
    };
    decision.map_or("", |decision| decision.sentence.as_str())
}

// === impl Drop ===

impl<C: Callee> Drop for Steward<C> {
    /// Leaves what was seen since the last time to be kept, so that a program that ends in peace
    /// forgets nothing.
    fn drop(&mut self) {
        for seat in self.judges.values() {
            if let Some((judge, users)) = seat.to_leave() {
                self.registry.leave_evidence(seat.stage(), seat.times(), judge, users);
            }
        }
    }
}

// === impl Steward ===

impl<C: Callee> std::fmt::Debug for Steward<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Steward").field("registry", &self.registry).finish_non_exhaustive()
    }
}
