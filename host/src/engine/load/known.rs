//! What is known of a component before it is compiled: remembered from the last time, or read out of its
//! bytes.
//!
//! *Never:* the bytes are read where all that matters is remembered.

use std::cell::OnceCell;

use super::Loadable;
use crate::engine::inspect::{Facts, Needs, inspect};
use crate::engine::{EngineError, Shared};

/// What it needs, and all else that shows, once that was asked for.
pub(super) struct Known {
    needs: Needs,
    read: OnceCell<Box<Facts>>,
}

impl Known {
    pub(super) fn of(shared: &Shared, loadable: &Loadable) -> Result<Self, EngineError> {
        let remembered =
            shared.cache.as_ref().and_then(|cache| cache.needs(&loadable.content.digest()));
        if let Some(needs) = remembered {
            return Ok(Self { needs, read: OnceCell::new() });
        }
        let facts = inspect(loadable.name.as_str(), loadable.bytes()?)?;
        if let Some(cache) = &shared.cache {
            cache.remember(&loadable.content.digest(), &facts.needs, shared.config.clock.wall());
        }
        Ok(Self { needs: facts.needs.clone(), read: OnceCell::from(Box::new(facts)) })
    }

    pub(super) const fn needs(&self) -> &Needs {
        &self.needs
    }

    /// Everything that shows. The bytes are read where they were not yet.
    pub(super) fn facts(&self, loadable: &Loadable) -> Result<&Facts, EngineError> {
        if let Some(facts) = self.read.get() {
            return Ok(facts);
        }
        let facts = inspect(loadable.name.as_str(), loadable.bytes()?)?;
        Ok(self.read.get_or_init(|| Box::new(facts)))
    }
}
