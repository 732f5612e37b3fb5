//! What a host looks at before it admits a release: by its policy, with its own interfaces.
//!
//! *Never:* a release is admitted that the policy has not let through; each way in goes through here.

use std::sync::OnceLock;

use super::Host;
use crate::Error;
use crate::artifact::{Bundle, Manifest};
use crate::engine::{EngineConfig, Invocation, Report};
use crate::examine::{Approved, Candidate, Examined, Examiner, Order, Policy};
use crate::model::Budget;

/// By what a host examines, and the examiner, which is made when it is first needed.
pub(super) struct Examination {
    policy: Option<Policy>,
    config: EngineConfig,
    examiner: OnceLock<Examiner>,
}

impl Examination {
    pub(super) const fn new(policy: Option<Policy>, config: EngineConfig) -> Self {
        Self { policy, config, examiner: OnceLock::new() }
    }

    fn examiner(&self) -> Result<&Examiner, Error> {
        if let Some(examiner) = self.examiner.get() {
            return Ok(examiner);
        }
        let policy = self.policy.clone().unwrap_or_default();
        let examiner = Examiner::new(policy, self.config.clone())?;
        Ok(self.examiner.get_or_init(|| examiner))
    }
}

impl Host {
    /// What releases are held to; the default policy where the builder was given none.
    #[must_use]
    pub fn policy(&self) -> Policy {
        self.parts.examination.policy.clone().unwrap_or_default()
    }

    /// Calls the live release of a name and records what it asks of its host, where the host was built
    /// with a [recorder](super::HostBuilder::recorder); without one this is [`Host::call`]. Recorded
    /// calls go one after the other.
    pub async fn call_recorded(&self, name: &str, invocation: Invocation<'_>) -> Report {
        let (Some(recorder), Some(capability)) = (&self.parts.recorder, self.capability(name))
        else {
            return self.call(name, invocation).await;
        };
        let (operation, input) = (invocation.operation().to_owned(), invocation.input().to_owned());
        let call = self.call(name, invocation);
        recorder.record(capability.name(), &operation, &input, call).await
    }

    pub(super) async fn examine(
        &self,
        candidate: Candidate,
        order: &Order,
    ) -> Result<Examined, Error> {
        Ok(self.parts.examination.examiner()?.examine(candidate, order).await?)
    }

    /// Holds a bundle to the policy of a host that was given one. Nobody can approve anything here:
    /// approvals are kept in the log of a [`LiveHost`](super::LiveHost).
    pub(super) async fn hold_to_policy(&self, bundle: &Bundle) -> Result<(), Error> {
        if self.parts.examination.policy.is_none() {
            return Ok(());
        }
        let now = self.parts.clock.wall();
        let candidate = Candidate::of_bundle(bundle.clone(), &self.parts.keyring, now);
        let live = self.capabilities();
        let manifests = live.iter().map(|capability| capability.manifest());
        let order = order(bundle.claimed_manifest(), manifests);
        let examined = self.examine(candidate, &order).await?;
        let approved = examined.approve(&[], &self.parts.keyring, now);
        approved.map(drop).map_err(|refused| Error::not_approved(*refused))
    }
}

/// What a candidate is compared with: the newest release of its name that comes before it, and the
/// names of all others.
pub(super) fn order<'a>(
    candidate: &Manifest,
    known: impl Iterator<Item = &'a Manifest> + Clone,
) -> Order {
    let names = known.clone().map(|manifest| manifest.name().clone()).collect();
    let earlier =
        known.filter(|it| it.name() == candidate.name() && it.version < candidate.version);
    let before = earlier.max_by(|one, other| one.version.cmp(&other.version)).cloned();
    Order { before, names, ..Order::default() }
}

/// The budget of what was approved, where its conditions have one.
pub(super) fn budget_of(approved: &Approved) -> Option<Budget> {
    let budgets = approved.conditions().iter().filter_map(|conditions| conditions.budget);
    budgets.reduce(Budget::min)
}
