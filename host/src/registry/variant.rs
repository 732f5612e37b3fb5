//! Several releases of one capability at once, beside the one that serves: an A/B/n test.
//!
//! *Never:* a user changes from one variant to another while a rollout lasts.

use semver::Version;
use serde::{Deserialize, Serialize};

use super::share::Share;
use super::state::{Rollout, Rule};
use crate::model::CapabilityName;

/// Variants of one rollout. Each halves, thirds and so on what the others see, and none of more would
/// come to its evidence in the time that people wait.
pub const VARIANTS_MAX: usize = 8;

/// One of several releases that are tried at once: an A/B/n test.
///
/// A stage's share says who is in the test, by the rollout's own hash. Those inside get a variant by
/// a second hash, which says nothing about the first, so that a growing share moves nobody from one
/// variant to another. Weights are shares of those inside; who falls to none gets the old release, and
/// is compared together with everybody outside.
///
/// Each variant is judged against that one control by the same engine as a release that spreads
/// alone. The error is divided evenly among the variants as they were declared: with `α` and `k` of
/// them, each is taken out where its evidence reaches `k/α`, and passes a gate at `k/β`. So the chance
/// that *any* variant that is not worse is taken out stays within `α`, and that any which is worse
/// than a gate allows is promoted within `β`, whatever ties the comparisons have to one another; that
/// they share a control is such a tie. One that is taken out gives nothing back to the others: what
/// was divided beforehand stays divided.
///
/// A variant that does worse is taken out and put into quarantine, and its users get the old release.
/// What it wrote to `kv` is undone then, and what the others wrote stays. The stage ends when all that
/// are left have passed it. After the last stage the one is promoted that fails least often; all of
/// them were shown good enough, so the choice costs no error, and what the others wrote for their
/// users stays.
///
/// Where the old release is revoked meanwhile, whoever served before it serves again and is the
/// control from then on; each block of evidence compares what served side by side, so that this costs
/// no error either. Where that is one of the variants, it leaves the test, since it would be compared
/// with itself, and the others go on against it: see [`Record::consequences`](super::Record).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variant {
    /// Which version.
    pub version: Version,
    /// Its share of those inside.
    pub weight: Share,
    /// Why it was taken out, where it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub out: Option<String>,
}

impl Variant {
    /// A variant with this share of those inside.
    #[must_use]
    pub const fn new(version: Version, weight: Share) -> Self {
        Self { version, weight, out: None }
    }

    /// Variants that all weigh the same, as much as is left for the old release.
    ///
    /// ```
    /// use engraft::registry::Variant;
    ///
    /// let variants = Variant::even(["1.2.0".parse()?, "1.3.0".parse()?]);
    /// assert_eq!(variants[1].weight.to_string(), "33.333%");
    /// # Ok::<(), semver::Error>(())
    /// ```
    #[must_use]
    pub fn even(versions: impl IntoIterator<Item = Version>) -> Vec<Self> {
        let versions: Vec<Version> = versions.into_iter().collect();
        let arms = u32::try_from(versions.len()).unwrap_or(u32::MAX).saturating_add(1);
        let weight = Share::from_units(Share::ALL.units() / arms).unwrap_or_default();
        versions.into_iter().map(|version| Self::new(version, weight)).collect()
    }
}

/// Whether these may be tried together, under a rollout of `first`.
pub(super) fn check(
    name: &CapabilityName,
    first: &Version,
    variants: &[Variant],
) -> Result<(), Rule> {
    let refused = |why: String| Err(Rule::Variants { name: name.clone(), why });
    let Some(variant) = variants.first() else { return Ok(()) };
    if variant.version != *first {
        return refused(format!("the first of them has to be {first}"));
    }
    if !(2..=VARIANTS_MAX).contains(&variants.len()) {
        return refused(format!("there are {}; from 2 to {VARIANTS_MAX} may be", variants.len()));
    }
    for (place, Variant { version, weight, out }) in variants.iter().enumerate() {
        if weight.units() == 0 {
            return refused(format!("{version} has no weight, so nobody would get it"));
        }
        if out.is_some() {
            return refused(format!("{version} is out before it has begun"));
        }
        if variants.iter().take(place).any(|other| other.version == *version) {
            return refused(format!("{version} is there twice"));
        }
    }
    let sum: u32 = variants.iter().map(|variant| variant.weight.units()).sum();
    if sum > Share::ALL.units() {
        let whole = f64::from(sum) / 1_000.0;
        return refused(format!("their weights add up to {whole} %, more than 100 %"));
    }
    Ok(())
}

impl Rollout {
    /// The releases that are still in it, in the order in which they were declared.
    pub fn versions(&self) -> impl Iterator<Item = &Version> {
        let alone = self.variants.is_empty().then_some(&self.version);
        let left = self.variants.iter().filter(|variant| variant.out.is_none());
        alone.into_iter().chain(left.map(|variant| &variant.version))
    }

    /// The same with the place of each among all that were declared.
    pub fn places(&self) -> impl Iterator<Item = (usize, &Version)> {
        let alone = self.variants.is_empty().then_some((0, &self.version));
        let left = self.variants.iter().enumerate();
        let left = left.filter(|(_, variant)| variant.out.is_none());
        alone.into_iter().chain(left.map(|(place, variant)| (place, &variant.version)))
    }

    /// Those of them that serve somebody: none while the release is a shadow.
    pub fn let_in(&self) -> impl Iterator<Item = &Version> {
        self.versions().filter(|_| !self.is_shadow())
    }

    /// Whether a release is still in it.
    #[must_use]
    pub fn has(&self, version: &Version) -> bool {
        self.versions().any(|left| left == version)
    }

    /// Among how many comparisons the error is divided.
    #[must_use]
    pub fn comparisons(&self) -> usize {
        self.variants.len().max(1)
    }

    /// Which release is meant: the one that is named, or the only one that is left.
    pub(super) fn chosen(
        &self,
        name: &CapabilityName,
        version: Option<&Version>,
    ) -> Result<Version, Rule> {
        let left: Vec<&Version> = self.versions().collect();
        let known = || left.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        match (version, &left[..]) {
            (None, [only]) => Ok((*only).clone()),
            (None, _) => Err(Rule::WhichVariant { name: name.clone(), known: known() }),
            (Some(version), _) if self.has(version) => Ok(version.clone()),
            (Some(version), _) => {
                let (name, version) = (name.clone(), version.clone());
                Err(Rule::NoVariant { name, version, known: known() })
            }
        }
    }

    /// Takes a release out; says whether any is left.
    pub(super) fn take_out(&mut self, version: &Version, why: &str) -> bool {
        let meant = self.variants.iter_mut().find(|variant| variant.version == *version);
        let Some(meant) = meant else { return self.version != *version };
        meant.out = Some(why.to_owned());
        let Some(first) = self.versions().next().cloned() else { return false };
        self.version = first;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_tried_together_is_refused_with_the_reason() {
        let variant = |version: &str, weight: &str| {
            Variant::new(version.parse().unwrap(), weight.parse().unwrap())
        };
        let name = "a.b".parse().unwrap();
        let first = "1.0.0".parse().unwrap();
        let good = [variant("1.0.0", "0.001%"), variant("1.1.0", "99.999%")];
        check(&name, &first, &good).unwrap();
        let nine: Vec<_> = (0..9).map(|minor| variant(&format!("1.{minor}.0"), "1%")).collect();
        let cases = [
            (vec![variant("1.1.0", "1%"), variant("1.0.0", "1%")], "has to be 1.0.0"),
            (vec![variant("1.0.0", "1%")], "there are 1; from 2 to 8"),
            (nine, "there are 9"),
            (vec![variant("1.0.0", "1%"), variant("1.1.0", "0%")], "1.1.0 has no weight"),
            (vec![variant("1.0.0", "1%"), variant("1.0.0", "1%")], "1.0.0 is there twice"),
            (
                vec![variant("1.0.0", "50%"), variant("1.1.0", "50.001%")],
                "add up to 100.001 %, more than 100 %",
            ),
        ];
        for (variants, words) in cases {
            let error = check(&name, &first, &variants).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        }
    }
}
