//! Who does something to a registry: a person, or a loop of the host.
//!
//! *Never:* a loop goes by the name of a person.

use serde::{Deserialize, Serialize};

use crate::artifact::KeyId;

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "who", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Actor {
    /// A person or program, by the name that it gives itself.
    Person {
        /// The name.
        name: String,
        /// The key that stands for it, where one was used.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<KeyId>,
    },
    /// A loop of the host.
    Loop {
        /// Which one.
        name: String,
    },
}

impl Actor {
    /// A person or program by its name.
    #[must_use]
    pub fn person(name: impl Into<String>) -> Self {
        Self::Person { name: name.into(), key: None }
    }

    /// The loop that ends what was approved until a date.
    #[must_use]
    pub fn calendar() -> Self {
        Self::Loop { name: "calendar".to_owned() }
    }

    /// The loop that works on what is missing.
    #[must_use]
    pub fn grower() -> Self {
        Self::Loop { name: "grower".to_owned() }
    }

    /// The loop that judges rollouts.
    #[must_use]
    pub fn steward() -> Self {
        Self::Loop { name: "steward".to_owned() }
    }
}

// === impl Actor ===

impl std::fmt::Display for Actor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Person { name, key: Some(key) } => write!(f, "{name} ({key})"),
            Self::Person { name, key: None } => f.write_str(name),
            Self::Loop { name } => write!(f, "the {name}"),
        }
    }
}
