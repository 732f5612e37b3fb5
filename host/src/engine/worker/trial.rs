//! What is tried in a worker of its own, once: which walls stand, and whether something compiles.
//!
//! *Never:* compiled code comes back; whoever has been told that it compiles compiles it anew.

use std::time::Duration;

use super::away::{nonsense, order, start};
use super::program::{WorkerError, WorkerProgram};
use super::serve::Settings;
use super::wall::{Walls, WorkerLimits};
use super::wire::{Order, Word};
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
    const DOING: &str = "it compiled the component";
    let (mut line, _) = start(program, settings(limits)).await?;
    match order(&mut line, &Order::Compile, component, limit, DOING).await {
        Ok(Word::Compiled(Ok(()))) => Ok(()),
        Ok(Word::Compiled(Err(message))) => Err(WorkerError::Refused { message }),
        Ok(other) => Err(nonsense(DOING, &other)),
        Err(why) => Err(why.told(line)),
    }
}

fn settings(limits: WorkerLimits) -> Settings {
    let EngineConfig { stack_bytes, fuel_slice, .. } = EngineConfig::default();
    Settings { limits, stack_bytes, fuel_slice }
}
