//! What a host looks at before it admits a release: by its policy, with its own interfaces.
//!
//! *Never:* a release is admitted that the policy has not let through; each way in goes through here.

use std::sync::OnceLock;

use super::Host;
use crate::Error;
use crate::artifact::{Bundle, Manifest};
use crate::engine::{EngineConfig, InstancePolicy, Invocation, Report, SHADOW_CALLS_MAX};
use crate::examine::{Approved, Candidate, Examined, Examiner, Order, Policy};
use crate::model::{Budget, Permissions};

/// Processes of one capability that a policy puts behind walls: calls at once, of something that is
/// trusted little. Terms that say `Walled` themselves have their own number.
const WORKERS_MAX: u32 = 8;
/// Calls until such a process is replaced: a leak of a hundred bytes a call stays below a megabyte.
const WALLED_CALLS_MAX: u32 = 10_000;

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

    /// How instances live of what asks for so much: as its terms say, but behind walls where the policy
    /// wants that.
    pub(super) fn lifetime(&self, asked: &Permissions, terms: InstancePolicy) -> InstancePolicy {
        let policy = self.parts.examination.policy.as_ref();
        if terms.is_walled() || !policy.is_some_and(|policy| policy.is_walled(asked)) {
            return terms;
        }
        match terms {
            InstancePolicy::Pooled { calls_max, .. } => {
                InstancePolicy::WalledPool { workers_max: WORKERS_MAX, calls_max }
            }
            InstancePolicy::Fresh
            | InstancePolicy::Session { .. }
            | InstancePolicy::Walled { .. }
            | InstancePolicy::WalledPool { .. } => {
                InstancePolicy::Walled { workers_max: WORKERS_MAX, calls_max: WALLED_CALLS_MAX }
            }
        }
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

/// A fresh instance for each copy of a call, behind walls where the release itself is.
pub(super) const fn in_shadow(lifetime: InstancePolicy) -> InstancePolicy {
    if lifetime.is_walled() {
        let (workers_max, calls_max) = (SHADOW_CALLS_MAX, WALLED_CALLS_MAX);
        InstancePolicy::Walled { workers_max, calls_max }
    } else {
        InstancePolicy::Fresh
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
