//! Changes to capabilities that there are, as wishes.
//!
//! *Never:* a change gives up what the release before gives, but where the change itself says so.

use super::Growth;
use crate::Error;
use crate::artifact::Bundle;
use crate::host::making::Built;
use crate::model::{Before, CapabilityName, Wish};
use crate::registry::{JournalError, Rule, Want, WantSource};

/// A change to a capability.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Change {
    /// What it is to give from now on, beside what it gives already: sentences and examples. An example
    /// counts more than an older one of the same input.
    pub wish: Wish,
    /// The recipe of the new version, where somebody has written it.
    pub recipe: Option<String>,
}

impl Growth {
    /// A change as a wish: the release that serves, and everything that is to be kept of it.
    pub(super) async fn changing(
        &self,
        name: &CapabilityName,
        change: Change,
    ) -> Result<Want, Error> {
        let state = self.registry().journal().state();
        let unknown = || JournalError::from(Rule::UnknownCapability { name: name.clone() });
        let line = state.lines.get(name).ok_or_else(unknown)?;
        let newest = || line.releases.values().next_back().map(|release| &**release);
        let release = line.serving().or_else(newest);
        let installed = &release.ok_or_else(unknown)?.installed;
        let described = match self.registry().blob(installed.bundle).await? {
            Some(bytes) => Bundle::parse(&bytes)?.claimed_manifest().description.clone(),
            None => return Err(unknown().into()),
        };
        let (summary, operation) = (described.summary, described.operations.into_iter().next());
        let (intents, given) = operation.map(|it| (it.intents, it.examples)).unwrap_or_default();
        let (mut recipe, mut file, mut examples) = (None, None, given);
        let made = state.growth.works.values().find(|it| it.makes(name, &installed.version));
        if let Some(proposal) = made.and_then(|work| work.proposal.as_ref())
            && let Ok(kept) = self.making().kept(proposal).await
        {
            (recipe, file, examples) = (kept.recipe, kept.file, kept.examples);
        }
        let version = installed.version.to_string();
        let (name, failed) = (name.clone(), Vec::new());
        let before =
            Before { name, version, summary: Some(summary), recipe, file, examples, failed };
        let mut wish = change.wish;
        if wish.intents.is_empty() {
            // Whoever asked for it before goes on being understood.
            wish.intents = intents.iter().filter_map(|intent| intent.parse().ok()).collect();
        }
        if let Some(text) = &change.recipe
            && let Ok(draft) = Built::draft(text, std::mem::take(&mut wish.examples))
        {
            // What the new recipe says that it gives counts more than what the old one gave.
            wish.examples = draft.examples;
        }
        let want = Want::new(WantSource::Change, wish.in_place_of(before));
        Ok(Want { recipe: change.recipe, ..want })
    }
}
