//! Why an op is not allowed.
//!
//! *Never:* a rule is told without the name and the number that it is about.

use semver::Version;

use super::Difference;
use crate::artifact::KeyId;
use crate::model::{CapabilityName, Digest, GapId};
use crate::registry::plan::PlanError;

/// Why an op is not allowed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Rule {
    /// Nothing of this name.
    #[error("no capability `{name}` is installed; install a bundle of it first")]
    UnknownCapability {
        /// The name.
        name: CapabilityName,
    },
    /// No such version.
    #[error("`{name}` has no version {version}; it has {known}")]
    UnknownVersion {
        /// The name.
        name: CapabilityName,
        /// The version.
        version: Version,
        /// Those that it has.
        known: String,
    },
    /// The version is there with other bytes.
    #[error("`{name}` {version} is installed already with other bytes; give it another version")]
    OtherBytes {
        /// The name.
        name: CapabilityName,
        /// The version.
        version: Version,
    },
    /// Its version promises what it does not keep.
    #[error("`{name}` {version} is not compatible with {older}, as its version says: {}", listed(.differences))]
    NotCompatible {
        /// The name.
        name: CapabilityName,
        /// The version.
        version: Version,
        /// The one that it breaks with.
        older: Version,
        /// How.
        differences: Vec<Difference>,
    },
    /// The component never runs again.
    #[error("{digest} is revoked: {why}")]
    Revoked {
        /// Which one.
        digest: Digest,
        /// Why.
        why: String,
    },
    /// The component was rolled back.
    #[error("{digest} was rolled back: {why}; a person may try it again explicitly")]
    Quarantined {
        /// Which one.
        digest: Digest,
        /// Why.
        why: String,
    },
    /// There is one already.
    #[error(
        "`{name}` has a rollout of {version} already; end that first, or begin one of several \
         variants at once"
    )]
    Rolling {
        /// The name.
        name: CapabilityName,
        /// The version that spreads.
        version: Version,
    },
    /// No such gap.
    #[error("no gap {gap} is known; `engraft gaps list` shows those that are")]
    UnknownGap {
        /// Which one.
        gap: GapId,
    },
    /// Nobody dismissed it.
    #[error("gap {gap} is not dismissed; `engraft gaps list` shows what is")]
    NotDismissed {
        /// Which one.
        gap: GapId,
    },
    /// There is none.
    #[error("`{name}` has no rollout under way")]
    NoRollout {
        /// The name.
        name: CapabilityName,
    },
    /// Releases that may not be tried together.
    #[error("these variants of `{name}` cannot be tried together: {why}")]
    Variants {
        /// The name.
        name: CapabilityName,
        /// Why not.
        why: String,
    },
    /// Several are left, and none was named.
    #[error("several variants of `{name}` spread; say which one: {known}")]
    WhichVariant {
        /// The name.
        name: CapabilityName,
        /// Those that are left.
        known: String,
    },
    /// It is not one of those that spread.
    #[error("{version} of `{name}` does not spread; these do: {known}")]
    NoVariant {
        /// The name.
        name: CapabilityName,
        /// The version.
        version: Version,
        /// Those that are left.
        known: String,
    },
    /// The release serves everybody already.
    #[error("`{name}` {version} serves everybody already")]
    ServesAlready {
        /// The name.
        name: CapabilityName,
        /// The version.
        version: Version,
    },
    /// The plan cannot be followed.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// There is no such stage, or it is not the next one.
    #[error("the rollout of `{name}` is in stage {now}, so {wanted} is not the next")]
    Stage {
        /// The name.
        name: CapabilityName,
        /// The stage that it is in.
        now: usize,
        /// The stage that was asked for.
        wanted: usize,
    },
    /// Everything stands still.
    #[error("everything stands still: {why}; a person lifts it with a key")]
    Stopped {
        /// Why.
        why: String,
    },
    /// Nothing stands still.
    #[error("there is no emergency stop to lift")]
    NotStopped,
    /// Whoever lifts the stop has not signed for it.
    #[error("{key} has not signed that the emergency stop of entry {sequence} is lifted")]
    Unsigned {
        /// Whose key.
        key: KeyId,
        /// The stop's place in the log.
        sequence: u64,
    },
    /// The examination is of something else.
    #[error("`{name}` {version} comes with an examination of {examined}, which is something else")]
    Unexamined {
        /// The name.
        name: CapabilityName,
        /// The version.
        version: Version,
        /// What was examined.
        examined: Digest,
    },
    /// The release would be given to more users than it is approved for.
    #[error("`{name}` {version} cannot serve everybody: it is approved {reach}")]
    Narrow {
        /// The name.
        name: CapabilityName,
        /// The version.
        version: Version,
        /// What it is approved for.
        reach: String,
    },
    /// The release is not approved any more.
    #[error("`{name}` {version} serves nobody at present: {why}")]
    Suspended {
        /// The name.
        name: CapabilityName,
        /// The version.
        version: Version,
        /// Why.
        why: String,
    },
    /// The word is not the key's.
    #[error("{key} has not signed what is said of `{name}`")]
    NotSaid {
        /// The name.
        name: CapabilityName,
        /// Whose key.
        key: KeyId,
    },
    /// The approval still holds, or there is none.
    #[error("the approval of `{name}` {version} has not ended")]
    NotEnded {
        /// The name.
        name: CapabilityName,
        /// The version.
        version: Version,
    },
    /// There is no such piece of work.
    #[error("there is no work {work}; `engraft grow queue` shows what there is")]
    NoWork {
        /// Its number.
        work: u64,
    },
    /// The same is wanted already.
    #[error("the same is wanted already, as work {work}")]
    WantedAlready {
        /// The number of the work.
        work: u64,
    },
    /// More is wanted than anybody can look through.
    #[error(
        "{most} pieces of work wait already, which is the most; drop some with `engraft grow drop`, \
         or wait until they are done"
    )]
    TooMuchWork {
        /// The most.
        most: usize,
    },
    /// A wish is a document.
    #[error(
        "the wish has {bytes} bytes with its examples, and {bytes_max} are the most; show fewer"
    )]
    WishTooLarge {
        /// What it has.
        bytes: usize,
        /// What it may have.
        bytes_max: usize,
    },
    /// A step that does not follow from where the work stands.
    #[error("this is no step of work {work} now: {why}")]
    OutOfStep {
        /// Its number.
        work: u64,
        /// Why not.
        why: String,
    },
    /// The alias is the name of a capability, or leads to none.
    #[error("`{alias}` cannot stand for another name: {why}")]
    Alias {
        /// The alias.
        alias: CapabilityName,
        /// Why not.
        why: String,
    },
    /// Nobody could call the capability, for its name leads elsewhere.
    #[error(
        "`{name}` is an alias of `{stands_for}`, so no capability can be installed under it; remove the \
         alias first, or give the capability another name"
    )]
    NameIsAlias {
        /// The name.
        name: CapabilityName,
        /// Where it leads.
        stands_for: CapabilityName,
    },
}

impl Rule {
    /// Whether the same would be refused later as well, as long as nobody does anything about it.
    #[cfg(feature = "grow")]
    pub(crate) const fn is_final(&self) -> bool {
        !matches!(self, Self::Rolling { .. } | Self::Stopped { .. })
    }
}

fn listed(differences: &[Difference]) -> String {
    let texts: Vec<String> = differences.iter().map(ToString::to_string).collect();
    texts.join("; ")
}
