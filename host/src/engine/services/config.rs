//! Settings that guests may read.
//!
//! *Never:* a secret belongs here; a setting is handed to the guest as it is.

use std::collections::BTreeMap;

use crate::model::CapabilityName;

/// Where settings come from. Answers from memory: a guest waits for it.
pub trait ConfigSource: Send + Sync + 'static {
    /// The setting under a key, which may differ from capability to capability.
    fn value(&self, capability: &CapabilityName, key: &str) -> Option<String>;
}

/// Settings in memory, the same for all capabilities.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConfigMap(BTreeMap<String, String>);

impl ConfigMap {
    /// Adds a setting, in place of any before it.
    #[must_use]
    pub fn with(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.0.insert(key.into(), value.into());
        self
    }
}

// === impl ConfigSource ===

impl ConfigSource for ConfigMap {
    fn value(&self, _capability: &CapabilityName, key: &str) -> Option<String> {
        self.0.get(key).cloned()
    }
}
