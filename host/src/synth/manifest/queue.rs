//! What was discovered, and what became of it: a queue as data, which a loop works off and a person
//! can order.
//!
//! *Never:* what a person dismissed comes back, unless it has become something else.

use serde::{Deserialize, Serialize};

use super::tool::Tool;
use crate::model::{CapabilityName, Digest};

/// What waits beyond this is a flood; the oldest that is settled makes room.
const ENTRIES_MAX: usize = 1_000;
/// A reason is a sentence.
const REASON_CHARS_MAX: usize = 300;

/// Tools that were discovered, in the order in which they are worked off.
///
/// ```
/// use engraft::synth::{Discoveries, DiscoveryState, Tools};
///
/// let tools = Tools::read(r#"{"name": "text.shout", "summary": "Shouts."}"#, "mine")?;
/// let mut queue = Discoveries::default();
/// let id = queue.found("tools.yaml", tools.tools[0].clone())?;
/// assert_eq!(queue.next().unwrap().tool.name.as_str(), "text.shout");
/// queue.advance(id, DiscoveryState::Dismissed { reason: "not wanted".to_owned() })?;
/// assert!(queue.next().is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Discoveries {
    entries: Vec<Discovery>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Discovery {
    /// Of where it was found and what it is: the same tool of the same place is the same discovery.
    pub id: Digest,
    /// Where it was found: a file, a URL, a server.
    pub origin: String,
    /// What was found.
    pub tool: Tool,
    /// What became of it.
    pub state: DiscoveryState,
}

/// What became of a discovery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub enum DiscoveryState {
    /// It waits.
    Discovered,
    /// Authors were asked, and what they wrote is proposed.
    Proposed {
        /// As this capability.
        capability: CapabilityName,
    },
    /// It is a candidate or a release; the registry says which.
    Taken {
        /// This one.
        capability: CapabilityName,
    },
    /// Nobody could make it; it is tried again when it changes, or when a person says so.
    Failed {
        /// Why.
        reason: String,
    },
    /// A person does not want it.
    Dismissed {
        /// Why.
        reason: String,
    },
}

/// A step that a discovery does not take.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DiscoveryError {
    /// There is none with this id.
    #[error("nothing was discovered under `{0}`")]
    Unknown(Digest),
    /// Its state does not lead there.
    #[error("`{name}` is {from}, which does not lead to {to}")]
    OutOfOrder {
        /// The tool.
        name: CapabilityName,
        /// What it is.
        from: &'static str,
        /// What it was to become.
        to: &'static str,
    },
    /// Everything in the queue waits, and nothing may go.
    #[error("{ENTRIES_MAX} discoveries wait already; settle some of them first")]
    Full,
}

impl Discoveries {
    /// Adds what was found, behind everything that waits. What is known keeps its place and state;
    /// where the tool of an origin has changed, it waits anew.
    ///
    /// # Errors
    /// [`DiscoveryError::Full`] where nothing that is settled could make room.
    pub fn found(&mut self, origin: &str, tool: Tool) -> Result<Digest, DiscoveryError> {
        let id = id(origin, &tool);
        if self.entries.iter().any(|entry| entry.id == id) {
            return Ok(id);
        }
        // The same name of the same origin, and something else behind it.
        self.entries.retain(|entry| entry.origin != origin || entry.tool.name != tool.name);
        if self.entries.len() >= ENTRIES_MAX {
            let settled = self.entries.iter().position(|entry| entry.state.is_settled());
            drop(self.entries.remove(settled.ok_or(DiscoveryError::Full)?));
        }
        let state = DiscoveryState::Discovered;
        self.entries.push(Discovery { id, origin: origin.to_owned(), tool, state });
        Ok(id)
    }

    /// All of them, in order.
    #[must_use]
    pub fn entries(&self) -> &[Discovery] {
        &self.entries
    }

    /// The first that waits.
    #[must_use]
    pub fn next(&self) -> Option<&Discovery> {
        self.entries.iter().find(|entry| entry.state == DiscoveryState::Discovered)
    }

    /// Puts one before all others.
    ///
    /// # Errors
    /// [`DiscoveryError::Unknown`] where there is none with this id.
    pub fn prefer(&mut self, id: Digest) -> Result<(), DiscoveryError> {
        let at = self.entries.iter().position(|entry| entry.id == id);
        let at = at.ok_or(DiscoveryError::Unknown(id))?;
        let entry = self.entries.remove(at);
        self.entries.insert(0, entry);
        Ok(())
    }

    /// Records what became of one.
    ///
    /// # Errors
    /// [`DiscoveryError`] where there is none with this id, or its state does not lead there.
    pub fn advance(&mut self, id: Digest, to: DiscoveryState) -> Result<(), DiscoveryError> {
        let entry = self.entries.iter_mut().find(|entry| entry.id == id);
        let entry = entry.ok_or(DiscoveryError::Unknown(id))?;
        if !entry.state.leads_to(&to) {
            let name = entry.tool.name.clone();
            return Err(DiscoveryError::OutOfOrder {
                name,
                from: entry.state.word(),
                to: to.word(),
            });
        }
        entry.state = to.bounded();
        Ok(())
    }
}

/// Of where and what, so that neither can be taken for the other.
fn id(origin: &str, tool: &Tool) -> Digest {
    let what = serde_json::to_string(tool).unwrap_or_default();
    Digest::of(format!("{}:{origin}{what}", origin.len()).as_bytes())
}

impl DiscoveryState {
    /// The state in a word.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Discovered => "discovered",
            Self::Proposed { .. } => "proposed",
            Self::Taken { .. } => "taken",
            Self::Failed { .. } => "failed",
            Self::Dismissed { .. } => "dismissed",
        }
    }

    const fn is_settled(&self) -> bool {
        matches!(self, Self::Taken { .. } | Self::Failed { .. } | Self::Dismissed { .. })
    }

    /// What may follow: a proposal is taken or not, a failure and a dismissal can be taken up again.
    const fn leads_to(&self, to: &Self) -> bool {
        match self {
            Self::Discovered => !matches!(to, Self::Discovered | Self::Taken { .. }),
            Self::Proposed { .. } => !matches!(to, Self::Proposed { .. }),
            Self::Taken { .. } => false,
            Self::Failed { .. } => matches!(to, Self::Discovered | Self::Dismissed { .. }),
            Self::Dismissed { .. } => matches!(to, Self::Discovered),
        }
    }

    fn bounded(self) -> Self {
        let cut = |reason: String| reason.chars().take(REASON_CHARS_MAX).collect();
        match self {
            Self::Failed { reason } => Self::Failed { reason: cut(reason) },
            Self::Dismissed { reason } => Self::Dismissed { reason: cut(reason) },
            other @ (Self::Discovered | Self::Proposed { .. } | Self::Taken { .. }) => other,
        }
    }
}
