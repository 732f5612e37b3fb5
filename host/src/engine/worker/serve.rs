//! A worker from its first instruction on: walls, engine, the rest of the walls, then one order after
//! the other until the pipe ends.
//!
//! Nothing tells a worker that its parent is gone but the end of the pipe: a signal at the parent's
//! death would also come when the thread ends that has started it. A guest that runs by then ends at
//! its deadline, and a compiler at the limit of processor time.
//!
//! *Never:* a byte of a candidate is read before every wall was tried.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::runtime::Runtime;

use super::cast::{load_here, warm_up};
use super::code::packed;
use super::program::WorkerProgram;
use super::raise::{raise_first, raise_last};
use super::wall::{Wall, Walls, WorkerLimits};
use super::wire::{
    Ask, BYTES_MAX, CallOrder, Deed, Ended, Frame, MARK, Order, PREFIX_BYTES, Traits, VERSION,
    Word, lengths, pack, unpack,
};
use crate::engine::{Engine, EngineConfig, Invocation, Loaded, Metering, Report};
use crate::model::{Outcome, Output};

/// Instances at once: the guest makes one, and WASI's adapters belong to it.
const INSTANCES: u32 = 2;

/// A worker has one parent, and this is where it hears and tells.
static PARENT: OnceLock<Mutex<Pipes>> = OnceLock::new();

/// What a worker is told in its command line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Settings {
    pub(super) limits: WorkerLimits,
    pub(super) stack_bytes: usize,
    pub(super) fuel_slice: u64,
}

/// The two pipes of a worker.
struct Pipes {
    from: File,
    to: File,
}

/// Makes this process a worker where it was started as one; then this does not return. Else it gives
/// the program as one that workers can be made of. First thing in `main`, before any thread is there
/// and anything is open: what a worker has inherited is closed here.
///
/// ```
/// let program = engraft::worker::serve_if_asked();
/// let host = engraft::Host::builder()
///     .trust(engraft::artifact::Keyring::new())
///     .worker(program)
///     .build()?;
/// # Ok::<(), engraft::Error>(())
/// ```
#[must_use = "workers are made of this"]
pub fn serve_if_asked() -> WorkerProgram {
    let mut words = std::env::args_os().skip(1);
    if words.next().is_some_and(|word| word == MARK) {
        // What it did is in its pipe; this is for whoever looks at processes.
        std::process::exit(i32::from(serve(words).is_err()));
    }
    WorkerProgram::this()
}

fn serve(words: impl Iterator<Item = OsString>) -> Result<(), String> {
    // A panic ends a worker, which its parent sees; a message would go nowhere, and making one opens
    // files.
    std::panic::set_hook(Box::new(|_| {}));
    let settings = Settings::read(words).ok_or("the command line is of another version")?;
    let mut walls = Walls::default();
    raise_first(&Wall::ALL, settings.limits, &mut walls);
    let mut pipes = Pipes::open().map_err(|error| error.to_string())?;
    // No thread is started: the clock is all that a call of a guest waits for.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    let engine = Engine::new(config(settings)).map_err(|error| error.to_string())?;
    warm_up(&engine, &runtime)?;
    raise_last(&Wall::ALL, &mut walls);
    let ready = Word::Ready { version: VERSION, walls };
    pipes.say(&ready, &[]).map_err(|error| error.to_string())?;
    drop(PARENT.set(Mutex::new(pipes)));
    obey(&engine, &runtime).map_err(|error| error.to_string())
}

fn config(settings: Settings) -> EngineConfig {
    EngineConfig {
        instances_max: INSTANCES,
        concurrent_calls_max: INSTANCES,
        stack_bytes: settings.stack_bytes,
        fuel_slice: settings.fuel_slice,
        is_confined: true,
        ..EngineConfig::default()
    }
}

/// Takes orders until the pipe ends.
fn obey(engine: &Engine, runtime: &Runtime) -> io::Result<()> {
    let mut loaded: Option<Loaded> = None;
    loop {
        // Not held while an order is done: the guest asks through the same pipe.
        let heard = parent()?.hear::<Order>();
        let Frame { message, body } = match heard {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            heard => heard?,
        };
        let (word, body) = match (message, &loaded) {
            (Order::Compile, _) => {
                let compiled = engine.precompile(&body, Metering::Fuel);
                let (told, code) = match compiled {
                    Ok(native) => (Ok(()), packed(&native)),
                    Err(error) => (Err(error.to_string()), Vec::new()),
                };
                (Word::Compiled(told), code)
            }
            (Order::Load(said), None) => match load_here(engine, *said, body) {
                Ok((made, code)) => {
                    let traits = Traits::from(&made);
                    loaded = Some(made);
                    (Word::Loaded(Ok(traits)), code)
                }
                Err(message) => (Word::Loaded(Err(message)), Vec::new()),
            },
            (Order::Call(order), Some(loaded)) => {
                let (ended, output) = runtime.block_on(call(loaded, &order, body))?;
                (Word::Ended(Box::new(ended)), output)
            }
            (Order::Load(_) | Order::Call(_) | Order::Answer, _) => {
                return Err(io::Error::other("an order out of its turn"));
            }
        };
        parent()?.say(&word, &body)?;
    }
}

async fn call(loaded: &Loaded, order: &CallOrder, body: Vec<u8>) -> io::Result<(Ended, Vec<u8>)> {
    let invocation = |input: String| {
        Invocation::new(order.operation.as_str(), input).fuel(order.fuel).deadline(order.time)
    };
    let mut output = Vec::new();
    let (mut checks, mut description, mut traces) = (Vec::new(), None, Vec::new());
    let report = match &order.deed {
        Deed::Invoke => {
            let input = String::from_utf8(body).map_err(io::Error::other)?;
            loaded.call(invocation(input)).await
        }
        Deed::Trace { readers } => {
            let input = String::from_utf8(body).map_err(io::Error::other)?;
            let (report, read) = loaded.call_traced(invocation(input), readers).await;
            traces = read;
            report
        }
        Deed::Read { readers } => {
            traces = loaded.read(readers).await;
            Report::unstarted(Outcome::Returned(Output::new("null".to_owned())))
        }
        Deed::Describe => {
            let (said, report) = loaded.described().await;
            description = said.map(Box::new);
            report
        }
        Deed::SelfTest => {
            let (made, report) = loaded.self_test().await;
            checks = made.into_iter().map(|check| (check.name, check.problem)).collect();
            report
        }
        Deed::Save => {
            let (saved, report) = loaded.save_state(invocation(String::new())).await;
            output = saved.unwrap_or_default();
            report
        }
        Deed::Restore { version } => {
            loaded.restore_state(invocation(String::new()), version, &body).await
        }
    };
    let Report { outcome, usage, logs } = report;
    let outcome = if let Outcome::Returned(text) = outcome {
        if matches!(order.deed, Deed::Invoke | Deed::Trace { .. }) {
            output = text.into_string().into_bytes();
        }
        None
    } else {
        Some(serde_json::to_string(&outcome)?)
    };
    let usage = serde_json::to_string(&usage)?;
    let logs = logs.into_iter().map(Into::into).collect();
    Ok((Ended { outcome, usage, logs, checks, description, traces }, output))
}

/// Asks the parent, and waits for what it answers.
pub(super) fn ask<T: DeserializeOwned>(question: Ask) -> wasmtime::Result<T> {
    let mut parent = parent()?;
    parent.say(&Word::Ask(question), &[])?;
    let Frame { message, body } = parent.hear::<Order>()?;
    match message {
        Order::Answer => Ok(unpack(&body)?),
        Order::Compile | Order::Load(_) | Order::Call(_) => {
            Err(wasmtime::format_err!("the parent gave an order in place of an answer"))
        }
    }
}

fn parent() -> io::Result<MutexGuard<'static, Pipes>> {
    let parent = PARENT.get().ok_or_else(|| io::Error::other("this is no worker"))?;
    Ok(parent.lock().unwrap_or_else(PoisonError::into_inner))
}

// === impl Pipes ===

impl Pipes {
    /// What this process was started with. The copies are closed with it.
    fn open() -> io::Result<Self> {
        let from = io::stdin().as_fd().try_clone_to_owned()?;
        let to = io::stdout().as_fd().try_clone_to_owned()?;
        Ok(Self { from: from.into(), to: to.into() })
    }

    fn say<T: Serialize>(&mut self, message: &T, body: &[u8]) -> io::Result<()> {
        let packed = pack(message, body).map_err(io::Error::other)?;
        self.to.write_all(&packed)?;
        self.to.write_all(body)
    }

    fn hear<T: DeserializeOwned>(&mut self) -> io::Result<Frame<T>> {
        let mut prefix = [0; PREFIX_BYTES];
        self.from.read_exact(&mut prefix)?;
        let (head, body) = lengths(prefix, BYTES_MAX).map_err(io::Error::other)?;
        let mut packed = vec![0; head];
        self.from.read_exact(&mut packed)?;
        let message = unpack(&packed).map_err(io::Error::other)?;
        let mut all = vec![0; body];
        self.from.read_exact(&mut all)?;
        Ok(Frame { message, body: all })
    }
}

// === impl Settings ===

impl Settings {
    /// As words of a command line.
    pub(super) fn words(&self) -> [String; 6] {
        let Self { limits, stack_bytes, fuel_slice } = self;
        let cpu = limits.cpu_seconds.unwrap_or(0);
        [
            MARK.to_owned(),
            VERSION.to_string(),
            limits.memory_bytes.to_string(),
            cpu.to_string(),
            stack_bytes.to_string(),
            fuel_slice.to_string(),
        ]
    }

    /// What follows the mark.
    fn read(words: impl Iterator<Item = OsString>) -> Option<Self> {
        let mut numbers = words.map(|word| word.to_str()?.parse::<u64>().ok());
        let mut next = || numbers.next().flatten();
        if next()? != u64::from(VERSION) {
            return None;
        }
        let memory_bytes = next()?;
        let cpu_seconds = Some(next()?).filter(|seconds| *seconds > 0);
        let stack_bytes = usize::try_from(next()?).ok()?;
        let limits = WorkerLimits { memory_bytes, cpu_seconds };
        Some(Self { limits, stack_bytes, fuel_slice: next()? })
    }
}

// === impl Traits ===

impl From<&Loaded> for Traits {
    fn from(loaded: &Loaded) -> Self {
        Self { is_stateful: loaded.is_stateful(), is_self_testing: loaded.is_self_testing() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_go_over_a_command_line() {
        let limits = WorkerLimits { memory_bytes: 7, cpu_seconds: None };
        let settings = Settings { limits, stack_bytes: 8, fuel_slice: 9 };
        let words = settings.words();
        assert_eq!(words[0], MARK);
        let read = Settings::read(words.into_iter().skip(1).map(OsString::from)).unwrap();
        assert_eq!(format!("{read:?}"), format!("{settings:?}"));
        let other = ["1", "7", "0", "8", "9"].map(OsString::from);
        assert!(Settings::read(other.into_iter()).is_none(), "another version");
        assert!(Settings::read([OsString::from("3")].into_iter()).is_none(), "too few words");
    }
}
