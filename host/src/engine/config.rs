//! How an engine is set up: pool sizes, cache, clock, and who is told of calls.
//!
//! *Never:* a size here is without its reason.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::raw::Interface;
use super::report::Observer;
use super::services::Services;
use super::worker::WorkerProgram;
use crate::model::{Budget, Clock, SystemClock};

/// What an engine is made from. Begin with the default and change fields.
///
/// ```
/// use engraft::engine::{Engine, EngineConfig};
///
/// let mut config = EngineConfig::default();
/// config.concurrent_calls_max = 200;
/// let engine = Engine::new(config)?;
/// # Ok::<(), engraft::engine::EngineError>(())
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct EngineConfig {
    /// Where compiled code is kept between runs. None compiles anew in each run.
    pub cache_dir: Option<PathBuf>,
    /// The most bytes of compiled code kept; the entries unused for longest go first. A Python
    /// guest is about 60 MB compiled, others 0.1 to 5 MB.
    pub cache_bytes_max: u64,
    /// Calls under way at once in the whole host; one more is turned away. As many as there are
    /// pooled stacks, so that a call that is let in finds one. A call that is over within its first
    /// slice of fuel needs none, and takes no room while there is some.
    pub concurrent_calls_max: u32,
    /// Component instances alive at once, warm ones included. Only address space is reserved for
    /// them (8 GiB each), so a thousand cost nothing until they are used.
    pub instances_max: u32,
    /// What no call goes over, whatever manifest and caller say. The default leaves room for heavy
    /// guests; each manifest's own budget is far tighter.
    pub budget_max: Budget,
    /// Fuel between two looks at the clock: 3 µs of the fastest code, 1 ms of code that does little
    /// but wait for memory. Twice as much would let such code hold others up for longer; half as
    /// much costs fast code more than a few percent.
    pub fuel_slice: u64,
    /// Time between two looks at the clock where calls are metered by epochs.
    pub epoch_tick: Duration,
    /// The guest's call stack. What wasmtime and most languages are made for.
    pub stack_bytes: usize,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
    /// What stands behind the host functions.
    pub services: Arc<Services>,
    /// Who is told of each call's end.
    pub observer: Option<Arc<dyn Observer>>,
    /// Host interfaces of the embedding program.
    pub interfaces: Vec<Interface>,
    /// What workers are made of, for capabilities that are served behind walls and for examinations.
    pub worker: Option<WorkerProgram>,
    /// Whether this process is a worker: it starts no thread and opens no file, and host functions
    /// are asked of its parent.
    pub(crate) is_confined: bool,
    /// Whether interfaces that nobody offers are stood in for, and answered from a tape.
    pub(crate) plays_own: bool,
}

/// How a capability's calls are metered. It is compiled in, so each kind has an engine of its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Metering {
    /// Fuel, which is deterministic: the same call burns the same. The meter for anything that is
    /// not trusted yet. Costs up to twice the time in code that is mostly calls.
    #[default]
    Fuel,
    /// Time slices alone. For trusted code that is mostly calls; there is no fuel bound, only the
    /// deadline.
    Epoch,
    /// Fuel for the bound and time slices for the deadline, so that a call that cannot wait runs
    /// without a stack of its own in [`Loaded::call_blocking`](super::Loaded::call_blocking).
    FuelAndEpoch,
}

/// How long an instance lives.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum InstancePolicy {
    /// A new one for each call: nothing of one call is left for the next.
    #[default]
    Fresh,
    /// Kept warm and used again, by anybody. A break or a cancelled call retires it.
    Pooled {
        /// Calls until it is retired, so that leaks of the guest stay small.
        calls_max: u32,
        /// Warm instances kept while idle.
        idle_max: u32,
    },
    /// One for each session that the caller names, so that a conversation can keep state.
    Session {
        /// Sessions open at once; a further one is turned away.
        sessions_max: u32,
        /// An instance unused for this long is dropped.
        idle: Duration,
    },
    /// A new one for each call, in a worker: a process behind walls, for what is trusted least. Each
    /// host function costs a way through a pipe. Outcomes are the same; an instance copies its first
    /// data there, for one unit of fuel a byte. Needs [`EngineConfig::worker`].
    Walled {
        /// Processes at once, so many calls under way; a further call is turned away.
        workers_max: u32,
        /// Calls until a process is replaced, so that a leak of the engine stays small.
        calls_max: u32,
    },
    /// Kept warm in its worker and used again, by anybody: what [`Pooled`](Self::Pooled) is in this
    /// process. A break retires the instance. Needs [`EngineConfig::worker`].
    WalledPool {
        /// Processes at once, each with one instance; a further call is turned away.
        workers_max: u32,
        /// Calls until a process is replaced, and its instance with it.
        calls_max: u32,
    },
}

impl EngineConfig {
    /// Whether interfaces that nobody offers are stood in for. A worker does so for its parent, which has
    /// decided what it loads there.
    pub(crate) const fn stands_in(&self) -> bool {
        self.plays_own || self.is_confined
    }
}

impl InstancePolicy {
    /// Whether calls are served by workers.
    #[must_use]
    pub const fn is_walled(self) -> bool {
        matches!(self, Self::Walled { .. } | Self::WalledPool { .. })
    }
}

// === impl EngineConfig ===

impl Default for EngineConfig {
    fn default() -> Self {
        Self {
            cache_dir: None,
            cache_bytes_max: 1 << 30,
            concurrent_calls_max: 1_000,
            instances_max: 1_000,
            budget_max: Budget {
                fuel: u64::MAX >> 1,
                deadline: Duration::from_secs(3_600),
                memory_bytes: 4 << 30,
                table_elements: 1 << 20,
                instances: 256,
                host_calls: 10_000_000,
                log_bytes: 16 << 20,
                input_bytes: 256 << 20,
                output_bytes: 256 << 20,
                http_bytes: 1 << 30,
                call_depth: 32,
                concurrent_calls: 1_000,
            },
            fuel_slice: 50_000,
            epoch_tick: Duration::from_millis(1),
            stack_bytes: 512 << 10,
            clock: Arc::new(SystemClock),
            services: Arc::default(),
            observer: None,
            interfaces: Vec::new(),
            worker: None,
            is_confined: false,
            plays_own: false,
        }
    }
}

impl std::fmt::Debug for EngineConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EngineConfig")
            .field("cache_dir", &self.cache_dir)
            .field("concurrent_calls_max", &self.concurrent_calls_max)
            .field("instances_max", &self.instances_max)
            .finish_non_exhaustive()
    }
}
