//! wasmtime without Engraft: tuned as well as we know how, and with its defaults.
//!
//! *Never:* the tuned one has less tuning than Engraft gives itself, or fewer limits.

use engraft_wit::host::imports::log::{self, Level};
use engraft_wit::host::imports::types::{self, Failure, HostError};
use wasmtime::component::{
    Component, ComponentExportIndex, HasSelf, InstancePre, Linker, TypedFunc,
};
use wasmtime::{
    Config, Enabled, Engine, InstanceAllocationStrategy, OperatorCost, PoolingAllocationConfig,
    Store, StoreLimits, StoreLimitsBuilder,
};

use crate::contender::now;
use crate::field::Code;
use crate::{Batch, Contender, Error};

/// How calls are metered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Metering {
    /// Not at all: nothing stops an endless loop.
    Unmetered,
    /// Fuel, each instruction one.
    Fuel,
    /// Fuel, charged at branches and calls alone: as certain to end, less to count.
    BranchFuel,
    /// Epochs alone.
    Epochs,
    /// Fuel and epochs.
    FuelAndEpochs,
}

/// How long an instance lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Life {
    /// One call.
    Fresh,
    /// All calls.
    Warm,
}

impl Life {
    /// What it is called in tables.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Fresh => "fresh",
            Self::Warm => "warm",
        }
    }
}

/// An engine with the component of the kernels, ready to be called.
#[derive(Clone)]
pub struct Raw {
    engine: Engine,
    metering: Metering,
    pre: InstancePre<State>,
    invoke: ComponentExportIndex,
}

/// What a store holds: the same bounds that Engraft puts on a call.
struct State {
    limits: StoreLimits,
    log_bytes: usize,
}

type Invoke = TypedFunc<(&'static str, &'static str), (Result<String, Failure>,)>;

/// Engraft's default: about a second.
const FUEL: u64 = 1_000_000_000;
/// How much fuel burns between two looks at the executor, where calls are asynchronous.
const YIELD_INTERVAL: u64 = 50_000;
/// Far more ticks than a benchmark lasts.
const EPOCHS: u64 = 1 << 40;

impl Metering {
    /// All of them, the unmetered one first.
    pub const ALL: [Self; 5] =
        [Self::Unmetered, Self::Fuel, Self::BranchFuel, Self::Epochs, Self::FuelAndEpochs];

    /// What it is called in tables.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unmetered => "unmetered",
            Self::Fuel => "fuel",
            Self::BranchFuel => "fuel at branches and calls",
            Self::Epochs => "epochs",
            Self::FuelAndEpochs => "fuel and epochs",
        }
    }

    const fn burns_fuel(self) -> bool {
        matches!(self, Self::Fuel | Self::BranchFuel | Self::FuelAndEpochs)
    }

    const fn counts_epochs(self) -> bool {
        matches!(self, Self::Epochs | Self::FuelAndEpochs)
    }

    fn configure(self, config: &mut Config) -> Result<(), Error> {
        config.consume_fuel(self.burns_fuel()).epoch_interruption(self.counts_epochs());
        if self == Self::BranchFuel {
            config.operator_cost(branches_and_calls()?);
        }
        Ok(())
    }

    fn arm(self, store: &mut Store<State>) -> Result<(), Error> {
        if self.burns_fuel() {
            store.set_fuel(FUEL)?;
        }
        if self.counts_epochs() {
            store.set_epoch_deadline(EPOCHS);
        }
        Ok(())
    }
}

/// The engine of the tuned contender: a pool with pages kept, without support for async components.
///
/// # Errors
/// Where this machine cannot give the pool its address space.
pub fn tuned_engine(metering: Metering) -> Result<Engine, Error> {
    let mut pool = PoolingAllocationConfig::new();
    // With the scan of dirty pages (Linux 6.7) the kept memory may lie anywhere, and only what was
    // written is written again. Without it a Rust guest, whose first MiB is its stack, takes four
    // times as long for a fresh call.
    pool.pagemap_scan(Enabled::Auto);
    pool.linear_memory_keep_resident(256 << 10).table_keep_resident(64 << 10);
    pool.total_memories(256).total_tables(512).total_stacks(256);
    pool.total_component_instances(256).total_core_instances(1024);
    pool.max_memory_size(64 << 20);
    let mut config = Config::new();
    config.concurrency_support(false);
    config.generate_address_map(false).native_unwind_info(cfg!(windows));
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    metering.configure(&mut config)?;
    Ok(Engine::new(&config)?)
}

/// The engine of one who reads no documentation.
#[must_use]
pub fn default_engine() -> Engine {
    Engine::default()
}

impl Raw {
    /// Compiles the component of the kernels.
    ///
    /// # Errors
    /// Where it does not compile or link.
    pub fn compile(engine: &Engine, metering: Metering, component: &[u8]) -> Result<Self, Error> {
        Self::link(metering, Component::new(engine, component)?)
    }

    /// Takes what `Engine::precompile_component` of the same engine gave.
    ///
    /// # Errors
    /// Where it is of another engine or does not link.
    pub fn deserialize(engine: &Engine, metering: Metering, native: &[u8]) -> Result<Self, Error> {
        #[expect(unsafe_code, reason = "the benchmark itself compiled this code a moment ago")]
        // SAFETY: see the reason.
        let component = unsafe { Component::deserialize(engine, native)? };
        Self::link(metering, component)
    }

    fn link(metering: Metering, component: Component) -> Result<Self, Error> {
        let engine = component.engine().clone();
        let mut linker = Linker::new(&engine);
        types::add_to_linker::<_, HasSelf<State>>(&mut linker, |state| state)?;
        log::add_to_linker::<_, HasSelf<State>>(&mut linker, |state| state)?;
        let pre = linker.instantiate_pre(&component)?;
        let invoke = component.get_export_index(None, "invoke").ok_or("it exports no `invoke`")?;
        Ok(Self { engine, metering, pre, invoke })
    }

    fn store(&self) -> Result<Store<State>, Error> {
        let limits =
            StoreLimitsBuilder::new().memory_size(64 << 20).table_elements(100_000).build();
        let mut store = Store::new(&self.engine, State { limits, log_bytes: 0 });
        store.limiter(|state| &mut state.limits);
        self.metering.arm(&mut store)?;
        Ok(store)
    }

    fn instantiate(&self) -> Result<(Store<State>, Invoke), Error> {
        let mut store = self.store()?;
        let instance = self.pre.instantiate(&mut store)?;
        let invoke = instance.get_typed_func(&mut store, self.invoke)?;
        Ok((store, invoke))
    }

    async fn instantiate_async(&self) -> Result<(Store<State>, Invoke), Error> {
        let mut store = self.store()?;
        if self.metering.burns_fuel() {
            store.fuel_async_yield_interval(Some(YIELD_INTERVAL))?;
        }
        if self.metering.counts_epochs() {
            store.epoch_deadline_async_yield_and_update(EPOCHS);
        }
        let instance = self.pre.instantiate_async(&mut store).await?;
        let invoke = instance.get_typed_func(&mut store, self.invoke)?;
        Ok((store, invoke))
    }

    /// One call in an instance of its own.
    ///
    /// # Errors
    /// Where the guest fails.
    pub fn call_fresh(&self, operation: &str, input: &str) -> Result<String, Error> {
        let (mut store, invoke) = self.instantiate()?;
        call(&mut store, invoke, operation, input)
    }

    /// A contender that begins with the component's bytes, or with the compiled code of them.
    ///
    /// # Errors
    /// Where the component does not compile.
    pub fn cold<'a>(
        &'a self,
        name: &str,
        code: Code,
        component: &'a [u8],
        operation: &'a str,
        input: &'a str,
    ) -> Result<Contender<'a>, Error> {
        let (engine, metering) = (&self.engine, self.metering);
        Ok(match code {
            Code::CompiledAnew => Contender::sync(name, move || {
                Self::compile(engine, metering, component)?.call_fresh(operation, input)
            }),
            Code::Kept => {
                let native = engine.precompile_component(component)?;
                Contender::sync(name, move || {
                    Self::deserialize(engine, metering, &native)?.call_fresh(operation, input)
                })
            }
        })
    }

    /// A contender that is called and returns.
    ///
    /// # Errors
    /// Where no instance can be made.
    pub fn contender<'a>(
        &'a self,
        name: &str,
        life: Life,
        operation: &'a str,
        input: &'a str,
    ) -> Result<Contender<'a>, Error> {
        Ok(match life {
            Life::Fresh => Contender::sync(name, move || self.call_fresh(operation, input)),
            Life::Warm => {
                let (mut store, invoke) = self.instantiate()?;
                Contender::sync(name, move || {
                    self.metering.arm(&mut store)?;
                    call(&mut store, invoke, operation, input)
                })
            }
        })
    }

    /// A contender that is awaited on a runtime.
    ///
    /// # Errors
    /// Where no instance can be made.
    pub fn contender_async<'a>(
        &'a self,
        name: &str,
        life: Life,
        runtime: &'a tokio::runtime::Runtime,
        operation: &'a str,
        input: &'a str,
    ) -> Result<Contender<'a>, Error> {
        let mut warm = match life {
            Life::Fresh => None,
            Life::Warm => Some(runtime.block_on(self.instantiate_async())?),
        };
        Ok(Contender::new(name, move |calls| {
            runtime.block_on(async {
                let start = now();
                let mut answer = String::new();
                for _ in 0..calls {
                    answer = std::hint::black_box(match &mut warm {
                        Some((store, invoke)) => {
                            self.metering.arm(store)?;
                            call_async(store, *invoke, operation, input).await?
                        }
                        None => {
                            let (mut store, invoke) = self.instantiate_async().await?;
                            call_async(&mut store, invoke, operation, input).await?
                        }
                    });
                }
                Ok(Batch { time: start.elapsed(), answer })
            })
        }))
    }
}

/// Costs for what can repeat alone: branches and calls. Work whose size is an operand still costs.
///
/// The table has a field for each of some 600 instructions; written as data it needs no 600 lines.
fn branches_and_calls() -> Result<OperatorCost, Error> {
    let mut costs = serde_json::to_value(OperatorCost::new())?;
    for (instruction, cost) in costs.as_object_mut().into_iter().flatten() {
        let repeats = instruction.starts_with("Br") || instruction.contains("Call");
        if cost.is_number() {
            *cost = u8::from(repeats).into();
        }
    }
    Ok(serde_json::from_value(costs)?)
}

fn call(
    store: &mut Store<State>,
    invoke: Invoke,
    operation: &str,
    input: &str,
) -> Result<String, Error> {
    let (answer,) = invoke.call(store, (operation, input))?;
    answer.map_err(|failure| format!("{failure:?}").into())
}

async fn call_async(
    store: &mut Store<State>,
    invoke: Invoke,
    operation: &str,
    input: &str,
) -> Result<String, Error> {
    let (answer,) = invoke.call_async(store, (operation, input)).await?;
    answer.map_err(|failure| format!("{failure:?}").into())
}

// === impl State ===

impl types::Host for State {}

impl log::Host for State {
    fn write(
        &mut self,
        _level: Level,
        message: String,
        _fields: Vec<(String, String)>,
    ) -> wasmtime::Result<Result<(), HostError>> {
        self.log_bytes += message.len();
        Ok(Ok(()))
    }
}
