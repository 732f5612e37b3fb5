//! The wasmtime engines, one for each way of running, made when the first guest needs it.
//!
//! *Never:* two flavours differ in what a guest may do; only in what it costs.

use std::sync::{Arc, OnceLock};

use wasmtime::component::Linker;
use wasmtime::{Config, Enabled, InstanceAllocationStrategy, PoolingAllocationConfig};

use super::config::{EngineConfig, Metering};
use super::error::EngineError;
use super::functions::{self, Functions};
use super::state::CallState;
use super::ticker::Ticker;
use super::{effects, raw, wasi};

/// Linear memory kept after a call, to be cleared with a write instead of a system call. Most small
/// guests touch no more; beyond it the system call is cheaper.
const MEMORY_KEPT_BYTES: usize = 64 << 10;
/// The same for a table: 4,096 elements, more than any guest of ours has.
const TABLE_KEPT_BYTES: usize = 32 << 10;
/// The largest table in the pool. JavaScript and Python have 10 to 20 thousand elements. Only
/// address space is set aside, 2 MiB for each.
pub(crate) const TABLE_ELEMENTS_POOLED: usize = 256 << 10;
/// Tables for each instance. Adapters and shims have one each beside the guest's own.
const TABLES_PER_INSTANCE: u32 = 4;
/// Memories for each instance: the guest's own, and one more for components made of two.
const MEMORIES_PER_INSTANCE: u32 = 2;
/// Core instances for each instance; only a count. A Python guest has about 30, a Rust one 1 to 5,
/// and they are not all there at once.
const CORE_INSTANCES_PER_INSTANCE: u32 = 32;
/// Memories and tables in one core module. Nothing in use has more than 2; what has gets its
/// memory on demand.
const PER_MODULE_MAX: u32 = 4;
/// Fixed data of one instance, its core instances included. 30 core instances with thousands of
/// functions each need about 2 MiB; ten times that is no guest but a bomb.
const INSTANCE_BYTES_MAX: usize = 16 << 20;
/// Slots kept warm for a component while unused; each holds at most the bytes above.
const WARM_SLOTS_MAX: u32 = 100;
/// The stack of a fibre: the guest's own and room for host functions on top of it.
const HOST_STACK_BYTES: usize = 512 << 10;

/// One way of running guests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FlavourKey {
    /// With async functions, streams and futures of the component model. Off is twice as fast.
    pub(crate) concurrency: Concurrency,
    pub(crate) metering: Metering,
    pub(crate) allocation: Allocation,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Concurrency {
    Off,
    On,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Allocation {
    /// From the pool: fast, and bounded in shape.
    Pooled,
    /// From the system: for what does not fit into the pool.
    OnDemand,
}

/// An engine with its linker, and the ticker where it has epochs.
pub(crate) struct Flavour {
    pub(crate) key: FlavourKey,
    pub(crate) engine: wasmtime::Engine,
    linker: Linker<CallState>,
    /// The same with WASI beside it, for those that import any.
    with_wasi: OnceLock<Linker<CallState>>,
    /// Compiles what is small: it looks functions up that were compiled before.
    sharing: OnceLock<wasmtime::Engine>,
    _ticker: Option<Ticker>,
}

/// All flavours, each made on first use.
#[derive(Default)]
pub(crate) struct Flavours {
    made: [OnceLock<Flavour>; 12],
    functions: Arc<Functions>,
}

impl Flavours {
    /// The flavour of this key.
    pub(crate) fn flavour(
        &self,
        key: FlavourKey,
        config: &EngineConfig,
    ) -> Result<&Flavour, EngineError> {
        let setup = || EngineError::Setup { message: "no such flavour".to_owned() };
        let slot = self.made.get(key.index()).ok_or_else(setup)?;
        if let Some(flavour) = slot.get() {
            return Ok(flavour);
        }
        let flavour = Flavour::new(key, config)
            .map_err(|error| EngineError::Setup { message: format!("{error:#}") })?;
        Ok(slot.get_or_init(|| flavour))
    }

    /// What compiles a component of this size for a flavour. A worker serves one component, so that
    /// nothing in it was compiled before.
    pub(crate) fn compiler<'a>(
        &self,
        flavour: &'a Flavour,
        component_bytes: usize,
        config: &EngineConfig,
    ) -> wasmtime::Result<&'a wasmtime::Engine> {
        if component_bytes > functions::COMPONENT_BYTES_MAX || config.is_confined {
            return Ok(&flavour.engine);
        }
        if let Some(engine) = flavour.sharing.get() {
            return Ok(engine);
        }
        // Nothing runs on it, so it has no pool; what it makes is the same.
        let key = FlavourKey { allocation: Allocation::OnDemand, ..flavour.key };
        let mut settings = settings(key, config);
        settings.enable_incremental_compilation(Arc::<Functions>::clone(&self.functions))?;
        let engine = wasmtime::Engine::new(&settings)?;
        Ok(flavour.sharing.get_or_init(|| engine))
    }
}

impl Flavour {
    fn new(key: FlavourKey, config: &EngineConfig) -> wasmtime::Result<Self> {
        let engine = match wasmtime::Engine::new(&settings(key, config)) {
            Ok(engine) => engine,
            // A machine with little address space (32 bits, or a limit on it) has no room for the
            // pool; slower memory is better than none.
            Err(error) if key.allocation == Allocation::Pooled => {
                tracing::warn!(%error, "no pool of instances; memory is allocated on demand");
                let key = FlavourKey { allocation: Allocation::OnDemand, ..key };
                wasmtime::Engine::new(&settings(key, config))?
            }
            Err(error) => return Err(error),
        };
        let mut linker = Linker::new(&engine);
        add_contract(&mut linker, config)?;
        for interface in &config.interfaces {
            raw::add_to_linker(interface, &mut linker)?;
        }
        let ticker = match key.metering {
            Metering::Fuel => None,
            Metering::Epoch | Metering::FuelAndEpoch => {
                Some(Ticker::start(engine.weak(), config.epoch_tick)?)
            }
        };
        Ok(Self {
            key,
            engine,
            linker,
            with_wasi: OnceLock::new(),
            sharing: OnceLock::new(),
            _ticker: ticker,
        })
    }

    /// A linker for a component with these imports.
    pub(crate) fn linker(&self, imports: &[String]) -> wasmtime::Result<&Linker<CallState>> {
        if !super::imports::has_wasi(imports) {
            return Ok(&self.linker);
        }
        if let Some(linker) = self.with_wasi.get() {
            return Ok(linker);
        }
        let mut linker = self.linker.clone();
        wasi::add_p2_to_linker(&mut linker)?;
        #[cfg(feature = "wasi-p3")]
        if self.key.concurrency == Concurrency::On {
            wasi::add_p3_to_linker(&mut linker)?;
        }
        Ok(self.with_wasi.get_or_init(|| linker))
    }
}

/// The contract's host functions: here, or asked of the parent.
fn add_contract(linker: &mut Linker<CallState>, config: &EngineConfig) -> wasmtime::Result<()> {
    #[cfg(all(feature = "worker", target_os = "linux"))]
    if config.is_confined {
        return super::worker::add_to_linker(linker);
    }
    debug_assert!(!config.is_confined);
    effects::add_to_linker(linker)
}

/// What wasmtime is told. What changes compiled code must not depend on sizes of the pool, so that
/// the cache survives a change of them.
fn settings(key: FlavourKey, config: &EngineConfig) -> Config {
    let mut settings = Config::new();
    settings
        .consume_fuel(key.metering != Metering::Epoch)
        .epoch_interruption(key.metering != Metering::Fuel)
        .concurrency_support(key.concurrency == Concurrency::On)
        .wasm_component_model_async(key.concurrency == Concurrency::On)
        // Foreign components may have values of these types; both are only more ways to pass data.
        .wasm_component_model_map(true)
        .wasm_component_model_fixed_length_lists(true)
        // Instances made from the same image share its pages until they write.
        .memory_init_cow(true)
        .table_lazy_init(true)
        .max_wasm_stack(config.stack_bytes)
        .async_stack_size(config.stack_bytes + HOST_STACK_BYTES)
        // Nobody is told at which byte of a component it broke, and to know it takes up to a tenth of the
        // time of compiling, and room beside what is compiled.
        .generate_address_map(false)
        // The same numbers on every machine.
        .cranelift_nan_canonicalization(true)
        .relaxed_simd_deterministic(true);
    // No unwinder goes through a guest, and whoever loads thousands of them pays for each that could.
    // Windows asks for it of all code.
    settings.native_unwind_info(cfg!(windows));
    if config.is_confined {
        // Compiling side by side starts threads, and an image of memory is a file. Without images an
        // instance copies its first data itself, for one unit of fuel a byte.
        settings.parallel_compilation(false).memory_init_cow(false);
    }
    if key.allocation == Allocation::Pooled {
        settings.allocation_strategy(InstanceAllocationStrategy::Pooling(pool(config)));
    }
    settings
}

fn pool(config: &EngineConfig) -> PoolingAllocationConfig {
    let instances = config.instances_max;
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(instances)
        .total_core_instances(instances.saturating_mul(CORE_INSTANCES_PER_INSTANCE))
        .total_memories(instances.saturating_mul(MEMORIES_PER_INSTANCE))
        .total_tables(instances.saturating_mul(TABLES_PER_INSTANCE))
        .total_stacks(config.concurrent_calls_max)
        .max_component_instance_size(INSTANCE_BYTES_MAX)
        .max_core_instance_size(INSTANCE_BYTES_MAX)
        .max_tables_per_module(PER_MODULE_MAX)
        .max_memories_per_module(PER_MODULE_MAX)
        .table_elements(TABLE_ELEMENTS_POOLED)
        .linear_memory_keep_resident(MEMORY_KEPT_BYTES)
        .table_keep_resident(TABLE_KEPT_BYTES)
        // Newer Linux tells which pages were written, so that only those are cleared: a Rust guest
        // has its stack and its data a megabyte apart.
        .pagemap_scan(Enabled::Auto)
        .max_unused_warm_slots(WARM_SLOTS_MAX);
    pool
}

// === impl FlavourKey ===

impl FlavourKey {
    const fn index(self) -> usize {
        let metering = match self.metering {
            Metering::Fuel => 0,
            Metering::Epoch => 1,
            Metering::FuelAndEpoch => 2,
        };
        let concurrency = match self.concurrency {
            Concurrency::Off => 0,
            Concurrency::On => 3,
        };
        let allocation = match self.allocation {
            Allocation::Pooled => 0,
            Allocation::OnDemand => 6,
        };
        metering + concurrency + allocation
    }
}

impl Concurrency {
    /// On where a component needs it; WASI 0.3 always does.
    pub(crate) fn of(needs: &super::inspect::Needs) -> Self {
        let families = needs.imports.iter().filter_map(|import| wasi::Family::of(import));
        let has_p3 = families.into_iter().any(|family| family >= wasi::Family::P3);
        if needs.concurrent || has_p3 { Self::On } else { Self::Off }
    }
}
