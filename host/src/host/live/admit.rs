//! How releases come into a live host: each is examined by the policy, or marked as work in progress
//! where the policy names that; and what persons say of them.
//!
//! *Never:* a host approves anything itself; it counts what persons have signed.

use std::sync::Arc;

use super::LiveHost;
use crate::Error;
use crate::artifact::{Bundle, Moment, SigningKey};
use crate::examine::{Approval, Approved, Candidate, Examined, NotApproved, Order, Report};
use crate::host::examination::budget_of;
use crate::model::Digest;
use crate::registry::{Actor, Admitted, Line, Op, Record, RegistryError, State};

impl LiveHost {
    /// Verifies a bundle, examines it by the host's policy, makes it ready, and keeps it. The first
    /// release of a name serves at once; a later one waits for a rollout. What is not let through is
    /// told of in the log as well, and waits for [approvals](Self::decide) where those would do.
    ///
    /// # Errors
    /// Where the bundle is not trusted, is not let through, cannot be loaded, is not compatible with
    /// what its version says, or the log does not take it. Nothing serves otherwise than before then.
    pub async fn install(&self, bundle: &[u8], by: Actor, why: &str) -> Result<Record, Error> {
        let host = &self.inner.host;
        // What nobody trusts is not worth an examination.
        host.verify(bundle)?;
        let now = host.parts.clock.wall();
        let candidate = Candidate::of_bundle(Bundle::parse(bundle)?, &host.parts.keyring, now);
        self.admit(candidate, &[], by, why).await
    }

    /// The same for any candidate: one that was generated or uploaded is signed with these keys, once
    /// it is approved.
    ///
    /// # Errors
    /// As [`LiveHost::install`], and where keys are missing or mixed.
    pub async fn admit(
        &self,
        candidate: Candidate,
        keys: &[&SigningKey],
        by: Actor,
        why: &str,
    ) -> Result<Record, Error> {
        let examined = self.look_at(candidate).await?;
        let approved = match self.approve(examined) {
            Ok(approved) => approved,
            Err(refused) => {
                let (examined, why) = *refused;
                self.inner.registry.examined(by, &why.to_string(), examined.report()).await?;
                return Err(Error::not_approved((examined, why)));
            }
        };
        self.keep(approved, keys, by, why).await
    }

    /// Examines a candidate by the host's policy, beside the release before it.
    pub(in crate::host) async fn look_at(&self, candidate: Candidate) -> Result<Examined, Error> {
        let state = self.inner.registry.journal().state();
        let order = self.order(&candidate, &state).await?;
        self.inner.host.examine(candidate, &order).await
    }

    /// Lets through what nothing blocks and as many persons as are needed have approved.
    pub(in crate::host) fn approve(
        &self,
        examined: Examined,
    ) -> Result<Approved, Box<(Examined, NotApproved)>> {
        let parts = &self.inner.host.parts;
        let state = self.inner.registry.journal().state();
        let words = state.words.get(&examined.report().subject.component);
        let approvals: Vec<Approval> =
            words.into_iter().flatten().map(|word| word.approval()).collect();
        examined.approve(&approvals, &parts.keyring, parts.clock.wall())
    }

    /// Signs what was let through, makes it ready, and keeps it.
    pub(in crate::host) async fn keep(
        &self,
        approved: Approved,
        keys: &[&SigningKey],
        by: Actor,
        why: &str,
    ) -> Result<Record, Error> {
        let Self { inner } = self;
        let parts = &inner.host.parts;
        let budget = budget_of(&approved);
        let (bundle, cleared) = approved.clear(keys)?;
        let bytes = bundle.to_bytes();
        let verified = parts.keyring.verify(bundle, parts.clock.wall())?;
        let capability = inner.host.prepare_release(&verified, budget).await?;
        let admitted = Admitted::new(cleared, &verified, &bytes)?;
        parts.keyring.admit(&verified)?;
        let record = inner.registry.install(by, why, admitted, &bytes, capability).await?;
        self.show();
        Ok(record)
    }

    /// Keeps a bundle that nobody has looked at: for a program that is being written, and marked as
    /// such in the log. A host whose policy does not name the throwaway path refuses it, then and
    /// whenever it reads that log; so does every host where another key than one for development has
    /// signed it.
    ///
    /// # Errors
    /// As [`LiveHost::install`], and where the policy does not name it.
    pub async fn install_unexamined(
        &self,
        bundle: &[u8],
        by: Actor,
        why: &str,
    ) -> Result<Record, Error> {
        let Self { inner } = self;
        let verified = inner.host.verify(bundle)?;
        let admitted = Admitted::in_progress(&verified, bundle, &inner.host.policy())?;
        let capability = inner.host.prepare_release(&verified, None).await?;
        inner.host.parts.keyring.admit(&verified)?;
        let record = inner.registry.install(by, why, admitted, bundle, capability).await?;
        self.show();
        Ok(record)
    }

    /// Takes in what a person has signed of a candidate: an approval lets it through when it is
    /// installed next, a withdrawal or a no takes its releases out of service at once.
    ///
    /// # Errors
    /// Where nobody whom the keyring trusts has signed it, or the log does not take it.
    pub async fn decide(&self, approval: &Approval, by: Actor) -> Result<Vec<Record>, Error> {
        let Self { inner } = self;
        let records = inner.registry.decide(approval, &inner.host.parts.keyring, by).await?;
        self.show();
        Ok(records)
    }

    /// The report that an entry of the log names, where it is kept.
    ///
    /// # Errors
    /// Where the log cannot be read.
    pub async fn report(&self, digest: Digest) -> Result<Option<Report>, Error> {
        let bytes = self.inner.registry.blob(digest).await?;
        Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }

    /// Records of each release whose approval is over that it is.
    pub(super) async fn end_approvals(&self) {
        let Self { inner } = self;
        let state = inner.registry.journal().state();
        let now = Moment::at(inner.host.parts.clock.wall());
        for release in state.lines.values().flat_map(|line| line.releases.values()) {
            let Some(until) = release.reach.until.filter(|until| *until < now) else { continue };
            if release.reach.suspended.is_some() {
                continue;
            }
            let (name, version) =
                (release.installed.name.clone(), release.installed.version.clone());
            let why = format!("its approval ended at {until}");
            let op = Op::Expired { name, version };
            match inner.registry.change(Actor::calendar(), &why, op).await {
                // Another program was faster.
                Ok(_) | Err(RegistryError::Journal(crate::registry::JournalError::Rule(_))) => {}
                Err(error) => {
                    tracing::warn!(target: "engraft::registry", %error, "an end is not recorded");
                }
            }
        }
    }

    /// What a candidate is compared with: the newest release before it, what was measured of the one
    /// that serves, and all names in use.
    async fn order(&self, candidate: &Candidate, state: &State) -> Result<Order, Error> {
        let names = state.lines.keys().chain(state.aliases.keys());
        let names = names.filter(|name| *name != candidate.name()).cloned().collect();
        let line = state.lines.get(candidate.name());
        let releases = line.into_iter().flat_map(|line| line.releases.values().rev());
        let releases = releases.map(|release| &**release);
        let version = candidate.version();
        let is_before = |it: &&crate::registry::Release| match version {
            Some(version) => it.installed.version < *version,
            None => line.is_some_and(|line| line.stable.as_ref() == Some(&it.installed.version)),
        };
        let may_serve = releases.filter(|release| state.may_serve(release));
        let Some(before) = may_serve.into_iter().find(is_before) else {
            return Ok(Order { names, ..Order::default() });
        };
        let bundle = self.inner.registry.blob(before.installed.bundle).await?;
        let bundle = bundle.map(|bytes| Bundle::parse(&bytes)).transpose()?;
        let before = bundle.as_ref().map(|bundle| bundle.claimed_manifest().clone());
        let before_component = bundle.as_ref().map(Bundle::component_arc);
        let baseline = self.baseline(line.map(|line| &**line)).await?.map(Arc::new);
        Ok(Order { before, before_component, names, baseline, ..Order::default() })
    }

    /// What was measured of the release that serves now, when it was examined.
    async fn baseline(&self, line: Option<&Line>) -> Result<Option<Report>, Error> {
        let stable = line.and_then(|line| line.releases.get(line.stable.as_ref()?));
        match stable.and_then(|release| release.installed.examination.as_ref()) {
            Some(examination) => self.report(examination.report).await,
            None => Ok(None),
        }
    }
}
