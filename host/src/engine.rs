//! Runs capabilities: the only user of wasmtime, and where every limit is enforced.
//!
//! *Never:* a guest runs without a meter, a deadline and bounds on what it holds; nor does a type of
//! wasmtime leave this module, save through [`raw`].

mod admission;
mod authority;
mod blocking;
mod cache;
mod call;
mod compile;
mod config;
mod describe;
mod desk;
mod effects;
mod error;
mod exchange;
mod flavour;
mod foreign;
mod functions;
mod http;
mod imports;
mod inspect;
mod invocation;
mod lean;
mod lease;
mod limits;
mod load;
mod native;
mod outcome;
pub mod raw;
pub mod reflect;
mod report;
mod seat;
mod services;
mod session;
mod sessions;
mod shadow;
mod sprint;
mod stand_in;
mod state;
mod stop;
mod ticker;
mod ticket;
mod timed;
mod traced;
mod warm;
mod wasi;
pub mod worker;

use std::sync::Arc;
use std::sync::atomic::AtomicU32;

pub use config::{EngineConfig, InstancePolicy, Metering};
pub use error::EngineError;
pub(crate) use exchange::Exchanges;
pub use http::{
    HttpScript, HttpSettings, HttpWitness, Lookup, Resolver, ScriptedFault, ScriptedRequest,
    ScriptedResponse, SystemResolver,
};
pub(crate) use imports::refused_imports;
pub use invocation::{Invocation, Lineage, PeerAnswer, PeerCall, Peers};
pub use load::{Loadable, Loaded};
pub use native::{NativeCode, native_target};
pub use reflect::{ComponentKind, Import, ImportKind, Inspection, Skipped};
pub use report::{CallRecord, Counts, LogLine, Observer, Report};
pub use services::{
    ConfigMap, ConfigSource, LogLevel, LogRecord, LogSink, ProgressReport, ProgressSink,
    RandomError, RandomSource, SecretMap, SecretSource, SecretValue, Services, SystemRandom,
    TracingLog, TracingProgress,
};
pub use session::SelfCheck;
pub use shadow::SHADOW_CALLS_MAX;
pub(crate) use shadow::shadow_grant;
pub(crate) use stand_in::{is_own, strangers};
pub(crate) use traced::Trace;

use crate::model::{CapabilityName, Content, Description, KeyValue};

/// Loads components and keeps what their calls share: wasmtime, compiled code, counters. Cheap to
/// clone.
///
/// ```
/// use engraft::engine::{Engine, EngineConfig};
///
/// let engine = Engine::new(EngineConfig::default())?;
/// assert_eq!(engine.calls_under_way(), 0);
/// # Ok::<(), engraft::engine::EngineError>(())
/// ```
#[derive(Clone)]
pub struct Engine {
    shared: Arc<Shared>,
}

/// What all capabilities of an engine share.
pub(crate) struct Shared {
    pub(crate) config: EngineConfig,
    pub(crate) flavours: flavour::Flavours,
    pub(crate) cache: Option<cache::Cache>,
    pub(crate) runtimes: blocking::Runtimes,
    /// Calls under way in the whole host.
    pub(crate) calls: AtomicU32,
}

impl Engine {
    /// An engine; wasmtime itself is set up when the first component needs it.
    ///
    /// # Errors
    /// Where the cache directory or its key cannot be made or read.
    pub fn new(config: EngineConfig) -> Result<Self, EngineError> {
        let open = |dir: &std::path::PathBuf| cache::Cache::open(dir, config.cache_bytes_max);
        let cache = config.cache_dir.as_ref().map(open).transpose()?;
        let shared = Shared {
            config,
            flavours: flavour::Flavours::default(),
            cache,
            runtimes: blocking::Runtimes::default(),
            calls: AtomicU32::new(0),
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Makes a component ready to be called. Compiling takes milliseconds to seconds, so it happens
    /// beside the executor, on a thread for work that blocks.
    ///
    /// # Errors
    /// Where the bytes are no component, or import what their manifest does not ask for.
    pub async fn load(&self, loadable: Loadable) -> Result<Loaded, EngineError> {
        let engine = self.clone();
        beside(move || engine.load_blocking(loadable)).await
    }

    /// The same on this thread.
    ///
    /// # Errors
    /// As [`Engine::load`].
    pub fn load_blocking(&self, loadable: Loadable) -> Result<Loaded, EngineError> {
        load::load(&self.shared, loadable, load::Checks::Manifest, None)
    }

    /// The same beside the executor, for a release whose values are kept in a store of its own.
    pub(crate) async fn load_over(
        &self,
        loadable: Loadable,
        values: Arc<dyn KeyValue>,
    ) -> Result<Loaded, EngineError> {
        let shared = Arc::clone(&self.shared);
        let checks = load::Checks::Manifest;
        beside(move || load::load(&shared, loadable, checks, Some(values))).await
    }

    /// The same with code that a worker has compiled, for a capability that workers serve.
    pub(crate) async fn load_away(
        &self,
        loadable: Loadable,
        code: Option<worker::AwayCode>,
    ) -> Result<Loaded, EngineError> {
        let shared = Arc::clone(&self.shared);
        let known = (load::Checks::Manifest, code);
        beside(move || load::load_from(&shared, loadable, known, None)).await
    }

    /// What a component says of itself. One of the contract is asked, in a throwaway sandbox without
    /// any permission; of any other, reflection tells, under the `name` given. For making a bundle;
    /// afterwards the signed manifest speaks.
    ///
    /// # Errors
    /// Where it is no component, or does not describe itself well.
    pub async fn describe(
        &self,
        name: &CapabilityName,
        component: Arc<[u8]>,
    ) -> Result<Description, EngineError> {
        self.describe_from(name, component, Vec::new()).await
    }

    /// The same with code that was compiled before, by an engine like this one.
    pub(crate) async fn describe_from(
        &self,
        name: &CapabilityName,
        component: Arc<[u8]>,
        native: Vec<NativeCode>,
    ) -> Result<Description, EngineError> {
        if Self::inspect(&component)?.kind != ComponentKind::Contract {
            return reflect::describe(name.clone(), &component)
                .map_err(|error| reflect_error(name.as_str(), &error));
        }
        let shared = Arc::clone(&self.shared);
        let loaded = beside(move || describe::load_unnamed(&shared, &component, native)).await?;
        describe::describe(&self.shared, loaded).await
    }

    /// The same, asked in a worker: it is compiled and run there and nowhere else.
    pub(crate) async fn describe_away(
        &self,
        name: &CapabilityName,
        component: Arc<[u8]>,
        code: Option<worker::AwayCode>,
    ) -> Result<Description, EngineError> {
        if Self::inspect(&component)?.kind != ComponentKind::Contract {
            return self.describe_from(name, component, Vec::new()).await;
        }
        let shared = Arc::clone(&self.shared);
        let loaded = beside(move || describe::load_unnamed_away(&shared, &component, code)).await?;
        describe::describe(&self.shared, loaded).await
    }

    /// What a component shows without being run.
    ///
    /// # Errors
    /// Where it is no component.
    pub fn inspect(component: &[u8]) -> Result<Inspection, EngineError> {
        const NAME: &str = "these bytes";
        let facts = inspect::inspect(NAME, component)?;
        reflect::inspection(&facts).map_err(|error| reflect_error(NAME, &error))
    }

    /// Compiles a component for shipping along with it.
    ///
    /// # Errors
    /// Where it is no component, or not one that this engine can run.
    pub fn precompile(
        &self,
        component: &[u8],
        metering: Metering,
    ) -> Result<NativeCode, EngineError> {
        const NAME: &str = "the component to compile";
        let facts = inspect::inspect(NAME, component)?;
        let content = Content::new(component);
        let source =
            compile::Source { capability: NAME, content: &content, needs: &facts.needs, metering };
        self.shared.compiler().precompile(source)
    }

    /// The same beside the executor, which a compiler would hold up.
    pub(crate) async fn precompile_beside(
        &self,
        component: Arc<[u8]>,
        metering: Metering,
    ) -> Result<NativeCode, EngineError> {
        let engine = self.clone();
        beside(move || engine.precompile(&component, metering)).await
    }

    /// Calls under way at this moment, of all capabilities together.
    #[must_use]
    pub fn calls_under_way(&self) -> u32 {
        self.shared.calls.load(std::sync::atomic::Ordering::Relaxed)
    }
}

impl Shared {
    fn compiler(&self) -> compile::Compiler<'_> {
        compile::Compiler {
            config: &self.config,
            flavours: &self.flavours,
            cache: self.cache.as_ref(),
        }
    }
}

fn reflect_error(capability: &str, error: &reflect::ReflectError) -> EngineError {
    EngineError::Invalid {
        capability: capability.to_owned(),
        message: outcome::clean(&error.to_string()),
    }
}

/// Runs work that blocks beside the executor, or here where there is none.
async fn beside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, EngineError> + Send + 'static,
) -> Result<T, EngineError> {
    if tokio::runtime::Handle::try_current().is_err() {
        return work();
    }
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => {
                Err(EngineError::Setup { message: "the runtime is shutting down".to_owned() })
            }
        },
    }
}

// === impl Engine ===

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("config", &self.shared.config).finish_non_exhaustive()
    }
}
