//! Why an effect is not allowed, and what would allow it.
//!
//! *Never:* a denial tells a guest more than what its own manifest and the grant lack.

use std::fmt;

use super::HttpTarget;

/// Names and paths in messages come from a guest; more than this helps nobody.
const SHOWN_CHARS_MAX: usize = 128;

/// Which of the two keys is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MissingKey {
    /// The manifest does not ask for it.
    Asked,
    /// The embedding program does not grant it.
    Granted,
}

/// An effect that one of the two keys does not allow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) struct Denial {
    missing: MissingKey,
    /// What was to be done: `` `clock` ``, `GET http://…`.
    effect: String,
    /// What to add to the manifest or the grant.
    remedy: String,
}

impl Denial {
    /// An effect that is allowed or not, as a whole.
    pub(super) fn plain(missing: MissingKey, permission: &str) -> Self {
        let place = missing.place();
        Self {
            missing,
            effect: format!("`{permission}`"),
            remedy: format!("add `{permission}` to {place}"),
        }
    }

    /// An effect on something that a pattern names.
    pub(super) fn named(missing: MissingKey, permission: &str, name: &str) -> Self {
        let (name, place) = (shown(name), missing.place());
        Self {
            missing,
            effect: format!("`{permission}` of `{name}`"),
            remedy: format!("add a pattern that matches `{name}` to `{permission}` in {place}"),
        }
    }

    pub(super) fn http(missing: MissingKey, target: HttpTarget<'_>) -> Self {
        let place = missing.place();
        let HttpTarget { method, host, port, path, .. } = target;
        let (method, host, path) = (shown(method), shown(host), shown(path));
        Self {
            missing,
            effect: format!("a {method} request to {host}:{port}{path}"),
            remedy: format!("add a rule for this host, method and path to `http` in {place}"),
        }
    }

    pub(super) fn secret(missing: MissingKey, name: &str, host: Option<&str>) -> Self {
        let (name, place) = (shown(name), missing.place());
        let (effect, remedy) = match host.map(shown) {
            None => (format!("the secret `{name}`"), format!("add it to `secrets` in {place}")),
            Some(host) => (
                format!("sending the secret `{name}` to {host}"),
                format!("add this host to its rule in `secrets` in {place}"),
            ),
        };
        Self { missing, effect, remedy }
    }

    /// Which key is missing.
    #[cfg(test)]
    pub(super) fn missing(&self) -> MissingKey {
        self.missing
    }
}

// === impl MissingKey ===

impl MissingKey {
    const fn place(self) -> &'static str {
        match self {
            Self::Asked => "the permissions of the manifest",
            Self::Granted => "the grant that the host gives this capability",
        }
    }
}

// === impl Display ===

impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let how = match self.missing {
            MissingKey::Asked => "was not asked for in the manifest",
            MissingKey::Granted => "was asked for but not granted by the host",
        };
        write!(f, "{} {how}; {}", self.effect, self.remedy)
    }
}

fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(SHOWN_CHARS_MAX).collect()
}
