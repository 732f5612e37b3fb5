//! What stopped a guest, as data: read from the typed error or the trap's code.
//!
//! *Never:* a counter is looked at to guess; nor does guest text pass unscrubbed.

use std::time::Duration;

use engraft_wit::host::imports::types as wit;
use wasmtime::{PoolConcurrencyLimitError, Trap, WasmBacktrace};
use wasmtime_wasi::I32Exit;

use super::effects::{Lines, scrub};
use super::exchange::Unplayed;
use super::stop::Stop;
use super::timed::Halt;
use crate::model::{Budget, Failure, FailureFacts, Limit, Outcome, TrapKind};

/// Long enough for a sentence with a path in it, short enough for a log line.
const MESSAGE_BYTES_MAX: usize = 1_024;

/// Guest text, and text that quotes some, as one bounded line.
pub(crate) fn clean(text: &str) -> String {
    scrub(text, MESSAGE_BYTES_MAX, Lines::One)
}

/// What the bounds of the call were, and what the guest said last.
pub(crate) struct Scene {
    pub(crate) budget: Budget,
    /// The time this call had; less than the budget's where a caller had less left.
    pub(crate) time: Duration,
    pub(crate) stack_bytes: usize,
    /// The end of the guest's log or error output, where it has any: a panic's message.
    pub(crate) last_words: Option<String>,
    /// A stop that a host function noticed and could not raise.
    pub(crate) pending: Option<Stop>,
}

/// The outcome of a call that was stopped from outside.
pub(crate) fn halted(halt: Halt, scene: &Scene) -> Outcome {
    match halt {
        Halt::Deadline => Outcome::Deadline { limit: scene.time },
        Halt::Alarm => match scene.pending {
            Some(stop) => stopped(stop, scene),
            None => trapped(TrapKind::Other, "it was stopped", scene),
        },
        Halt::NoTimer => Outcome::Unavailable {
            message:
                "the call has to wait and there is no Tokio runtime here; call it inside one, \
                      or use `call_blocking`"
                    .to_owned(),
        },
    }
}

/// The outcome of a call that ended with an error.
pub(crate) fn failed(error: &wasmtime::Error, scene: &Scene) -> Outcome {
    if let Some(stop) = error.downcast_ref::<Stop>() {
        return stopped(*stop, scene);
    }
    if let Some(stop) = scene.pending {
        return stopped(stop, scene);
    }
    if let Some(unplayed) = error.downcast_ref::<Unplayed>() {
        return Outcome::Unavailable { message: clean(&unplayed.to_string()) };
    }
    if let Some(trap) = error.downcast_ref::<Trap>() {
        return of_trap(*trap, scene);
    }
    if let Some(exit) = error.downcast_ref::<I32Exit>() {
        let message = format!("it ended itself with exit code {}", exit.0);
        return trapped(TrapKind::Exit, &message, scene);
    }
    if error.downcast_ref::<PoolConcurrencyLimitError>().is_some() {
        return Outcome::Unavailable {
            message: format!(
                "no room for another instance: {error}; try again, or raise \
                              `instances_max` of the engine"
            ),
        };
    }
    of_text(error, scene)
}

/// The outcome that belongs to a stop.
pub(crate) fn stopped(stop: Stop, scene: &Scene) -> Outcome {
    match stop {
        Stop::Memory { allowed, wanted } => Outcome::OutOfMemory { limit: allowed, wanted },
        Stop::Limit { limit, allowed, wanted } => Outcome::Exceeded { limit, allowed, wanted },
        Stop::Deadline => Outcome::Deadline { limit: scene.time },
        Stop::Fuel => Outcome::OutOfFuel { limit: scene.budget.fuel },
        // A sprint that wants more never comes here; it begins anew.
        Stop::Effect => trapped(TrapKind::Other, &stop.to_string(), scene),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the rest has no word of its own")]
fn of_trap(trap: Trap, scene: &Scene) -> Outcome {
    let kind = match trap {
        Trap::OutOfFuel => return Outcome::OutOfFuel { limit: scene.budget.fuel },
        Trap::Interrupt => return Outcome::Deadline { limit: scene.time },
        Trap::StackOverflow => {
            let allowed = scene.stack_bytes as u64;
            return Outcome::Exceeded { limit: Limit::Stack, allowed, wanted: allowed + 1 };
        }
        Trap::UnreachableCodeReached => TrapKind::Unreachable,
        Trap::MemoryOutOfBounds | Trap::HeapMisaligned | Trap::AllocationTooLarge => {
            TrapKind::MemoryBounds
        }
        Trap::TableOutOfBounds | Trap::IndirectCallToNull | Trap::BadSignature => TrapKind::Table,
        Trap::IntegerOverflow | Trap::IntegerDivisionByZero | Trap::BadConversionToInteger => {
            TrapKind::Arithmetic
        }
        Trap::CannotEnterComponent
        | Trap::CannotLeaveComponent
        | Trap::CannotBlockSyncTask
        | Trap::NoAsyncResult
        | Trap::AsyncDeadlock
        | Trap::InvalidChar
        | Trap::InvalidDiscriminant
        | Trap::StringOutOfBounds
        | Trap::ListOutOfBounds
        | Trap::UnalignedPointer => TrapKind::Component,
        _ => TrapKind::Other,
    };
    trapped(kind, &trap.to_string(), scene)
}

/// Errors that wasmtime gives as text only. Tests with guests that cause each keep watch on them.
fn of_text(error: &wasmtime::Error, scene: &Scene) -> Outcome {
    let root = error.root_cause().to_string();
    if let Some(rest) = root.strip_prefix("resource limit exceeded: ") {
        let wanted = rest.rsplit(' ').next().and_then(|number| number.parse().ok());
        let allowed = u64::from(scene.budget.instances);
        let wanted = wanted.unwrap_or(allowed + 1);
        return Outcome::Exceeded { limit: Limit::Instances, allowed, wanted };
    }
    if root.contains("fuel allocated for hostcalls has been exhausted") {
        // With guest frames it was an argument of a host function, without it was the output.
        let in_guest = error
            .downcast_ref::<WasmBacktrace>()
            .is_some_and(|backtrace| !backtrace.frames().is_empty());
        let (limit, allowed) = if in_guest {
            let copied = scene.budget.input_bytes.max(scene.budget.output_bytes);
            (Limit::HostCallBytes, copied)
        } else {
            (Limit::OutputBytes, scene.budget.output_bytes)
        };
        return Outcome::Exceeded { limit, allowed, wanted: allowed + 1 };
    }
    trapped(TrapKind::Other, &root, scene)
}

fn trapped(kind: TrapKind, what: &str, scene: &Scene) -> Outcome {
    let message = match &scene.last_words {
        Some(words) if !words.is_empty() => words,
        _ => what,
    };
    Outcome::Trapped { kind, message: clean(message) }
}

/// A guest's failure, bounded and scrubbed.
pub(crate) fn failure(failure: wit::Failure) -> Failure {
    match failure {
        wit::Failure::InvalidInput(facts) => Failure::InvalidInput(cleaned(&facts)),
        wit::Failure::Denied(facts) => Failure::Denied(cleaned(&facts)),
        wit::Failure::Unavailable(facts) => Failure::Unavailable(cleaned(&facts)),
        wit::Failure::Failed(facts) => Failure::Failed(cleaned(&facts)),
    }
}

fn cleaned(facts: &wit::FailureFacts) -> FailureFacts {
    FailureFacts {
        message: clean(&facts.message),
        retryable: facts.retryable,
        effect_happened: facts.effect_happened,
    }
}
