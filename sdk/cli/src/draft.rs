//! A manifest in the making: what a component says of itself, what a file adds, what options say.
//!
//! *Never:* a manifest is signed that was not checked whole.

use std::path::{Path, PathBuf};

use engraft::Host;
use engraft::artifact::{MANIFEST_BYTES_MAX, Manifest, Validity, World};
use engraft::model::{Budget, CapabilityName, Description, Operation, Permissions};
use engraft::synth::Proved;
use semver::{BuildMetadata, Prerelease, Version};
use serde::Deserialize;

use crate::desk::Desk;
use crate::input::{self, Input};
use crate::json_text;
use crate::trouble::{Result, Trouble};

/// The version of what has none; below every release.
pub(crate) const DEVELOPMENT_VERSION: Version =
    Version { major: 0, minor: 0, patch: 0, pre: Prerelease::EMPTY, build: BuildMetadata::EMPTY };

/// A manifest file: any part of a manifest. What is not here comes from the component itself.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Draft {
    pub(crate) name: Option<CapabilityName>,
    pub(crate) summary: Option<String>,
    pub(crate) operations: Option<Vec<Operation>>,
    pub(crate) permissions: Option<Permissions>,
    pub(crate) version: Option<Version>,
    pub(crate) sequence: Option<u64>,
    pub(crate) budget: Option<Budget>,
    pub(crate) world: Option<World>,
    pub(crate) validity: Option<Validity>,
    /// What the maker of the component proved; a file cannot claim it.
    #[serde(skip)]
    proved: Option<Proved>,
    #[serde(skip)]
    file: Option<PathBuf>,
}

impl Draft {
    /// Reads a manifest file; without one the draft is empty.
    pub(crate) fn read(path: Option<&Path>) -> Result<Self> {
        let Some(path) = path else { return Ok(Self::default()) };
        let text = input::read(path, MANIFEST_BYTES_MAX as u64)?;
        let draft: Self = json_text::read(&path.display().to_string(), &text)?;
        Ok(Self { file: Some(path.to_owned()), ..draft })
    }

    /// With what a recipe says of itself beyond its component: its version, and what was proved of it
    /// when it was compiled. A version or a budget that a file gives stays.
    pub(crate) fn proved_by(mut self, input: &Input) -> Self {
        self.proved.clone_from(&input.proved);
        self.version = self.version.or_else(|| input.version.clone());
        self
    }

    /// The name: from the draft, or else made from what the component's file is called.
    pub(crate) fn name_or(&self, stem: &str) -> Result<CapabilityName> {
        if let Some(name) = &self.name {
            return Ok(name.clone());
        }
        let plain = stem.to_ascii_lowercase().replace(['_', ' '], "-");
        plain.parse().map_err(|_| {
            Trouble::usage(format!("no name can be made from the file name `{stem}`"))
                .hint("give `--name`, such as `--name text.slugify`")
        })
    }

    /// The manifest of a bare component that nobody gives to others: its version says so.
    pub(crate) fn of_component(self, input: &Input, host: &Host, desk: &Desk) -> Result<Manifest> {
        let described = self.describe(input, host, desk)?;
        let draft = self.proved_by(input);
        let sequence = desk.now().as_secs();
        draft.complete(described, DEVELOPMENT_VERSION, sequence)
    }

    /// What the component says of itself. It is not asked where the file says it all.
    pub(crate) fn describe(&self, input: &Input, host: &Host, desk: &Desk) -> Result<Description> {
        let name = self.name_or(&input.stem())?;
        if let (Some(operations), Some(permissions), true) =
            (&self.operations, &self.permissions, self.name.is_some())
        {
            input.inspect()?;
            let (operations, permissions) = (operations.clone(), permissions.clone());
            return Ok(Description { name, summary: String::new(), operations, permissions });
        }
        let described = desk.wait(host.describe(&name, input.component()))?;
        described.map_err(|error| Trouble::from(error).about(&input.path))
    }

    /// The manifest: what the component says of itself, and the draft's parts in place of that.
    pub(crate) fn complete(
        self,
        described: Description,
        version: Version,
        sequence: u64,
    ) -> Result<Manifest> {
        let file = self.file.as_deref().map(|path| path.display().to_string());
        let description = Description {
            name: self.name.unwrap_or(described.name),
            summary: self.summary.unwrap_or(described.summary),
            operations: self.operations.unwrap_or(described.operations),
            permissions: self.permissions.unwrap_or(described.permissions),
        };
        let mut manifest = Manifest::new(description, self.version.unwrap_or(version));
        manifest.sequence = self.sequence.unwrap_or(sequence);
        manifest.budget = self.budget.unwrap_or_default();
        if let Some(proved) = self.proved {
            manifest.budget = self.budget.unwrap_or(proved.budget);
            manifest.bound = Some(proved.bound);
        }
        manifest.world = self.world;
        manifest.validity = self.validity.unwrap_or_default();
        manifest.check().map_err(|error| {
            let source = file.as_deref().unwrap_or("what the component says of itself");
            Trouble::corrupt(format!("{source}: {error}"))
        })?;
        Ok(manifest)
    }
}
