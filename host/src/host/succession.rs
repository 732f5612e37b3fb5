//! How one release of a capability follows another: loaded from the log, and given the state of the
//! one before it.
//!
//! Values of `kv` are handed over: all releases of a capability find the same ones. While a release is
//! on probation, because it spreads or has just replaced another, what it writes can be undone, and is
//! where it is taken back. Of several variants each is on a probation of its own: one that is taken out
//! leaves nothing behind, and when one is promoted, the others that were good enough until then leave
//! what they wrote for their users. A release that exports `state` is first given what the one before it saves.
//! Where instances belong to sessions, each open session moves in this way when it is first used.
//!
//! *Never:* a release serves that could not take over; the one before it goes on then, with its state
//! as it was.

use crate::artifact::Verified;
use crate::engine::{Invocation, Report};
use crate::model::{CapabilityName, KvError, Outcome};
use crate::registry::{Callee, Handover, Line, Load, Loading, Release, Rollout, State};
use crate::store::overlay::of_one_call;
use crate::store::probation::{Mark, accept, mark_of, undo};

use super::{Capability, Host};

/// Makes capabilities of what the log keeps.
pub(super) struct Loader(pub(super) Host);

/// Lets a release be on probation and take over what the one before it saves.
async fn take_over(
    host: &Host,
    old: &Capability,
    new: &Capability,
    how: Handover,
) -> Result<(), String> {
    new.come_after(old, how);
    let values = host.parts.values.as_deref().zip(new.probation());
    let own = new.version().to_string();
    if let Some((values, probation)) = values {
        let told = |error: KvError| error.to_string();
        match probation.begin(new.name()).await.map_err(told)? {
            None => {}
            // Another program on these values was faster, and has moved the state.
            Some(mark) if mark.names(&own) => return Ok(()),
            Some(_) if how == Handover::Beside => {
                probation.join(new.name()).await.map_err(told)?;
            }
            // Whoever was on probation before serves now, and is replaced by this one in its turn.
            Some(mark) => {
                for release in mark.releases() {
                    accept(values, new.name(), release).await.map_err(told)?;
                }
                probation.begin(new.name()).await.map_err(told)?;
            }
        }
    }
    let moved = move_state(old, new, None).await;
    if let (Err(_), Some((values, _))) = (&moved, values)
        && let Err(error) = undo(values, new.name(), &own).await
    {
        tracing::error!(target: "engraft::state", name = %new.name(), %error, "not undone");
    }
    moved
}

/// Lets one release save and the other restore, of a session or at all, where both can.
async fn move_state(
    old: &Capability,
    new: &Capability,
    session: Option<&str>,
) -> Result<(), String> {
    let (from, to) = (old.loaded(), new.loaded());
    let is_of_sessions = from.is_in_sessions() || to.is_in_sessions();
    if !from.is_stateful() || !to.is_stateful() || is_of_sessions != session.is_some() {
        return Ok(());
    }
    let call = |what| {
        let invocation = Invocation::new(what, "");
        match session {
            Some(session) => invocation.session(session),
            None => invocation,
        }
    };
    let (saved, report) = from.save_state(call("state.save")).await;
    let version = old.version().to_string();
    let saved = saved.ok_or_else(|| format!("{version} did not save it: {}", report.outcome))?;
    let report = to.restore_state(call("state.restore"), &version, &saved).await;
    if report.outcome.is_returned() {
        return Ok(());
    }
    Err(format!("it did not restore the state of {version}: {}", report.outcome))
}

/// Moves a session that is open at the release before and not at this one. Where that fails, the old
/// release is given back that goes on serving it, on what terms, and why.
async fn move_session(
    new: &Capability,
    session: &str,
) -> Result<(), (Capability, Handover, String)> {
    if new.loaded().has_session(session) {
        return Ok(());
    }
    let Some((old, how)) = new.before() else { return Ok(()) };
    if !old.loaded().has_session(session) {
        return Ok(());
    }
    let moved = move_state(&old, new, Some(session)).await;
    moved.map_err(|why| {
        // What was half restored is nobody's.
        let _was_open = new.loaded().end_session(session);
        (old, how, why)
    })
}

/// Whether the probation of a release is over, and how.
enum Verdict {
    GoesOn,
    Passed,
    TakenBack,
}

fn verdict(release: &str, mark: &Mark, line: &Line, state: &State) -> Verdict {
    let is = |version: &semver::Version| version.to_string() == release;
    if line.rollout.iter().flat_map(Rollout::let_in).any(is) {
        return Verdict::GoesOn;
    }
    let serving = line.stable.as_ref().map(ToString::to_string);
    let serves = serving.as_deref() == Some(release);
    let has_passed = line.was_promoted && serving.is_some_and(|serving| mark.names(&serving));
    let mut releases = line.releases.values();
    let is_fine = releases.any(|it| is(&it.installed.version) && state.may_serve(it));
    // One that was promoted has passed, and so have the variants beside it that nobody took out. One
    // that was activated, or filled in for another, has nobody's judgement yet.
    match (has_passed, serves) {
        (true, _) if serves || is_fine => Verdict::Passed,
        (false, true) => Verdict::GoesOn,
        (true | false, _) => Verdict::TakenBack,
    }
}

async fn settle(host: &Host, name: &CapabilityName, state: &State) -> Result<(), KvError> {
    let Some(values) = host.parts.values.as_deref() else { return Ok(()) };
    let Some(line) = state.lines.get(name) else { return Ok(()) };
    let Some(mark) = mark_of(values, name).await? else { return Ok(()) };
    for release in mark.releases() {
        match verdict(release, &mark, line, state) {
            Verdict::GoesOn => {}
            Verdict::Passed => accept(values, name, release).await?,
            Verdict::TakenBack => undo(values, name, release).await?,
        }
    }
    Ok(())
}

impl Loader {
    /// Approvals, signatures, revocations and validity as they stand now.
    fn verify(&self, release: &Release, bundle: Vec<u8>) -> Result<Verified, String> {
        let Host { parts } = &self.0;
        let now = parts.clock.wall();
        let unexamined = release.installed.refuse_unexamined(&self.0.policy());
        unexamined.map_err(|error| error.to_string())?;
        release.still_approved(&parts.keyring, now)?;
        let record = release.installed.verified.as_ref();
        let record = record.ok_or("the log has no record of its verification")?;
        let verified = self.0.verify_installed(&bundle.into(), record);
        verified.map_err(|error| error.to_string())
    }
}

// === impl Callee ===

impl Callee for Capability {
    async fn call(&self, invocation: &Invocation<'_>) -> Report {
        if self.is_shadow() {
            return of_one_call(self.loaded().serve(invocation)).await;
        }
        let Some(session) = &invocation.session else {
            return self.loaded().serve(invocation).await;
        };
        match Box::pin(move_session(self, session)).await {
            Ok(()) => self.loaded().serve(invocation).await,
            // It counts against the new release, and the old one answers in its place.
            Err((_, Handover::Spreading | Handover::Beside, message)) => {
                Report::unstarted(Outcome::Unavailable { message })
            }
            Err((old, Handover::AtOnce, why)) => {
                tracing::warn!(target: "engraft::state", name = %self.name(), why, "a session stays");
                old.loaded().serve(invocation).await
            }
        }
    }
}

// === impl Load ===

impl Load<Capability> for Loader {
    fn load<'a>(&'a self, release: &'a Release, bundle: Vec<u8>) -> Loading<'a, Capability> {
        Box::pin(async move {
            let verified = self.verify(release, bundle)?;
            let budget = release.reach.budget;
            self.0.prepare_release(&verified, budget).await.map_err(|error| error.to_string())
        })
    }

    fn load_shadow<'a>(&'a self, release: &'a Release, bundle: Vec<u8>) -> Loading<'a, Capability> {
        Box::pin(async move {
            let verified = self.verify(release, bundle)?;
            let shadow = self.0.prepare_shadow(&verified, release.reach.budget).await;
            shadow.map_err(|error| {
                format!(
                    "it cannot be a shadow: {error} (of the program's own interfaces a shadow gets \
                     those for which the program says what is without effect)"
                )
            })
        })
    }

    fn take_over<'a>(
        &'a self,
        old: &'a Capability,
        new: &'a Capability,
        how: Handover,
    ) -> Loading<'a, ()> {
        Box::pin(take_over(&self.0, old, new, how))
    }

    fn settle<'a>(&'a self, name: &'a CapabilityName, state: &'a State) -> Loading<'a, ()> {
        Box::pin(
            async move { settle(&self.0, name, state).await.map_err(|error| error.to_string()) },
        )
    }
}
