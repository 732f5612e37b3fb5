//! Where drafts are run: an engine of its own beside the host's, whose guests have what the host grants
//! already, reading alone, and values that nobody else sees.
//!
//! *Never:* a draft sends a secret, writes a file, changes something outside, or is called twice on one
//! instance.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::Built;
use super::key::refuse;
use crate::Error;
use crate::artifact::makeable;
use crate::engine::{Engine, InstancePolicy, Invocation, Loadable, Loaded, Metering, shadow_grant};
use crate::host::Host;
use crate::model::{Budget, CapabilityName, Content, Digest, Grant, HttpRule, Outcome};
use crate::store::MemoryStore;
use crate::synth::Source;

/// A draft that takes longer for an example is no tool that answers a person.
const DEADLINE_MAX: Duration = Duration::from_secs(2);
/// Drafts that are tried one after the other, and the one that is taken then.
const BUILT_MAX: usize = 16;
/// What a draft keeps while it is tried.
const MEMORY_BYTES_MAX: u64 = 128 << 20;

/// Where drafts are run.
pub(crate) struct Bench {
    host: Host,
    engine: Engine,
    /// By the digests of what they are made from.
    built: Mutex<VecDeque<(Digest, Built)>>,
}

impl Bench {
    pub(crate) fn open(host: Host) -> Result<Self, Error> {
        let engine = host.parts.engine.aside(Arc::new(MemoryStore::default()))?;
        Ok(Self { host, engine, built: Mutex::default() })
    }

    /// The component of a draft, which may be had; else why not, in words. The last few are kept,
    /// because what was tried is proposed and examined next.
    pub(crate) async fn build(
        &self,
        name: &CapabilityName,
        source: &Source,
    ) -> Result<Built, String> {
        let known = digest(name, source);
        let kept = self.lock().iter().find(|(it, _)| *it == known).map(|(_, built)| built.clone());
        let built = match kept {
            Some(built) => built,
            None => self.make(name, source).await?,
        };
        refuse(&self.host, name, built.manifest.permissions())
            .map_err(|error| error.to_string())?;
        let mut kept = self.lock();
        kept.retain(|(it, _)| *it != known);
        kept.push_back((known, built.clone()));
        if kept.len() > BUILT_MAX {
            kept.pop_front();
        }
        Ok(built)
    }

    async fn make(&self, name: &CapabilityName, source: &Source) -> Result<Built, String> {
        let (component, proved) = Built::component(source)?;
        let description = self.engine.describe(name, Arc::clone(&component)).await;
        let description = description.map_err(|error| error.to_string())?;
        Built::new(name, component, description, proved)
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<(Digest, Built)>> {
        self.built.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A component ready to be called with examples.
    pub(crate) async fn load(&self, built: &Built) -> Result<Loaded, String> {
        let manifest = &built.manifest;
        let terms = self.host.terms_of(manifest.name());
        let budget =
            Budget { deadline: DEADLINE_MAX, memory_bytes: MEMORY_BYTES_MAX, ..manifest.budget };
        let loadable = Loadable {
            name: manifest.name().clone(),
            version: Some(manifest.version.clone()),
            content: Content::held(built.digest(), Arc::clone(&built.component).into()),
            description: manifest.description.clone(),
            budget: budget.min(manifest.budget),
            grant: self.reading(terms.grant),
            lifetime: InstancePolicy::Fresh,
            metering: Metering::Fuel,
            native: Vec::new(),
        };
        self.engine.load(loadable).await.map_err(|error| error.to_string())
    }

    /// What of a grant changes nothing outside. Other capabilities have their own grants, so a draft
    /// asks only those that want none.
    fn reading(&self, grant: Grant) -> Grant {
        let mut grant = reading(grant);
        let live = self.host.capabilities();
        let pure = live.iter().filter(|it| it.manifest().description.permissions.is_empty());
        let names = pure.map(|it| it.name().as_str());
        let granted = names.filter(|name| grant.call.iter().any(|it| it.matches(name)));
        grant.call = granted.filter_map(|name| name.parse().ok()).collect();
        grant
    }

    /// What a component says to an input.
    pub(crate) async fn ask(loaded: &Loaded, operation: &str, input: &str) -> Outcome {
        loaded.call(Invocation::new(operation, input)).await.outcome
    }
}

fn digest(name: &CapabilityName, source: &Source) -> Digest {
    let (kind, bytes) = match source {
        Source::Recipe(text) => ("recipe", text.as_bytes()),
        Source::Component(bytes) | Source::Filled { component: bytes, .. } => {
            ("component", bytes.as_slice())
        }
    };
    let head = format!("{kind} {name}\n");
    Digest::of_all(&[head.as_bytes(), bytes])
}

/// Of a grant what changes nothing outside, and no secret.
fn reading(grant: Grant) -> Grant {
    let mut grant = shadow_grant(grant);
    // What a making key could not sign is not tried either.
    let most = makeable([&grant]);
    grant.secrets.clear();
    grant.env.clear();
    grant.custom.clear();
    grant.http = most.http.into_iter().filter_map(reading_rule).collect();
    grant
}

fn reading_rule(mut rule: HttpRule) -> Option<HttpRule> {
    if rule.methods.is_empty() {
        return Some(rule);
    }
    rule.methods.retain(|method| matches!(method.as_str(), "GET" | "HEAD"));
    (!rule.methods.is_empty()).then_some(rule)
}
