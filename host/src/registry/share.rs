//! Who gets the new release: shares in steps of 0.001 %, and the hash that puts a user inside or
//! outside of one.
//!
//! For a rollout with the id `id` and the salt `salt`, a user's bucket is made so that anybody can
//! make it again:
//!
//! ```text
//! context = "engraft 2026 rollout bucket v1"
//! key     = BLAKE3 derive_key(context, u64le(len(id)) ‖ id ‖ u64le(len(salt)) ‖ salt)
//! h       = u64le(first 8 bytes of BLAKE3 keyed_hash(key, sticky id))
//! bucket  = (h · 100000) >> 64
//! ```
//!
//! | rollout | salt | sticky id | bucket |
//! |---|---|---|---|
//! | `r1` | (empty) | `alice` | 71396 |
//! | `r1` | (empty) | `bob` | 99635 |
//! | `r2` | (empty) | `alice` | 27348 |
//! | `r1` | `s` | `alice` | 39775 |
//! | `text.slugify@1.3.0` | `2026-11-21` | `user-42` | 27679 |
//! | `text.slugify@1.3.0` | `2026-11-21` | (empty) | 39330 |
//!
//! The user is inside where the bucket is below the share. One threshold makes membership monotone:
//! who is inside at 1 % is inside at 10 %. A key for each rollout makes rollouts independent:
//! nobody is always first. Variants hash under another context, so they say nothing about the gate.
//!
//! *Never:* a coin is tossed; who has no sticky id stays on the stable release.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

const BUCKET_CONTEXT: &str = "engraft 2026 rollout bucket v1";
const VARIANT_CONTEXT: &str = "engraft 2026 rollout variant v1";

/// All of them, in units of 0.001 %.
const WHOLE: u32 = 100_000;

/// A share of the users, in units of 0.001 %. Written in percent: `0.001%`, `10%`.
///
/// ```
/// use engraft::registry::Share;
///
/// let share: Share = "0.25%".parse()?;
/// assert_eq!(share.units(), 250);
/// assert!("0.0001%".parse::<Share>().is_err());
/// assert!("101".parse::<Share>().is_err());
/// # Ok::<(), engraft::registry::ShareError>(())
/// ```
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(try_from = "ShareForm", into = "String")]
pub struct Share(u32);

/// A text or number that is not a share.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a share: expected 0 to 100 percent in steps of 0.001, such as `2.5%`")]
pub struct ShareError(String);

/// The hash of one rollout.
#[derive(Clone)]
pub struct Buckets {
    gate: [u8; 32],
    variant: [u8; 32],
}

impl Share {
    /// Nobody.
    pub const NONE: Self = Self(0);
    /// Everybody.
    pub const ALL: Self = Self(WHOLE);

    /// A share in units of 0.001 %.
    ///
    /// # Errors
    /// Where it is more than everybody.
    pub fn from_units(units: u32) -> Result<Self, ShareError> {
        if units > WHOLE {
            return Err(ShareError(format!("{units} of {WHOLE}")));
        }
        Ok(Self(units))
    }

    /// In units of 0.001 %.
    #[must_use]
    pub const fn units(self) -> u32 {
        self.0
    }

    /// From 0 to 1.
    #[must_use]
    pub fn fraction(self) -> f64 {
        f64::from(self.0) / f64::from(WHOLE)
    }
}

impl Buckets {
    /// The hash of a rollout; `salt` tells two rollouts with one id apart.
    #[must_use]
    pub fn new(rollout: &str, salt: &str) -> Self {
        let mut material = Vec::with_capacity(16 + rollout.len() + salt.len());
        for part in [rollout, salt] {
            material.extend_from_slice(&(part.len() as u64).to_le_bytes());
            material.extend_from_slice(part.as_bytes());
        }
        Self {
            gate: blake3::derive_key(BUCKET_CONTEXT, &material),
            variant: blake3::derive_key(VARIANT_CONTEXT, &material),
        }
    }

    /// The bucket of a user, from 0 to 99,999.
    #[must_use]
    pub fn bucket(&self, sticky: &str) -> u32 {
        scale(hash(&self.gate, sticky), WHOLE)
    }

    /// Whether a user is inside of a share.
    #[must_use]
    pub fn is_inside(&self, sticky: &str, share: Share) -> bool {
        self.bucket(sticky) < share.0
    }

    /// Which of several variants a user sees, by their weights; the first where all weigh nothing,
    /// none where there are none.
    #[must_use]
    pub fn variant(&self, sticky: &str, weights: &[u32]) -> Option<usize> {
        let sum: u64 = weights.iter().map(|weight| u64::from(*weight)).sum();
        let place = (u128::from(hash(&self.variant, sticky)) * u128::from(sum)) >> 64;
        let mut end = 0;
        let found = weights.iter().position(|weight| {
            end += u128::from(*weight);
            place < end
        });
        found.or((!weights.is_empty()).then_some(0))
    }

    /// A number that stands for a user in this rollout, for remembering who was counted.
    #[must_use]
    pub fn fingerprint(&self, sticky: &str) -> u64 {
        hash(&self.gate, sticky)
    }

    /// The bucket of a fingerprint.
    #[must_use]
    pub fn bucket_of(fingerprint: u64) -> u32 {
        scale(fingerprint, WHOLE)
    }
}

fn hash(key: &[u8; 32], sticky: &str) -> u64 {
    let digest = blake3::keyed_hash(key, sticky.as_bytes());
    let mut first = [0; 8];
    first.iter_mut().zip(digest.as_bytes()).for_each(|(to, from)| *to = *from);
    u64::from_le_bytes(first)
}

#[expect(clippy::cast_possible_truncation, reason = "less than `whole`, which is a u32")]
fn scale(hash: u64, whole: u32) -> u32 {
    ((u128::from(hash) * u128::from(whole)) >> 64) as u32
}

/// How a share is written in files: a text, or a number of percents.
#[derive(Deserialize)]
#[serde(untagged)]
enum ShareForm {
    Text(String),
    Number(serde_json::Number),
}

// === impl Share ===

impl FromStr for Share {
    type Err = ShareError;

    fn from_str(text: &str) -> Result<Self, ShareError> {
        let refused = || ShareError(text.chars().take(40).collect());
        let number = text.trim().trim_end_matches('%').trim_end();
        let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
        if part.is_empty() {
            return Err(refused());
        }
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let part = part.trim_end_matches('0');
        if !digits(whole) || part.len() > 3 || !(part.is_empty() || digits(part)) {
            return Err(refused());
        }
        let thousandths = format!("{part:0<3}").parse::<u32>().map_err(|_| refused())?;
        let whole = whole.parse::<u32>().map_err(|_| refused())?;
        let units = whole.checked_mul(1_000).and_then(|units| units.checked_add(thousandths));
        units.filter(|units| *units <= WHOLE).map(Self).ok_or_else(refused)
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.0 / 1_000, self.0 % 1_000);
        if part == 0 {
            return write!(f, "{whole}%");
        }
        write!(f, "{whole}.{}%", format!("{part:03}").trim_end_matches('0'))
    }
}

impl TryFrom<ShareForm> for Share {
    type Error = ShareError;

    fn try_from(form: ShareForm) -> Result<Self, ShareError> {
        match form {
            ShareForm::Text(text) => text.parse(),
            ShareForm::Number(number) => number.to_string().parse(),
        }
    }
}

impl From<Share> for String {
    fn from(share: Share) -> Self {
        share.to_string()
    }
}

// === impl Buckets ===

impl fmt::Debug for Buckets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Buckets").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of the module's documentation.
    #[test]
    fn the_published_vectors_hold() {
        let mut found = Vec::new();
        for line in include_str!("share.rs").lines() {
            let Some(row) = line.strip_prefix("//! | `") else { continue };
            let cells: Vec<&str> = row.trim_end_matches(" |").split(" | ").collect();
            let [rollout, salt, sticky, bucket] = cells[..] else { panic!("{line}") };
            let text = |cell: &str| match cell {
                "(empty)" => String::new(),
                cell => cell.trim_matches('`').to_owned(),
            };
            let buckets = Buckets::new(&text(rollout), &text(salt));
            assert_eq!(buckets.bucket(&text(sticky)).to_string(), bucket, "{line}");
            found.push(line);
        }
        assert_eq!(found.len(), 6);
    }

    #[test]
    fn membership_is_monotone_independent_and_of_the_right_size() {
        let (one, two) = (Buckets::new("one", ""), Buckets::new("two", ""));
        let (small, large) = ("1%".parse().unwrap(), "10%".parse().unwrap());
        let (mut inside, mut both) = (0_u32, 0_u32);
        for user in 0..50_000 {
            let user = format!("user-{user}");
            assert!(!one.is_inside(&user, small) || one.is_inside(&user, large), "{user}");
            assert!(one.is_inside(&user, Share::ALL) && !one.is_inside(&user, Share::NONE));
            inside += u32::from(one.is_inside(&user, large));
            both += u32::from(one.is_inside(&user, large) && two.is_inside(&user, large));
        }
        // Five standard deviations on each side.
        assert!((4_665..=5_335).contains(&inside), "{inside}");
        assert!((389..=611).contains(&both), "{both}");
    }

    #[test]
    fn variants_keep_their_weights_inside_and_outside_of_the_gate() {
        let buckets = Buckets::new("one", "");
        let gate = "10%".parse().unwrap();
        let mut seen = [[0_u32; 3]; 2];
        for user in 0..50_000 {
            let user = format!("user-{user}");
            let variant = buckets.variant(&user, &[1, 2, 1]).unwrap();
            seen[usize::from(buckets.is_inside(&user, gate))][variant] += 1;
        }
        for arm in seen {
            let sum: u32 = arm.iter().sum();
            let middle = f64::from(arm[1]) / f64::from(sum);
            assert!((0.46..0.54).contains(&middle), "{arm:?}");
        }
        assert_eq!(buckets.variant("x", &[]), None);
        assert_eq!(buckets.variant("x", &[0, 0]), Some(0));
    }

    #[test]
    fn shares_are_read_exactly_or_refused() {
        for (text, units) in [("0", 0), ("100%", 100_000), ("0.001%", 1), ("2.50", 2_500)] {
            assert_eq!(text.parse(), Ok(Share(units)), "{text}");
        }
        for bad in ["", "%", "-1", "1e2", "100.001", "0.0001", "1.", "+5", "ten", "99999999999"] {
            assert!(bad.parse::<Share>().is_err(), "{bad}");
        }
        let share: Share = serde_json::from_str("12.5").unwrap();
        assert_eq!(serde_json::to_string(&share).unwrap(), r#""12.5%""#);
        assert_eq!(Share(5).to_string().parse(), Ok(Share(5)));
    }
}
