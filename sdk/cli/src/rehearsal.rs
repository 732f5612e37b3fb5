//! The examples of a capability, run in a throwaway host that allows what it asks for, as far as
//! nothing of that leaves this machine.
//!
//! *Never:* a request is sent, or a secret used, to see whether an example holds.

use engraft::artifact::{Bundle, Keyring, TrustedKey};
use engraft::engine::{ConfigMap, InstancePolicy, Services};
use engraft::model::{
    ClockMode, Failure, FileGrant, Grant, Operation, Outcome, Permissions, RandomMode,
};
use engraft::store::MemoryStore;
use engraft::{Host, Invocation, Terms};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::desk::Desk;
use crate::home;
use crate::trouble::{Result, Trouble};

/// The moment that clocks are frozen at, so that every run sees the same.
const MOMENT: Duration = Duration::from_secs(946_684_800);

/// What came of the examples.
#[derive(Debug, Default)]
pub(crate) struct Rehearsed {
    pub(crate) held: usize,
    pub(crate) skipped: Vec<String>,
    /// Each a sentence.
    pub(crate) problems: Vec<String>,
}

/// Runs every example, each with a fresh store.
pub(crate) fn run(bundle: &Bundle, desk: &Desk) -> Result<Rehearsed> {
    let manifest = bundle.claimed_manifest();
    let bytes = bundle.to_bytes();
    let mut rehearsed = Rehearsed::default();
    for operation in &manifest.description.operations {
        for (index, example) in operation.examples.iter().enumerate() {
            let ground = Ground::new(manifest.permissions())?;
            let host = host(manifest.permissions(), &ground, desk)?;
            desk.wait(host.install(&bytes))??;
            let invocation = Invocation::new(&operation.name, example.input.to_string());
            let report = desk.wait(host.call(manifest.name().as_str(), invocation))?;
            rehearsed.note(operation, index, example.output.as_ref(), &report.outcome);
        }
    }
    Ok(rehearsed)
}

impl Rehearsed {
    fn note(
        &mut self,
        operation: &Operation,
        index: usize,
        expected: Option<&serde_json::Value>,
        outcome: &Outcome,
    ) {
        let which = format!("example {} of `{}`", index + 1, operation.name);
        if let Outcome::Denied { .. } | Outcome::Refused(Failure::Denied(_)) = outcome {
            self.skipped.push(format!("{which} was left out: it needs what only a host grants"));
            return;
        }
        let Outcome::Returned(output) = outcome else {
            self.problems.push(format!("{which}: {outcome}"));
            return;
        };
        let Ok(given) = serde_json::from_str::<serde_json::Value>(output.as_str()) else {
            self.problems.push(format!("{which} gave what is not JSON: {}", output.as_str()));
            return;
        };
        if let Some(problem) = engraft_build::mismatch(&operation.output_schema, &given) {
            self.problems.push(format!(
                "{which} gave {given}, which the output schema does not allow: {problem}"
            ));
        } else if expected.is_some_and(|expected| *expected != given) {
            let expected = expected.map(ToString::to_string).unwrap_or_default();
            self.problems.push(format!("{which} gave {given} where {expected} was expected"));
        } else {
            self.held += 1;
        }
    }
}

/// An empty directory of its own for each that is asked for; gone when the example is done.
#[derive(Default)]
struct Ground {
    root: PathBuf,
    files: Vec<FileGrant>,
}

impl Ground {
    fn new(asked: &Permissions) -> Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("engraft-example-{}-{number}", std::process::id());
        let root = std::env::temp_dir().join(name);
        let mut ground = Self { root, files: Vec::new() };
        for (index, rule) in asked.files.iter().enumerate() {
            let host_path = ground.root.join(index.to_string());
            std::fs::create_dir_all(&host_path)
                .map_err(|error| Trouble::fault(format!("`{}`: {error}", host_path.display())))?;
            let (guest_path, access) = (rule.guest_path.clone(), rule.access);
            ground.files.push(FileGrant { host_path, guest_path, access });
        }
        Ok(ground)
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        if !self.files.is_empty() {
            // What cannot be removed is left to the system's own care for such files.
            drop(std::fs::remove_dir_all(&self.root));
        }
    }
}

/// A host in which versions follow one another, and values stay.
pub(crate) fn lasting_host(asked: &Permissions, desk: &Desk) -> Result<Host> {
    host(asked, &Ground::default(), desk)
}

fn host(asked: &Permissions, ground: &Ground, desk: &Desk) -> Result<Host> {
    let key = home::development_key(desk)?;
    let mut keyring = Keyring::new();
    keyring.trust(TrustedKey::development(key.public()))?;
    let mut terms = Terms::default();
    terms.grant = grant(asked);
    terms.grant.files.clone_from(&ground.files);
    terms.lifetime = InstancePolicy::Fresh;
    let everything = "*".parse().map_err(|error| Trouble::fault(format!("{error}")))?;
    let services =
        Services::default().config(ConfigMap::default()).values(Arc::new(MemoryStore::default()));
    Ok(Host::builder()
        .trust(keyring)
        .terms(everything, terms)
        .services(services)
        .cache_dir(desk.home()?.cache_path())
        .build()?)
}

fn grant(asked: &Permissions) -> Grant {
    let mut grant = Grant::default();
    grant.log = asked.log;
    grant.clock = asked.clock.then_some(ClockMode::Frozen(MOMENT));
    grant.random = asked.random.then_some(RandomMode::Seeded(0));
    grant.progress = asked.progress;
    grant.kv = asked.kv;
    grant.config.clone_from(&asked.config);
    grant
}
