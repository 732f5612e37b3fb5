//! What is tried in a worker of its own, once: which walls stand, and whether something compiles.
//!
//! *Never:* code that comes back is loaded but in a worker.

use std::time::Duration;

use super::away::{nonsense, order, start};
use super::code::{AwayCode, code_bytes_max};
use super::program::{WorkerError, WorkerProgram};
use super::serve::Settings;
use super::wall::{Walls, WorkerLimits};
use super::wire::{Frame, Order, Word};
use crate::engine::EngineConfig;

/// Which walls stand around a worker of this program, on this machine. Starts one and lets it go.
///
/// # Errors
/// Where no worker can be started.
pub async fn walls(program: &WorkerProgram) -> Result<Walls, WorkerError> {
    let (_, walls) = start(program, settings(WorkerLimits::default())).await?;
    Ok(walls)
}

/// Compiles a component in a worker of its own, and throws the code away: a component that this
/// process is about to compile has shown by then that it can be.
///
/// # Errors
/// Where it takes longer than `limit` or more than the limits let it, breaks the compiler, or is no
/// component that runs here.
pub async fn compile(
    program: &WorkerProgram,
    component: &[u8],
    limits: WorkerLimits,
    limit: Duration,
) -> Result<(), WorkerError> {
    compiled(program, component, limits, limit).await.map(drop)
}

/// The same, and keeps the code for the workers to come.
pub(crate) async fn compile_away(
    program: &WorkerProgram,
    component: &[u8],
    limit: Duration,
) -> Result<Option<AwayCode>, WorkerError> {
    let code = compiled(program, component, WorkerLimits::default(), limit).await?;
    Ok(AwayCode::of(code))
}

async fn compiled(
    program: &WorkerProgram,
    component: &[u8],
    limits: WorkerLimits,
    limit: Duration,
) -> Result<Vec<u8>, WorkerError> {
    const DOING: &str = "it compiled the component";
    let (mut line, _) = start(program, settings(limits)).await?;
    let compiling = (&Order::Compile, component, code_bytes_max(component.len()));
    match order(&mut line, compiling, limit, DOING).await {
        Ok(Frame { message: Word::Compiled(Ok(())), body }) => Ok(body),
        Ok(Frame { message: Word::Compiled(Err(message)), .. }) => {
            Err(WorkerError::Refused { message })
        }
        Ok(Frame { message, .. }) => Err(nonsense(DOING, &message)),
        Err(why) => Err(why.told(line)),
    }
}

fn settings(limits: WorkerLimits) -> Settings {
    let EngineConfig { stack_bytes, fuel_slice, .. } = EngineConfig::default();
    Settings { limits, stack_bytes, fuel_slice }
}
