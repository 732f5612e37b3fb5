//! What a capability offers beside its operations: state that moves on, and checks of itself.
//!
//! *Never:* any of it runs outside of the bounds of a call.

use engraft_wit::host::exports::self_test::Check;
use engraft_wit::host::imports::types as wit;
use wasmtime::component::ComponentExportIndex;

use super::invocation::Invocation;
use super::load::{Loaded, StateExports};
use super::outcome::{clean, failure};
use super::report::Report;
use super::ticket::Ticket;
use super::warm::{Fault, Warm, Work};
use super::worker::{Away, Deed, Done};
use crate::model::{Outcome, Output};

/// One check that a capability made of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SelfCheck {
    /// What was checked.
    pub name: String,
    /// Why it did not hold; none where it did.
    pub problem: Option<String>,
}

impl Loaded {
    /// Everything worth keeping of a session, in the capability's own format, for
    /// [`Loaded::restore_state`] of another version. The bytes are there if the report says that it
    /// returned.
    pub async fn save_state(&self, invocation: Invocation<'_>) -> (Option<Vec<u8>>, Report) {
        if let Some(away) = self.inner.away() {
            let (done, report) = self.have_done(away, &invocation, Deed::Save, &[]).await;
            return (done.map(|done| done.output), report);
        }
        let (ended, report) = self.perform(&invocation, Saving(self.state_exports())).await;
        refused(ended, report)
    }

    /// Hands over what another version, named by its semver, has saved.
    pub async fn restore_state(
        &self,
        invocation: Invocation<'_>,
        version: &str,
        saved: &[u8],
    ) -> Report {
        if let Some(away) = self.inner.away() {
            let deed = Deed::Restore { version: version.to_owned() };
            return self.have_done(away, &invocation, deed, saved).await.1;
        }
        let work = Restoring { exports: self.state_exports(), version, saved };
        let (ended, report) = self.perform(&invocation, work).await;
        refused(ended, report).1
    }

    /// The checks that the capability makes of itself; none where it has none or was stopped.
    pub async fn self_test(&self) -> (Vec<SelfCheck>, Report) {
        let invocation = Invocation::new("self-test", "");
        if let Some(away) = self.inner.away() {
            let (done, report) = self.have_done(away, &invocation, Deed::SelfTest, &[]).await;
            return (done.unwrap_or_default().checks, report);
        }
        let export = self.inner.contract().and_then(|contract| contract.self_test);
        let (checks, report) = self.perform(&invocation, Testing(export)).await;
        let checks = checks.unwrap_or_default().into_iter().map(|check| SelfCheck {
            name: clean(&check.name),
            problem: check.problem.as_deref().map(clean),
        });
        (checks.collect(), report)
    }

    /// Has a worker do something as one call.
    pub(super) async fn have_done(
        &self,
        away: &Away,
        invocation: &Invocation<'_>,
        deed: Deed,
        body: &[u8],
    ) -> (Option<Done>, Report) {
        let inner = &*self.inner;
        let mut ticket = Ticket::open(inner, &invocation.operation, invocation.lineage.depth());
        match away.perform(inner, invocation, &mut ticket.ledger, deed, body).await {
            Ok(done) => {
                let null = Output::new("null".to_owned());
                (Some(done), ticket.close(Outcome::Returned(null)))
            }
            Err(outcome) => (None, ticket.close(*outcome)),
        }
    }

    fn state_exports(&self) -> Option<StateExports> {
        self.inner.contract().and_then(|contract| contract.state)
    }

    /// Whether its instances belong to sessions.
    #[must_use]
    pub fn is_in_sessions(&self) -> bool {
        self.inner.sessions.is_some()
    }

    /// Whether a session is open.
    #[must_use]
    pub fn has_session(&self, session: &str) -> bool {
        self.inner.sessions.as_ref().is_some_and(|sessions| sessions.has(session))
    }

    /// Drops a session and its instance. False where there was none, or it is in a call.
    #[must_use]
    pub fn end_session(&self, session: &str) -> bool {
        self.inner.sessions.as_ref().is_some_and(|sessions| sessions.end(session))
    }

    /// Drops sessions that have been idle for too long and tells how many. Calls do that too; this
    /// is for times when there are none.
    pub fn expire_sessions(&self) -> usize {
        let now = self.inner.identity.clock.monotonic();
        self.inner.sessions.as_ref().map_or(0, |sessions| sessions.expire(now))
    }
}

struct Saving(Option<StateExports>);
struct Restoring<'a> {
    exports: Option<StateExports>,
    version: &'a str,
    saved: &'a [u8],
}
struct Testing(Option<ComponentExportIndex>);

/// A typed no of the guest becomes the outcome.
fn refused<T>(ended: Option<Result<T, wit::Failure>>, mut report: Report) -> (Option<T>, Report) {
    match ended {
        Some(Ok(value)) => (Some(value), report),
        Some(Err(refusal)) => {
            report.outcome = Outcome::Refused(failure(refusal));
            (None, report)
        }
        None => (None, report),
    }
}

fn missing(what: &str) -> Fault {
    let message = format!("the capability does not export `{what}`");
    Outcome::Unavailable { message }.into()
}

// === impl Work ===

impl Work for Saving {
    type Output = Result<Vec<u8>, wit::Failure>;

    async fn run(self, warm: &mut Warm) -> Result<Self::Output, Fault> {
        let index = self.0.ok_or_else(|| missing("state"))?.save;
        let instance = warm.instance()?;
        let save = instance
            .get_typed_func::<(), (Result<Vec<u8>, wit::Failure>,)>(&mut warm.store, index)?;
        Ok(save.call_async(&mut warm.store, ()).await?.0)
    }
}

impl Work for Restoring<'_> {
    type Output = Result<(), wit::Failure>;

    async fn run(self, warm: &mut Warm) -> Result<Self::Output, Fault> {
        let index = self.exports.ok_or_else(|| missing("state"))?.restore;
        let instance = warm.instance()?;
        let restore = instance
            .get_typed_func::<(&str, &[u8]), (Result<(), wit::Failure>,)>(&mut warm.store, index)?;
        Ok(restore.call_async(&mut warm.store, (self.version, self.saved)).await?.0)
    }
}

impl Work for Testing {
    type Output = Vec<Check>;

    async fn run(self, warm: &mut Warm) -> Result<Self::Output, Fault> {
        let index = self.0.ok_or_else(|| missing("self-test"))?;
        let instance = warm.instance()?;
        let run = instance.get_typed_func::<(), (Vec<Check>,)>(&mut warm.store, index)?;
        Ok(run.call_async(&mut warm.store, ()).await?.0)
    }
}
