//! What a trusted key may sign: names, permissions, risk, time, sequence, native code.
//!
//! *Never:* a default here allows anything.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::artifact::key::{KeyId, Origin, PublicKey};
use crate::artifact::keystore::KeyCard;
use crate::artifact::manifest::Manifest;
use crate::artifact::moment::{Moment, Place, Validity};
use crate::model::{NamePattern, Permissions};

use super::error::Reason;

/// A key that a keyring trusts, and how far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustedKey {
    /// The key.
    pub key: PublicKey,
    /// Whose it is, for a person.
    pub label: String,
    /// What it was made for. A development key counts only where it stands here as one.
    #[serde(default)]
    pub origin: Origin,
    /// What it may sign.
    #[serde(default)]
    pub scope: Scope,
    /// The key that its owner signs with from now on. The two count as one signer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub successor: Option<KeyId>,
}

/// What a key may sign. The default is nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Scope {
    /// Capabilities whose names any of these matches.
    pub names: Vec<NamePattern>,
    /// The most that those may ask for.
    pub permissions: Ceiling,
    /// The highest risk that those may have; see [`Risk::least`].
    pub risk: Risk,
    /// When its signatures count.
    pub validity: Validity,
    /// Which sequence numbers it may sign.
    pub sequences: SequenceRange,
    /// Whether native code that it signed is run. Such code can do whatever the host can.
    pub native: bool,
    /// Whether it may sign lists of revocations.
    pub revocations: bool,
}

/// The most that a manifest may ask for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Ceiling {
    /// Whatever it likes; the grant still says what it gets.
    Anything,
    /// Nothing that these do not cover.
    Within(Permissions),
}

/// Sequence numbers, both ends included. The default is all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SequenceRange {
    /// The first.
    pub from: u64,
    /// The last.
    pub to: u64,
}

/// How much harm a capability could do, in five steps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Risk {
    /// It computes, and tells.
    #[default]
    Safe,
    /// It keeps values or reads configuration.
    Low,
    /// It reads from outside, or calls others.
    Medium,
    /// It changes something outside, or has secrets sent.
    High,
    /// Only an examination finds this; no set of permissions has it by itself.
    Critical,
}

impl TrustedKey {
    /// A key made for releases.
    #[must_use]
    pub fn release(key: PublicKey, label: impl Into<String>, scope: Scope) -> Self {
        Self { key, label: label.into(), origin: Origin::Release, scope, successor: None }
    }

    /// A development key, named as such; trusted with everything but native code and revocations.
    #[must_use]
    pub fn development(key: PublicKey) -> Self {
        let (label, origin) = ("development".to_owned(), Origin::Development);
        Self { key, label, origin, scope: Scope::everything(), successor: None }
    }

    /// A key as its owner exported it. A development key stays one.
    #[must_use]
    pub fn from_card(card: &KeyCard, scope: Scope) -> Self {
        let KeyCard { key, origin, label } = card.clone();
        Self { key, label, origin, scope, successor: None }
    }
}

impl Scope {
    /// Every name, permission, risk and sequence, always; but neither native code nor revocations.
    #[must_use]
    pub fn everything() -> Self {
        Self {
            names: "*".parse().into_iter().collect(),
            permissions: Ceiling::Anything,
            risk: Risk::Critical,
            ..Self::default()
        }
    }

    /// Names that match, asking for nothing and safe.
    #[must_use]
    pub fn of_names(names: impl IntoIterator<Item = NamePattern>) -> Self {
        Self { names: names.into_iter().collect(), ..Self::default() }
    }

    /// Whether a key with this scope may sign this manifest.
    pub(crate) fn admit(&self, manifest: &Manifest) -> Result<(), Reason> {
        self.admit_name(manifest.name().as_str())?;
        let SequenceRange { from, to } = self.sequences;
        if !(from..=to).contains(&manifest.sequence) {
            return Err(Reason::Sequence { sequence: manifest.sequence, from, to });
        }
        if let Ceiling::Within(ceiling) = &self.permissions
            && let Some(excess) = manifest.permissions().beyond(ceiling)
        {
            return Err(Reason::Permission { excess });
        }
        let risk = Risk::least(manifest.permissions());
        if risk > self.risk {
            return Err(Reason::Risk { risk, risk_max: self.risk });
        }
        Ok(())
    }

    pub(crate) fn admit_name(&self, name: &str) -> Result<(), Reason> {
        if self.names.iter().any(|pattern| pattern.matches(name)) {
            return Ok(());
        }
        Err(Reason::Name { name: name.to_owned() })
    }

    pub(crate) fn admit_moment(&self, now: Moment, successor: Option<KeyId>) -> Result<(), Reason> {
        match self.validity.place(now) {
            Place::Within => Ok(()),
            Place::Before(from) => Err(Reason::NotYetValid { from }),
            Place::After(to) => Err(Reason::Expired { to, successor }),
        }
    }
}

impl Risk {
    /// The least risk that anything asking for these has. An examination may find more, never
    /// less; until it has, this is what a key's bound is held against.
    #[must_use]
    pub fn least(permissions: &Permissions) -> Self {
        let writes = |rule: &crate::model::HttpRule| {
            rule.methods.iter().any(|method| !matches!(method.as_str(), "GET" | "HEAD"))
        };
        let read_write = crate::model::Access::ReadWrite;
        let all = permissions;
        if !all.secrets.is_empty()
            || !all.custom.is_empty()
            || all.http.iter().any(writes)
            || all.files.iter().any(|rule| rule.access == read_write)
        {
            Self::High
        } else if !(all.http.is_empty()
            && all.files.is_empty()
            && all.call.is_empty()
            && all.env.is_empty())
        {
            Self::Medium
        } else if all.kv.is_some() || !all.config.is_empty() {
            Self::Low
        } else {
            Self::Safe
        }
    }
}

// === impl Ceiling ===

impl Default for Ceiling {
    fn default() -> Self {
        Self::Within(Permissions::default())
    }
}

// === impl SequenceRange ===

impl Default for SequenceRange {
    fn default() -> Self {
        Self { from: 0, to: u64::MAX }
    }
}

// === impl Risk ===

impl fmt::Display for Risk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Safe => "safe",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn permissions(json: &str) -> Permissions {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn the_least_risk_follows_from_what_is_asked_for() {
        for (asked, risk) in [
            (r"{}", Risk::Safe),
            (r#"{"log": true, "clock": true, "random": true, "progress": true}"#, Risk::Safe),
            (r#"{"kv": {"bytes": 1, "keys": 1}}"#, Risk::Low),
            (r#"{"config": ["a"]}"#, Risk::Low),
            (r#"{"http": [{"host": "a.org"}]}"#, Risk::Medium),
            (r#"{"call": ["a"]}"#, Risk::Medium),
            (r#"{"env": ["A"]}"#, Risk::Medium),
            (r#"{"files": [{"guest_path": "/a", "access": "read-only"}]}"#, Risk::Medium),
            (r#"{"files": [{"guest_path": "/a", "access": "read-write"}]}"#, Risk::High),
            (r#"{"http": [{"host": "a.org", "methods": ["POST"]}]}"#, Risk::High),
            (r#"{"secrets": [{"name": "a", "hosts": []}]}"#, Risk::High),
            (r#"{"custom": ["a"]}"#, Risk::High),
        ] {
            assert_eq!(Risk::least(&permissions(asked)), risk, "{asked}");
        }
    }

    #[test]
    fn the_default_allows_nothing() {
        let nothing: Scope = serde_json::from_str("{}").unwrap();
        assert_eq!(nothing, Scope::default());
        assert!(nothing.admit_name("a").is_err());
        assert_eq!(nothing.permissions, Ceiling::Within(Permissions::default()));
        assert!(!nothing.native && !nothing.revocations && nothing.risk == Risk::Safe);
    }
}
