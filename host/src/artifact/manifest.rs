//! The manifest: everything a release says of itself, valid by construction once read.
//!
//! *Never:* a manifest is believed before a keyring has said yes to its signatures.

use serde::{Deserialize, Serialize};

use super::bound::Bound;
use super::json::{self, JsonError};
use super::moment::Validity;
use crate::model::{Budget, CapabilityName, Description, Operation, Permissions};

/// What a manifest may weigh as JSON. Large generated APIs with schemas stay below a fifth of it.
pub const MANIFEST_BYTES_MAX: usize = 512 << 10;
/// Operations of one capability; the largest reflected interfaces have about 150.
const OPERATIONS_MAX: usize = 1024;
/// A name is shown in tables and log lines; `namespace:package/interface#function` fits well.
const NAME_BYTES_MAX: usize = 256;
/// A summary or an intent is a sentence, not a document.
const SENTENCE_BYTES_MAX: usize = 2048;

/// What a release says of itself; a signature binds it to the component's bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Wire")]
pub struct Manifest {
    /// Name, operations and permissions.
    #[serde(flatten)]
    pub description: Description,
    /// The version, for people and for what calls it.
    pub version: semver::Version,
    /// The place in the line of releases of this name; each new release has a higher one.
    pub sequence: u64,
    /// What one call may use.
    pub budget: Budget,
    /// How what a call uses at most grows with its input, where the component's maker proved it. The
    /// budget is what enforces it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bound: Option<Bound>,
    /// The contract it keeps; none for a component that knows nothing of Engraft.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub world: Option<World>,
    /// From when until when it may be used.
    pub validity: Validity,
}

/// A WIT world, and the versions of its package that a release runs on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct World {
    /// `namespace:package/world`, for example `engraft:capability/capability`.
    pub name: String,
    /// Which versions of the package, for example `^1.0.0`.
    pub versions: semver::VersionReq,
}

/// Why a manifest is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestError {
    /// The text is not the JSON of a manifest.
    #[error("the manifest is not readable: {0}")]
    Json(#[from] JsonError),
    /// The text is too large.
    #[error("the manifest has {bytes} bytes; at most {MANIFEST_BYTES_MAX} are read")]
    TooLarge {
        /// What it has.
        bytes: usize,
    },
    /// One part of it cannot be.
    #[error("the manifest's {field}: {why}")]
    Invalid {
        /// Which part.
        field: String,
        /// What is wrong with it.
        why: String,
    },
}

impl Manifest {
    /// A manifest with what cannot be left out. The rest: sequence 1, the default budget, always
    /// valid, and no contract named.
    #[must_use]
    pub fn new(description: Description, version: semver::Version) -> Self {
        Self {
            description,
            version,
            sequence: 1,
            budget: Budget::default(),
            bound: None,
            world: None,
            validity: Validity::default(),
        }
    }

    /// The capability's name.
    #[must_use]
    pub const fn name(&self) -> &CapabilityName {
        &self.description.name
    }

    /// Everything it asks for.
    #[must_use]
    pub const fn permissions(&self) -> &Permissions {
        &self.description.permissions
    }

    /// Reads a manifest strictly from JSON.
    ///
    /// # Errors
    ///
    /// [`ManifestError`], with line and column where the text is at fault.
    pub fn from_json(bytes: &[u8]) -> Result<Self, ManifestError> {
        if bytes.len() > MANIFEST_BYTES_MAX {
            return Err(ManifestError::TooLarge { bytes: bytes.len() });
        }
        // Checked here once more, because as a JSON error the reason would lose its field.
        let wire: Wire = json::parse(bytes)?;
        Self::try_from(wire)
    }

    /// Whether everything that the types leave open fits as well.
    ///
    /// # Errors
    ///
    /// [`ManifestError::Invalid`] for the first part that does not.
    pub fn check(&self) -> Result<(), ManifestError> {
        sentence("summary", &self.description.summary)?;
        let operations = &self.description.operations;
        if operations.is_empty() || operations.len() > OPERATIONS_MAX {
            return invalid(
                "operations",
                format!("there are {}; from 1 to {OPERATIONS_MAX} may be", operations.len()),
            );
        }
        let mut names = std::collections::HashSet::new();
        for operation in operations {
            check_operation(operation)?;
            if !names.insert(&operation.name) {
                return invalid("operations", format!("`{}` appears twice", operation.name));
            }
        }
        for formula in self.bound.iter().flat_map(|bound| [&bound.fuel, &bound.memory_bytes]) {
            sentence("bound", formula)?;
        }
        if self.validity.is_empty() {
            return invalid("validity", "it ends before it begins".to_owned());
        }
        self.world.as_ref().map_or(Ok(()), World::check)
    }
}

impl World {
    fn check(&self) -> Result<(), ManifestError> {
        let parts = self.name.split_once(':').and_then(|(namespace, rest)| {
            rest.split_once('/').map(|(package, world)| [namespace, package, world])
        });
        let is_word = |part: &str| {
            part.starts_with(|first: char| first.is_ascii_alphabetic())
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        match parts {
            Some(parts) if self.name.len() <= NAME_BYTES_MAX && parts.into_iter().all(is_word) => {
                Ok(())
            }
            _ => invalid("world", "expected `namespace:package/world`".to_owned()),
        }
    }
}

fn check_operation(operation: &Operation) -> Result<(), ManifestError> {
    let name = &operation.name;
    if name.is_empty() || name.len() > NAME_BYTES_MAX || name.chars().any(char::is_control) {
        let shown = json::scrub(name);
        let why = format!("`{shown}` is not a name of 1 to {NAME_BYTES_MAX} printable bytes");
        return invalid("operations", why);
    }
    sentence(&format!("operation `{name}`, summary"), &operation.summary)?;
    let intents = format!("operation `{name}`, intents");
    operation.intents.iter().try_for_each(|intent| sentence(&intents, intent))
}

fn sentence(field: &str, text: &str) -> Result<(), ManifestError> {
    if text.len() > SENTENCE_BYTES_MAX {
        return invalid(
            field,
            format!("it has {} bytes; at most {SENTENCE_BYTES_MAX} may be", text.len()),
        );
    }
    // These are shown in terminals, where a control character can lie about what stands there.
    if text.chars().any(char::is_control) {
        return invalid(field, "it has control characters in it".to_owned());
    }
    Ok(())
}

fn invalid<T>(field: &str, why: String) -> Result<T, ManifestError> {
    Err(ManifestError::Invalid { field: field.to_owned(), why })
}

/// The fields one by one, because serde cannot refuse unknown fields beside flattened ones.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    name: CapabilityName,
    #[serde(default)]
    summary: String,
    operations: Vec<Operation>,
    #[serde(default)]
    permissions: Permissions,
    version: semver::Version,
    sequence: u64,
    #[serde(default)]
    budget: Budget,
    #[serde(default)]
    bound: Option<Bound>,
    #[serde(default)]
    world: Option<World>,
    #[serde(default)]
    validity: Validity,
}

// === impl Manifest ===

impl TryFrom<Wire> for Manifest {
    type Error = ManifestError;

    fn try_from(wire: Wire) -> Result<Self, ManifestError> {
        let description = Description {
            name: wire.name,
            summary: wire.summary,
            operations: wire.operations,
            permissions: wire.permissions,
        };
        let manifest = Self {
            description,
            version: wire.version,
            sequence: wire.sequence,
            budget: wire.budget,
            bound: wire.bound,
            world: wire.world,
            validity: wire.validity,
        };
        manifest.check()?;
        Ok(manifest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"{
        "name": "text.slugify", "version": "1.2.0", "sequence": 7,
        "world": {"name": "engraft:capability/capability", "versions": "^1.0.0"},
        "validity": {"not_after": "2030-01-01T00:00:00Z"},
        "bound": {"fuel": "9 + 2·n", "memory_bytes": "131072"},
        "operations": [{"name": "slugify", "input_schema": {}, "output_schema": true}]
    }"#;

    #[test]
    fn what_is_written_is_what_is_read() {
        let manifest = Manifest::from_json(GOOD.as_bytes()).unwrap();
        let written = serde_json::to_vec(&manifest).unwrap();
        assert_eq!(Manifest::from_json(&written).unwrap(), manifest);
        assert_eq!(manifest.budget, Budget::default());
    }

    #[test]
    fn errors_tell_the_place_or_the_part() {
        let cases = [
            (r#""sequence": 7,"#, r#""sequence": 7, "root": true,"#, "line 2, column"),
            (r#""sequence": 7,"#, "", "missing field `sequence`"),
            (r#""1.2.0""#, r#""one""#, "line 2"),
            (r#""name": "slugify""#, r#""name": """#, "operations"),
            ("[{", r#"[{"name": "slugify", "input_schema": 1, "output_schema": 1}, {"#, "twice"),
            ("9 + 2·n", r"9\u0007", "bound"),
            ("2030", "1850", "1970"),
            (r#""not_after""#, r#""not_before": "2031-01-01T00:00:00Z", "not_after""#, "validity"),
            ("capability/capability", "capability", "world"),
            (r#""sequence""#, r#""summary": "a\u001b[2J", "sequence""#, "control characters"),
            (r#""sequence": 7"#, r#""sequence": -7"#, "line 2"),
        ];
        for (from, to, expected) in cases {
            assert!(GOOD.contains(from), "{from}");
            let error = Manifest::from_json(GOOD.replacen(from, to, 1).as_bytes()).unwrap_err();
            assert!(error.to_string().contains(expected), "{error} should tell of {expected}");
        }
    }

    #[test]
    fn size_is_bounded() {
        let large = format!("{GOOD}{}", " ".repeat(MANIFEST_BYTES_MAX));
        assert!(matches!(
            Manifest::from_json(large.as_bytes()),
            Err(ManifestError::TooLarge { bytes }) if bytes == large.len()
        ));
    }
}
