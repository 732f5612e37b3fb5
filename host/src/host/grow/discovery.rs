//! What manifests name and do not say how to do: wanted, for authors to make.
//!
//! The queue of it is that of all work, in the log: what was discovered stands there with its state from
//! *discovered* on, a person orders it and drops what is not wanted.
//!
//! *Never:* what a person dropped comes back, unless it has become something else.

use super::Growth;
use crate::Error;
use crate::model::CapabilityName;
use crate::registry::{Actor, JournalError, RegistryError, Rule, State, Want, WantSource};
use crate::synth::{Becomes, Tools};

/// What came of a manifest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Discovered {
    /// The work that its tools are, in their order: new, or there from an earlier time.
    pub works: Vec<u64>,
    /// What is no work, each with its reason.
    pub left_out: Vec<(CapabilityName, String)>,
}

impl Growth {
    /// Wants every tool of a manifest that does not say how it is reached; those that do are for
    /// [`Tools::offered`]. The same tool is wanted once, whatever came of it, until the manifest says
    /// something else of it. `place` is where the manifest was found.
    ///
    /// # Errors
    /// Where the log cannot be read or written.
    pub async fn discover(&self, place: &str, tools: &Tools) -> Result<Discovered, Error> {
        let mut found = Discovered::default();
        for tool in tools.tools.iter().filter(|tool| tool.http.is_none()) {
            // Without a server to reach no host of a private network can be meant.
            let Ok(Becomes::Wish(wish)) = tool.becomes(&[]) else { continue };
            let want = match Want::new(WantSource::Discovery, wish).clean() {
                Ok(want) => want,
                Err(error) => {
                    found.left_out.push((tool.name.clone(), error.to_string()));
                    continue;
                }
            };
            let state = self.registry().journal().state();
            if let Some(known) = known(&state, &want) {
                found.works.push(known);
                continue;
            }
            if state.lines.contains_key(&tool.name) || state.aliases.contains_key(&tool.name) {
                let why = "a capability of this name is there already".to_owned();
                found.left_out.push((tool.name.clone(), why));
                continue;
            }
            let why = format!("`{}` stands in `{place}`", tool.name);
            match self.want_as(want, Actor::grower(), &why).await {
                Ok(work) => found.works.push(work),
                Err(Error::Registry(RegistryError::Journal(JournalError::Rule(rule)))) => {
                    found.left_out.push((tool.name.clone(), rule.to_string()));
                    // What follows would find no room either.
                    if matches!(rule, Rule::TooMuchWork { .. }) {
                        break;
                    }
                }
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }
}

/// The work that this became before.
fn known(state: &State, want: &Want) -> Option<u64> {
    let is_this = |other: &Want| other.source == want.source && other.wish == want.wish;
    let mut works = state.growth.works.values();
    works.find(|work| is_this(&work.want)).map(|work| work.id)
}
