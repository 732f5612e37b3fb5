//! Which release a call gets: pins, then lists, conditions and groups, then the share, then whoever
//! serves everybody.
//!
//! *Never:* chance decides; the same user gets the same release for as long as the stage lasts.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::Arc;

use semver::{Version, VersionReq};

use crate::model::{CapabilityName, NameError};
use crate::registry::{Admission, Arm, Book, Buckets, Reach, Serving, Snapshot};

/// What is called: a name, and where that matters a requirement on the version.
///
/// ```
/// use engraft::traffic::Target;
///
/// let target: Target = "text.slugify@^1.2".parse()?;
/// assert_eq!(target.name.as_str(), "text.slugify");
/// assert!("text.slugify@one".parse::<Target>().is_err());
/// # Ok::<(), engraft::traffic::TargetError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The name, or an alias of it.
    pub name: CapabilityName,
    /// Which versions will do; none takes part in rollouts.
    pub requirement: Option<VersionReq>,
}

/// A text that is not a target.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TargetError {
    /// The name is none.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The requirement is none.
    #[error("`{0}` is no requirement on a version; expected such as `^1.2`")]
    Requirement(String),
}

/// On whose behalf a call is made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Who {
    /// The user, by whatever stays the same from call to call. Without it the stable release
    /// answers.
    pub sticky: Option<String>,
    /// Which part of the program calls; what pins are about.
    pub caller: Option<String>,
    /// The groups that the user is in.
    pub groups: Vec<String>,
    /// What else is known of the user, for stages that ask for it: `country`, `plan`, `app-version`.
    pub attributes: BTreeMap<String, String>,
    /// What feedback names later.
    pub request: Option<String>,
}

/// The release that a call gets. Everything is borrowed from the snapshot, so that choosing costs
/// neither an allocation nor an atomic step.
#[derive(Debug)]
pub struct Pick<'a, C> {
    /// The release.
    pub serving: &'a Arc<Serving<C>>,
    /// Who answers where this one is unavailable.
    pub fallback: Option<&'a Arc<Serving<C>>>,
    /// Where it counts.
    pub unit: Option<Unit<&'a Arc<Book>>>,
    /// On which conditions releases of the capability were approved.
    pub(super) reaches: &'a BTreeMap<Version, Reach>,
    /// Who is inside of the rollout that it comes by.
    pub(super) spreading: Option<&'a Buckets>,
}

/// One user in one stage of a rollout: what counts once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unit<B> {
    /// The book of the stage.
    pub book: B,
    /// The user, as the rollout knows it.
    pub user: u64,
    /// On which side of the comparison.
    pub arm: Arm,
}

/// Picks the release for a call; none where nothing serves. A call is then held to the conditions of
/// its approval, which depend on the time as well.
#[must_use]
pub fn pick<'a, C>(snapshot: &'a Snapshot<C>, target: &Target, who: &Who) -> Option<Pick<'a, C>> {
    let line = snapshot.line(target.name.as_str())?;
    let reaches = &line.reaches;
    let alone = |serving: &'a Arc<Serving<C>>| Pick {
        serving,
        fallback: None,
        unit: None,
        reaches,
        spreading: None,
    };
    if let Some(pinned) = who.caller.as_ref().and_then(|caller| line.pins.get(caller)) {
        return Some(alone(pinned));
    }
    if let Some(requirement) = &target.requirement {
        let stable = line.stable.as_ref().filter(|serving| requirement.matches(serving.version()));
        return stable.or_else(|| snapshot.resolve(&target.name, requirement)).map(alone);
    }
    let stable = line.stable.as_ref();
    let Some(spreading) = &line.spreading else { return stable.map(alone) };
    // Where the stable release was revoked, whoever has the new one keeps it.
    let new = |unit| Pick {
        serving: &spreading.serving,
        fallback: stable,
        unit,
        reaches,
        spreading: Some(&spreading.buckets),
    };
    // Who could not be given the new release at all is no part of the comparison.
    let reach = reaches.get(spreading.serving.version());
    if reach.is_some_and(|reach| !reach.is_for_groups(&who.groups)) {
        return stable.map(alone);
    }
    let attribute = |name: &str| who.attributes.get(name).map(String::as_str);
    match spreading.audience.admit(who.sticky.as_deref(), &who.groups, attribute) {
        // Whoever was chosen beforehand is no fair comparison and counts nowhere.
        Admission::Always => return Some(new(None)),
        Admission::Never => return stable.map(alone),
        Admission::ByShare => {}
    }
    let Some(sticky) = &who.sticky else { return stable.map(alone) };
    let user = spreading.buckets.fingerprint(sticky);
    let unit = |arm| Some(Unit { book: &spreading.book, user, arm });
    if Buckets::bucket_of(user) < spreading.share.units() {
        return Some(new(unit(Arm::Treatment)));
    }
    Some(Pick { unit: unit(Arm::Control), ..alone(stable?) })
}

/// Why nothing was picked, and what to do about it.
pub(super) fn nothing<C>(snapshot: &Snapshot<C>, target: &Target) -> String {
    let name = &target.name;
    let Some(line) = snapshot.line(name.as_str()) else {
        return format!("no capability `{name}` is installed; install a bundle of it first");
    };
    let Some(requirement) = &target.requirement else {
        return format!(
            "nothing of `{name}` serves now: its releases are revoked, in quarantine or stopped"
        );
    };
    let ready: Vec<String> = line.ready.keys().map(ToString::to_string).collect();
    let ready = if ready.is_empty() { "none".to_owned() } else { ready.join(", ") };
    format!("`{name}` has no version that `{requirement}` allows; ready are {ready}")
}

impl Who {
    /// A user, by whatever stays the same from call to call.
    #[must_use]
    pub fn user(sticky: impl Into<String>) -> Self {
        Self { sticky: Some(sticky.into()), ..Self::default() }
    }

    /// The same with the name that feedback will give.
    #[must_use]
    pub fn request(mut self, request: impl Into<String>) -> Self {
        self.request = Some(request.into());
        self
    }

    /// The same with the part of the program that calls.
    #[must_use]
    pub fn caller(mut self, caller: impl Into<String>) -> Self {
        self.caller = Some(caller.into());
        self
    }

    /// The same with what else is known of the user.
    #[must_use]
    pub fn attribute(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.attributes.insert(name.into(), value.into());
        self
    }

    /// The same with a group more.
    #[must_use]
    pub fn group(mut self, group: impl Into<String>) -> Self {
        self.groups.push(group.into());
        self
    }
}

// === impl Unit ===

impl Unit<&Arc<Book>> {
    /// The same, to be kept longer than the snapshot.
    pub(super) fn kept(self) -> Unit<Arc<Book>> {
        Unit { book: Arc::clone(self.book), user: self.user, arm: self.arm }
    }
}

// === impl Target ===

impl FromStr for Target {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        let Some((name, requirement)) = text.split_once('@') else {
            return Ok(Self { name: text.parse()?, requirement: None });
        };
        let refused = || TargetError::Requirement(requirement.chars().take(80).collect());
        let parsed = VersionReq::parse(requirement).map_err(|_| refused())?;
        Ok(Self { name: name.parse()?, requirement: Some(parsed) })
    }
}
