//! A host with recipes in it, each granted what it asks for, or what a test says.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use engraft::artifact::{Bundle, Keyring, Manifest, Origin, SigningKey, TrustedKey};
use engraft::engine::{ConfigMap, ProgressReport, ProgressSink, SecretMap, Services};
use engraft::model::{ClockMode, Failure, Grant, Outcome, Permissions, RandomMode};
use engraft::store::MemoryStore;
use engraft::{Host, Invocation, Report, Terms};
use engraft_recipe::bound::Bound;
use engraft_recipe::recipe::{BuildError, build};
use serde_json::Value;

/// The moment at which clocks stand still: 2026-11-29T12:00:00Z.
pub(crate) const MOMENT: Duration = Duration::from_secs(1_795_953_600);

/// Progress as it was reported.
#[derive(Clone, Default)]
pub(crate) struct Told(pub(crate) Arc<Mutex<Vec<(Option<f64>, String)>>>);

impl ProgressSink for Told {
    fn report(&self, report: &ProgressReport<'_>) {
        self.0.lock().unwrap().push((report.fraction, report.message.to_owned()));
    }
}

/// A host in the making.
pub(crate) struct Stage {
    recipes: Vec<(String, Option<Grant>)>,
    secrets: SecretMap,
    config: ConfigMap,
    pub(crate) told: Told,
}

impl Stage {
    pub(crate) fn new() -> Self {
        let (secrets, config) = (SecretMap::default(), ConfigMap::default());
        Self { recipes: Vec::new(), secrets, config, told: Told::default() }
    }

    /// A recipe that is granted what it asks for.
    pub(crate) fn with(mut self, recipe: &str) -> Self {
        self.recipes.push((recipe.to_owned(), None));
        self
    }

    /// A recipe that is granted this.
    pub(crate) fn granted(mut self, recipe: &str, grant: Grant) -> Self {
        self.recipes.push((recipe.to_owned(), Some(grant)));
        self
    }

    pub(crate) fn secret(mut self, name: &str, value: &str) -> Self {
        self.secrets = self.secrets.with(name, value);
        self
    }

    pub(crate) fn setting(mut self, key: &str, value: &str) -> Self {
        self.config = self.config.with(key, value);
        self
    }

    /// Builds, signs and installs them all.
    pub(crate) fn open(self) -> Theatre {
        let key = SigningKey::from_seed(&[5; 32], Origin::Development);
        let mut keyring = Keyring::new();
        keyring.trust(TrustedKey::development(key.public())).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let services = Services::default()
            .secrets(self.secrets)
            .config(self.config)
            .progress(self.told)
            .values(Arc::new(MemoryStore::default()));
        let asker = Host::builder().trust(Keyring::new()).build().unwrap();
        let mut builder = Host::builder().trust(keyring).services(services);
        let (mut bundles, mut bounds) = (Vec::new(), HashMap::new());
        for (recipe, grant) in &self.recipes {
            let built = build(recipe).unwrap_or_else(|error| panic!("{}", shown(recipe, &error)));
            bounds.insert(built.recipe.name.clone(), built.bound);
            let name = built.recipe.name.parse().unwrap();
            let described =
                runtime.block_on(asker.describe(&name, built.component.clone())).unwrap();
            let mut terms = Terms::default();
            terms.grant = grant.clone().unwrap_or_else(|| all(&described.permissions));
            builder = builder.terms(name.as_str().parse().unwrap(), terms);
            let version = built.recipe.version.parse().unwrap();
            let manifest = Manifest::new(described, version);
            bundles.push(Bundle::sign(built.component, &manifest, &[&key]).unwrap());
        }
        let host = builder.build().unwrap();
        for bundle in bundles {
            runtime.block_on(host.install(&bundle.to_bytes())).unwrap();
        }
        Theatre { host, runtime, bounds, distances: RefCell::default() }
    }
}

fn shown(recipe: &str, error: &BuildError) -> String {
    match error {
        BuildError::Wrong(problems) => {
            engraft_recipe::diagnostic::drawing("recipe", recipe, problems)
        }
        other => other.to_string(),
    }
}

/// Everything that is asked for.
pub(crate) fn all(asked: &Permissions) -> Grant {
    let mut grant = Grant::default();
    grant.log = asked.log;
    grant.clock = asked.clock.then_some(ClockMode::Frozen(MOMENT));
    grant.random = asked.random.then_some(RandomMode::Seeded(7));
    grant.progress = asked.progress;
    grant.kv = asked.kv;
    grant.http.clone_from(&asked.http);
    grant.secrets.clone_from(&asked.secrets);
    grant.call.clone_from(&asked.call);
    grant.config.clone_from(&asked.config);
    grant
}

/// A host whose recipes can be called.
pub(crate) struct Theatre {
    host: Host,
    runtime: tokio::runtime::Runtime,
    bounds: HashMap<String, Bound>,
    /// The fuel that was allowed for each call by what it took.
    distances: RefCell<Vec<f64>>,
}

/// What an answer of the host holds beside a body, at most, in these tests: heads of a few lines, kept
/// values and outputs of other recipes. A smaller number makes the bound that must hold smaller.
const ANSWER_BYTES: u64 = 512;

impl Theatre {
    /// Calls a recipe, whose bound holds, whatever it does and however it ends.
    #[track_caller]
    pub(crate) fn report(&self, name: &str, input: &Value) -> Report {
        let input = input.to_string();
        let length = input.len() as u64;
        let report = self.runtime.block_on(self.host.call(name, Invocation::new("run", input)));
        let (bound, usage) = (&self.bounds[name], &report.usage);
        let answers = usage.http_bytes + ANSWER_BYTES * usage.host_calls;
        let (fuel, memory) =
            (bound.fuel_at(length, answers), bound.memory_bytes_at(length, answers));
        assert!(usage.fuel <= fuel, "{name} took {} fuel, not {fuel}: {}", usage.fuel, bound.fuel);
        let used = usage.memory_bytes_peak;
        assert!(used <= memory, "{name} took {used} bytes, not {memory}: {}", bound.memory_bytes);
        self.distances.borrow_mut().push(fuel as f64 / usage.fuel.max(1) as f64);
        report
    }

    /// The fuel that was allowed by what was taken, for the call in the middle.
    pub(crate) fn distance(&self) -> f64 {
        let mut all = self.distances.borrow().clone();
        all.sort_by(f64::total_cmp);
        all[all.len() / 2]
    }

    /// What a recipe gives.
    #[track_caller]
    pub(crate) fn gives(&self, name: &str, input: &Value) -> Value {
        match self.report(name, input).outcome {
            Outcome::Returned(output) => serde_json::from_str(output.as_str()).unwrap(),
            other => panic!("{name} {input}: {other}"),
        }
    }

    /// Why a recipe gives nothing.
    #[track_caller]
    pub(crate) fn refuses(&self, name: &str, input: &Value) -> Failure {
        match self.report(name, input).outcome {
            Outcome::Refused(failure) => failure,
            other => panic!("{name} {input}: {other:?}"),
        }
    }
}

/// Equal as JSON: numbers by their value.
pub(crate) fn same(found: &Value, wanted: &Value) -> bool {
    match (found, wanted) {
        (Value::Number(found), Value::Number(wanted)) => found.as_f64() == wanted.as_f64(),
        (Value::Array(found), Value::Array(wanted)) => {
            found.len() == wanted.len() && found.iter().zip(wanted).all(|(a, b)| same(a, b))
        }
        (Value::Object(found), Value::Object(wanted)) => {
            found.len() == wanted.len()
                && found.iter().all(|(key, a)| wanted.get(key).is_some_and(|b| same(a, b)))
        }
        _ => found == wanted,
    }
}
