//! All light contenders, set up once, and the tasks that they are given.
//!
//! *Never:* a contender is given another task than the others.

use std::sync::Arc;

use criterion::Criterion;
use tokio::runtime::Runtime;

use crate::embedded::{Engraft, Mode};
use crate::native::Native;
use crate::process::Process;
use crate::raw::{self, Life, Metering, Raw};
use crate::{Book, Comparison, Error, guests};

/// Engraft where the caller waits.
pub const OURS: &str = "Engraft";
/// Engraft where the caller is a future.
pub const OURS_ASYNC: &str = "Engraft, async";
/// The same by a capability that was looked up once, as tuned wasmtime is called in any case.
pub const OURS_HELD: &str = "Engraft, looked up once";
/// Tuned wasmtime where the caller waits.
pub const RAW: &str = "tuned wasmtime";
/// Tuned wasmtime where the caller is a future.
pub const RAW_ASYNC: &str = "tuned wasmtime, async";

/// wasmtime as it is when nothing is said: no pool, no meter.
pub const DEFAULTS: &str = "wasmtime with defaults";
/// A native library.
pub const NATIVE: &str = "native library";
/// A process with JSON on pipes.
pub const PROCESS: &str = "process with pipes";

/// What every contender of a comparison does.
#[derive(Debug, Clone)]
pub struct Task {
    /// What it is called in tables.
    pub name: String,
    /// The kernel.
    pub operation: &'static str,
    /// JSON text that goes in.
    pub input: String,
    /// JSON text that must come out.
    pub expected: String,
}

/// All light contenders.
pub struct Field {
    /// For what is awaited.
    pub runtime: Runtime,
    /// The component that all that run components run.
    pub component: Arc<[u8]>,
    raw: Raw,
    raw_async: Raw,
    defaults: Raw,
    native: Native,
    process: Process,
    engraft: Engraft,
    compiles: Engraft,
    keeps: Engraft,
    tasks: Vec<Task>,
}

/// The tasks of a call: payloads of three sizes that come back as they are, and a computation.
///
/// # Errors
/// Where the guests do not build.
fn tasks() -> Result<Vec<Task>, Error> {
    let mut tasks: Vec<Task> =
        [("16 B", 16), ("4 KiB", 4 << 10), ("256 KiB", 256 << 10)].map(echo).into();
    let steps = "100000".to_owned();
    tasks.push(Task {
        name: "compute".to_owned(),
        operation: "compute",
        expected: guests::expected("compute", &steps)?,
        input: steps,
    });
    Ok(tasks)
}

/// A JSON string of so many bytes, quotes included.
fn echo((size, bytes): (&str, usize)) -> Task {
    let input = format!("\"{}\"", "a".repeat(bytes - 2));
    Task { name: format!("echo, {size}"), operation: "echo", expected: input.clone(), input }
}

/// Where compiled code comes from at a cold start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Code {
    /// It is compiled for each start.
    CompiledAnew,
    /// It was compiled before, and is kept.
    Kept,
}

/// Measures all calls. `join` adds contenders that only its caller knows.
///
/// # Errors
/// Where a contender cannot be made ready, fails or gives a wrong answer.
pub fn measure_calls<'a>(
    field: &'a Field,
    criterion: &mut Criterion,
    book: &mut Book,
    mut join: impl FnMut(Comparison<'a>, Life, &'a Task) -> Result<Comparison<'a>, Error>,
) -> Result<(), Error> {
    for task in &field.tasks {
        for life in [Life::Warm, Life::Fresh] {
            join(field.calls(life, task)?, life, task)?.measure(criterion, book)?;
        }
    }
    Ok(())
}

/// Measures cold starts. `join` adds contenders that only its caller knows.
///
/// # Errors
/// Where a contender cannot be made ready, fails or gives a wrong answer.
pub fn measure_cold<'a>(
    field: &'a Field,
    criterion: &mut Criterion,
    book: &mut Book,
    mut join: impl FnMut(Comparison<'a>, Code, &'a Task) -> Result<Comparison<'a>, Error>,
) -> Result<(), Error> {
    let task = field.tasks.first().ok_or("there is no task")?;
    for code in [Code::CompiledAnew, Code::Kept] {
        join(field.cold(code, task)?, code, task)?.measure(criterion, book)?;
    }
    Ok(())
}

impl Field {
    /// Builds the guests and sets every contender up.
    ///
    /// # Errors
    /// Where a guest does not build or a contender cannot be set up.
    pub fn new() -> Result<Self, Error> {
        let component: Arc<[u8]> = guests::capability()?.into();
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let tuned = |metering| Raw::compile(&raw::tuned_engine(metering)?, metering, &component);
        let engraft = Engraft::new()?;
        runtime.block_on(engraft.install_kernels(&component))?;
        Ok(Self {
            engraft,
            compiles: Code::CompiledAnew.host()?,
            keeps: Code::Kept.host()?,
            raw: tuned(Metering::Fuel)?,
            raw_async: tuned(Metering::Fuel)?,
            defaults: Raw::compile(&raw::default_engine(), Metering::Unmetered, &component)?,
            native: Native::build()?,
            process: Process::build()?,
            tasks: tasks()?,
            component,
            runtime,
        })
    }

    /// Engraft with the kernels installed.
    #[must_use]
    pub fn engraft(&self) -> &Engraft {
        &self.engraft
    }

    /// Tuned wasmtime with the kernels, for callers that wait.
    #[must_use]
    pub fn raw(&self) -> &Raw {
        &self.raw
    }

    /// The tasks, the smallest first.
    #[must_use]
    pub fn tasks(&self) -> &[Task] {
        &self.tasks
    }

    /// All contenders at one task.
    ///
    /// # Errors
    /// Where a contender cannot be made ready.
    pub fn calls<'a>(&'a self, life: Life, task: &'a Task) -> Result<Comparison<'a>, Error> {
        let (operation, input) = (task.operation, task.input.as_str());
        let workload = format!("{} {}", life.word(), task.name);
        let (runtime, engraft) = (&self.runtime, &self.engraft);
        Ok(Comparison::new(workload, &task.expected)
            .contender(self.raw.contender(RAW, life, operation, input)?, &[])
            .contender(
                self.raw_async.contender_async(RAW_ASYNC, life, runtime, operation, input)?,
                &[RAW],
            )
            .contender(
                engraft.contender(OURS, (life, Mode::Blocking), runtime, operation, input),
                &[RAW],
            )
            .contender(engraft.held(OURS_HELD, life, operation, input)?, &[RAW])
            .contender(
                engraft.contender(OURS_ASYNC, (life, Mode::Awaited), runtime, operation, input),
                &[RAW_ASYNC],
            )
            .contender(self.defaults.contender(DEFAULTS, life, operation, input)?, &[RAW])
            .contender(self.native.contender(NATIVE, life, operation, input)?, &[RAW])
            .contender(self.process.contender(PROCESS, life, operation, input)?, &[RAW]))
    }

    /// All contenders at a cold start.
    ///
    /// # Errors
    /// Where a contender cannot be made ready.
    pub fn cold<'a>(&'a self, code: Code, task: &'a Task) -> Result<Comparison<'a>, Error> {
        let (operation, input) = (task.operation, task.input.as_str());
        let host = match code {
            Code::CompiledAnew => &self.compiles,
            Code::Kept => &self.keeps,
        };
        let comparison = Comparison::new(format!("cold start, {}", code.word()), &task.expected)
            .contender(self.raw.cold(RAW, code, &self.component, operation, input)?, &[])
            .contender(host.cold(OURS, &self.component, &self.runtime, operation, input)?, &[RAW])
            .contender(
                self.defaults.cold(DEFAULTS, code, &self.component, operation, input)?,
                &[RAW],
            );
        if code == Code::CompiledAnew {
            return Ok(comparison);
        }
        // Native code is compiled long before; for these a cold start is a fresh call.
        Ok(comparison
            .contender(self.native.contender(NATIVE, Life::Fresh, operation, input)?, &[RAW])
            .contender(self.process.contender(PROCESS, Life::Fresh, operation, input)?, &[RAW]))
    }
}

impl Code {
    /// What it is called in tables.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::CompiledAnew => "compiled anew",
            Self::Kept => "compiled code kept",
        }
    }
}
