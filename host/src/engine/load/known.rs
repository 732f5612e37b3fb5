//! What is known of a component before it is compiled: remembered from the last time, or read out of its
//! bytes.
//!
//! *Never:* the bytes are read where all that matters is remembered.

use super::Loadable;
use crate::engine::inspect::{Facts, Needs, inspect};
use crate::engine::{EngineError, Shared};

/// What it needs; all else that shows too, where it was read just now.
pub(super) enum Known {
    Remembered(Needs),
    Read(Box<Facts>),
}

impl Known {
    pub(super) fn of(shared: &Shared, loadable: &Loadable) -> Result<Self, EngineError> {
        let remembered = shared.cache.as_ref().and_then(|cache| cache.needs(&loadable.digest));
        if let Some(needs) = remembered {
            return Ok(Self::Remembered(needs));
        }
        let facts = inspect(loadable.name.as_str(), &loadable.component)?;
        if let Some(cache) = &shared.cache {
            cache.remember(&loadable.digest, &facts.needs, shared.config.clock.wall());
        }
        Ok(Self::Read(Box::new(facts)))
    }

    pub(super) const fn needs(&self) -> &Needs {
        match self {
            Self::Remembered(needs) => needs,
            Self::Read(facts) => &facts.needs,
        }
    }
}
