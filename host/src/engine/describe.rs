//! Asks a component what it is, before anybody vouches for it.
//!
//! *Never:* it runs with any permission, or with more than a small budget.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use engraft_wit::host::imports::types as wit;
use wasmtime::component::ComponentExportIndex;

use super::Shared;
use super::call::run;
use super::config::{InstancePolicy, Metering};
use super::error::EngineError;
use super::invocation::Invocation;
use super::load::{Checks, Loadable, Loaded, load, load_from};
use super::native::NativeCode;
use super::outcome::clean;
#[cfg(all(feature = "worker", target_os = "linux"))]
use super::report::Report;
use super::ticket::Ledger;
use super::warm::{Fault, Warm, Work};
use super::worker::{AwayCode, Deed};
use crate::model::{
    Budget, Content, Description, Example, Grant, HttpRule, KvQuota, Operation, Permissions,
    SecretRule,
};

/// Enough to start a Python interpreter and build some schemas, and no more.
const BUDGET: Budget = Budget {
    fuel: 2_000_000_000,
    deadline: Duration::from_secs(10),
    memory_bytes: 128 << 20,
    table_elements: 100_000,
    instances: 64,
    host_calls: 10_000,
    log_bytes: 4 << 10,
    input_bytes: 4 << 10,
    // Schemas and examples of some dozens of operations.
    output_bytes: 1 << 20,
    http_bytes: 0,
    call_depth: 0,
    concurrent_calls: 1,
};

const NO_EXPORTS: &str = "it does not export `describe` and `invoke`";

/// Asks a component that was loaded as nobody's.
pub(crate) async fn describe(
    shared: &Arc<Shared>,
    loaded: Loaded,
) -> Result<Description, EngineError> {
    let inner = &*loaded.inner;
    let invocation = Invocation::new("describe", "");
    let mut ledger = Ledger::default();
    let described = match (inner.away(), inner.contract()) {
        (Some(away), _) => {
            let done = away.perform(inner, &invocation, &mut ledger, Deed::Describe, &[]).await;
            done.map(|done| done.description)
        }
        (None, Some(contract)) => {
            let started = shared.config.clock.start();
            let work = Describing(contract.describe);
            run(inner, &invocation, started, &mut ledger, work).await.map(Some)
        }
        (None, None) => return Err(not_described(NO_EXPORTS)),
    };
    let described = described.map_err(|outcome| not_described(&outcome.to_string()))?;
    convert(described.ok_or_else(|| not_described(NO_EXPORTS))?)
}

impl Loaded {
    /// What it says of itself, as it says it: for a worker's parent, who reads it.
    #[cfg(all(feature = "worker", target_os = "linux"))]
    pub(super) async fn described(&self) -> (Option<wit::Description>, Report) {
        let invocation = Invocation::new("describe", "");
        match self.inner.contract() {
            Some(contract) => self.perform(&invocation, Describing(contract.describe)).await,
            None => {
                let message = NO_EXPORTS.to_owned();
                (None, Report::unstarted(crate::model::Outcome::Unavailable { message }))
            }
        }
    }
}

/// The component as nobody's: without a name, a permission or a grant. `native` is code of it that
/// was compiled before.
pub(crate) fn load_unnamed(
    shared: &Arc<Shared>,
    component: &Arc<[u8]>,
    native: Vec<NativeCode>,
) -> Result<Loaded, EngineError> {
    load(shared, Loadable { native, ..unnamed(component)? }, Checks::None, None)
}

/// The same in a worker, with what another one may have compiled.
pub(crate) fn load_unnamed_away(
    shared: &Arc<Shared>,
    component: &Arc<[u8]>,
    code: Option<AwayCode>,
) -> Result<Loaded, EngineError> {
    let lifetime = InstancePolicy::Walled { workers_max: 1, calls_max: 1 };
    let loadable = Loadable { lifetime, ..unnamed(component)? };
    load_from(shared, loadable, (Checks::None, code), None)
}

fn unnamed(component: &Arc<[u8]>) -> Result<Loadable, EngineError> {
    let name = "unnamed".parse().map_err(|_| not_described("it has no name yet"))?;
    let description = Description {
        name,
        summary: String::new(),
        operations: Vec::new(),
        permissions: Permissions::default(),
    };
    Ok(Loadable {
        name: description.name.clone(),
        version: None,
        content: Content::new(Arc::clone(component)),
        description,
        budget: BUDGET,
        grant: Grant::default(),
        lifetime: InstancePolicy::Fresh,
        metering: Metering::Fuel,
        native: Vec::new(),
    })
}

struct Describing(ComponentExportIndex);

/// Reads what the guest says; what is not well formed is an error that names the place.
fn convert(said: wit::Description) -> Result<Description, EngineError> {
    let name = said.name.parse().map_err(|error| not_described(&format!("name: {error}")))?;
    if said.operations.is_empty() {
        return Err(not_described("it has no operations"));
    }
    let mut names = HashSet::new();
    for operation in &said.operations {
        if !names.insert(operation.name.as_str()) {
            return Err(not_described(&format!("operation `{}` is there twice", operation.name)));
        }
        if operation.name.is_empty() || !operation.name.split('.').all(crate::model::is_word) {
            let message = format!(
                "operation `{}`: expected lower-case words joined by hyphens",
                operation.name
            );
            return Err(not_described(&message));
        }
    }
    let operations: Result<Vec<_>, _> = said.operations.into_iter().map(operation).collect();
    Ok(Description {
        name,
        summary: clean(&said.summary),
        operations: operations?,
        permissions: permissions(said.permissions)?,
    })
}

fn operation(said: wit::Operation) -> Result<Operation, EngineError> {
    let name = said.name;
    let json = |what: &str, text: &str| {
        serde_json::from_str(text)
            .map_err(|error| not_described(&format!("operation `{name}`, {what}: {error}")))
    };
    let examples: Result<Vec<_>, EngineError> = said
        .examples
        .iter()
        .map(|example| {
            let output = example.output.as_ref().map(|text| json("example's output", text));
            Ok(Example {
                input: json("example's input", &example.input)?,
                output: output.transpose()?,
            })
        })
        .collect();
    Ok(Operation {
        summary: clean(&said.summary),
        input_schema: json("input schema", &said.input_schema)?,
        output_schema: json("output schema", &said.output_schema)?,
        intents: said.intents.iter().map(|intent| clean(intent)).collect(),
        examples: examples?,
        name,
    })
}

fn permissions(said: Vec<wit::Permission>) -> Result<Permissions, EngineError> {
    let mut asked = Permissions::default();
    for permission in said {
        match permission {
            wit::Permission::Log => asked.log = true,
            wit::Permission::Clock => asked.clock = true,
            wit::Permission::Random => asked.random = true,
            wit::Permission::Progress => asked.progress = true,
            wit::Permission::Kv(quota) => {
                asked.kv = Some(KvQuota { bytes: quota.bytes, keys: quota.keys });
            }
            wit::Permission::Http(rule) => asked.http.push(HttpRule {
                host: pattern(&rule.host)?,
                methods: rule.methods,
                path_prefix: rule.path_prefix,
            }),
            wit::Permission::Secret(rule) => asked.secrets.push(SecretRule {
                name: rule.name,
                hosts: rule.hosts.iter().map(|host| pattern(host)).collect::<Result<_, _>>()?,
            }),
            wit::Permission::Call(names) => asked.call.push(pattern(&names)?),
            wit::Permission::Config(keys) => asked.config.push(pattern(&keys)?),
        }
    }
    Ok(asked)
}

fn pattern<P>(text: &str) -> Result<P, EngineError>
where
    P: std::str::FromStr,
    P::Err: std::fmt::Display,
{
    text.parse().map_err(|error: P::Err| not_described(&format!("permission: {error}")))
}

fn not_described(message: &str) -> EngineError {
    EngineError::NotDescribed { message: clean(message) }
}

// === impl Describing ===

impl Work for Describing {
    type Output = wit::Description;

    async fn run(self, warm: &mut Warm) -> Result<wit::Description, Fault> {
        let instance = warm.instance()?;
        let describe =
            instance.get_typed_func::<(), (wit::Description,)>(&mut warm.store, self.0)?;
        Ok(describe.call_async(&mut warm.store, ()).await?.0)
    }
}
