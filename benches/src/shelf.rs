//! A registry whose releases do nothing: what is measured is the registry, not what it calls.
//!
//! *Never:* a release here does any work of its own.

use std::sync::Arc;

use engraft::artifact::{Origin, SigningKey};
use engraft::examine::Policy;
use engraft::model::{CapabilityName, Digest, Outcome, Output, SystemClock};
use engraft::registry::{
    Actor, Admitted, Callee, Installed, Journal, Load, Loading, Op, Plan, Record, Registry,
    Release, ReleaseOrigin,
};
use engraft::store::{Append, MemoryLog, OpLog};
use engraft::{Invocation, Report};

use crate::Error;

/// Returns at once.
#[derive(Debug)]
pub struct Idle;

/// Makes every release an idle one.
pub struct Idles;

/// A registry of idle releases in memory: 1.0.0 of each name serves.
///
/// # Errors
/// Where a name does not fit.
pub async fn registry(names: usize) -> Result<Registry<Idle>, Error> {
    let log = Arc::new(MemoryLog::new());
    fill(&*log, names, 1)?;
    open(log).await
}

/// Lets 1.1.0 of the first name spread to half of the users.
///
/// # Errors
/// Where the registry says no.
pub async fn spread(registry: &Registry<Idle>) -> Result<(), Error> {
    let installed = installed(&name(0)?, 1)?;
    let bundle = bundle(&installed);
    let by = || Actor::person("bench");
    let admitted = Admitted::scripted(installed, &Policy::for_development())?;
    registry.install(by(), "", admitted, bundle.as_bytes(), Idle).await?;
    let mut plan = Plan::preset("quick").ok_or("no such plan")?;
    for stage in &mut plan.stages {
        stage.share = "50%".parse()?;
        // It never ends: what is measured is a rollout under way.
        stage.requests_min = u64::MAX;
    }
    let op = Op::rollout(&name(0)?, &"1.1.0".parse()?, plan, 0);
    registry.change(by(), "", op).await?;
    Ok(())
}

/// The registry of a log that is there.
///
/// # Errors
/// Where the log cannot be read.
pub async fn open(log: Arc<dyn OpLog>) -> Result<Registry<Idle>, Error> {
    let journal = Journal::open(log, key(), Arc::new(SystemClock))?;
    Ok(Registry::open(journal, Idles).await?)
}

/// The key of logs here.
#[must_use]
pub fn key() -> SigningKey {
    SigningKey::from_seed(&[7; 32], Origin::Release)
}

/// The name of this number.
///
/// # Errors
/// Never, for numbers.
pub fn name(number: usize) -> Result<CapabilityName, Error> {
    Ok(format!("bench.number-{number}").parse()?)
}

/// Writes releases into a log as if they had been installed one after the other: so many versions
/// of so many names.
///
/// # Errors
/// Where the log does not take them.
pub fn fill(log: &dyn OpLog, names: usize, versions: u64) -> Result<(), Error> {
    let mut entries = Vec::new();
    let mut blobs = Vec::new();
    for number in 0..names {
        for minor in 0..versions {
            let installed = installed(&name(number)?, minor)?;
            let bundle = bundle(&installed);
            blobs.push((Digest::of(bundle.as_bytes()), bundle));
            let record = Record {
                sequence: entries.len() as u64,
                at_ms: 0,
                by: Actor::person("bench"),
                why: "to have many".to_owned(),
                op: Op::Installed(installed),
                before: serde_json::Value::Null,
                after: serde_json::Value::Null,
            };
            entries.push(serde_json::to_vec(&record)?);
        }
    }
    let blobs: Vec<(Digest, &[u8])> =
        blobs.iter().map(|(digest, bytes)| (*digest, bytes.as_bytes())).collect();
    log.append(Append { expected: 0, entries: &entries, checkpoints: &[], blobs: &blobs })?;
    Ok(())
}

/// What is recorded of a release, with operations as a small capability has them.
fn installed(name: &CapabilityName, minor: u64) -> Result<Installed, Error> {
    let text = format!("{name} 1.{minor}.0");
    let schema = serde_json::json!({
        "type": "object",
        "properties": {"text": {"type": "string", "maxLength": 4_096}},
        "required": ["text"],
    });
    let operation = |operation: &str| engraft::registry::OperationCard {
        name: operation.to_owned(),
        input: schema.clone(),
        output: serde_json::json!({"type": "string"}),
    };
    Ok(Installed {
        name: name.clone(),
        version: format!("1.{minor}.0").parse()?,
        component: Digest::of(text.as_bytes()),
        bundle: Digest::of(text.as_bytes()),
        sequence: minor + 1,
        origin: ReleaseOrigin::Brought,
        operations: vec![operation("slugify"), operation("count")],
        verified: None,
        examination: None,
    })
}

fn bundle(installed: &Installed) -> String {
    format!("{} {}", installed.name, installed.version)
}

// === impl Callee ===

impl Callee for Idle {
    fn call(&self, _: &Invocation<'_>) -> impl Future<Output = Report> + Send {
        std::future::ready(Report::unstarted(Outcome::Returned(Output::new(String::new()))))
    }
}

// === impl Load ===

impl Load<Idle> for Idles {
    fn load<'a>(&'a self, _: &'a Release, _: Vec<u8>) -> Loading<'a, Idle> {
        Box::pin(std::future::ready(Ok(Idle)))
    }
}
