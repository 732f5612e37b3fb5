//! Secrets that the host puts into requests.
//!
//! *Never:* a value is printed, logged, compared with guest input for the guest, or given to a guest.

use std::collections::BTreeMap;
use std::fmt;

use zeroize::Zeroizing;

use crate::model::CapabilityName;

/// Where secrets come from. Answers from memory: an embedder that keeps them elsewhere fetches them
/// before they are needed.
pub trait SecretSource: Send + Sync + 'static {
    /// The secret of this name, which may differ from capability to capability.
    fn secret(&self, capability: &CapabilityName, name: &str) -> Option<SecretValue>;
}

/// The value of a secret. Overwritten in memory when dropped; `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretValue(Zeroizing<String>);

/// Secrets in memory, the same for all capabilities.
#[derive(Debug, Clone, Default)]
pub struct SecretMap(BTreeMap<String, SecretValue>);

impl SecretMap {
    /// Adds a secret, in place of any before it.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<SecretValue>) -> Self {
        self.0.insert(name.into(), value.into());
        self
    }
}

impl SecretValue {
    /// The value itself, for the one place that puts it into a request.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

// === impl SecretValue ===

impl<T: Into<String>> From<T> for SecretValue {
    fn from(value: T) -> Self {
        Self(Zeroizing::new(value.into()))
    }
}

impl fmt::Debug for SecretValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretValue(hidden)")
    }
}

// === impl SecretSource ===

impl SecretSource for SecretMap {
    fn secret(&self, _capability: &CapabilityName, name: &str) -> Option<SecretValue> {
        self.0.get(name).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_never_shown() {
        let map = SecretMap::default().with("token", "tr0ub4dor");
        assert!(!format!("{map:?}").contains("tr0ub4dor"));
        let name = "a.b".parse().unwrap();
        assert_eq!(map.secret(&name, "token").unwrap().expose(), "tr0ub4dor");
        assert_eq!(map.secret(&name, "other"), None);
    }
}
