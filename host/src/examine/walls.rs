//! What an examination has to do with workers: whether their walls stand, and the first compilation
//! behind them.
//!
//! *Never:* a candidate that has brought a worker down is compiled in this process.

use std::time::Duration;

use super::catalogue::CheckId;
use super::finding::Draft;
use super::notes::Notes;
use super::place::Place;
use super::sandbox::Code;
use crate::engine::worker::{
    AwayCode, Missing, Wall, WorkerError, WorkerProgram, compile_away, walls,
};

/// Compilation that an examination waits for. A Python interpreter takes a quarter of it on a slow
/// machine; what static analysis has let through otherwise takes less than a second.
const COMPILE_MAX: Duration = Duration::from_secs(60);

/// Compiles a candidate in a worker, where that is its place, for all workers of its examination.
pub(super) async fn compile_first(
    place: Place,
    workers: Option<&WorkerProgram>,
    component: &[u8],
    notes: &mut Notes<'_>,
) -> Option<Code> {
    if notes.is_blocked() || place == Place::Here {
        return None;
    }
    match compiled(workers, component).await {
        Ok(code) => {
            notes.found(CheckId::LOADS, Vec::new());
            code.map(Code::Worker)
        }
        Err(draft) => {
            notes.found(CheckId::LOADS, vec![draft]);
            None
        }
    }
}

/// Looks whether every wall stands, where the level asks for that and anything is to run behind them.
pub(super) async fn look(workers: Option<&WorkerProgram>, notes: &mut Notes<'_>) {
    if notes.profile.has(CheckId::WALL) && !notes.is_blocked() {
        notes.found(CheckId::WALL, missing(workers).await);
    }
}

/// The walls that do not stand around workers of this program.
async fn missing(program: Option<&WorkerProgram>) -> Vec<Draft> {
    let Some(program) = program else {
        let because = "the examiner has no program for workers";
        let found = Draft::new("candidates are examined without the walls of a worker");
        let seen = |found: Draft, wall: Wall| {
            found.seen("the worker", format!("{wall} is missing: {because}"))
        };
        return vec![Wall::ALL.into_iter().fold(found, seen)];
    };
    match walls(program).await {
        Ok(walls) if walls.are_whole() => Vec::new(),
        Ok(walls) => {
            let found = Draft::new("not every wall stands around the worker");
            let seen = |found: Draft, Missing { wall, because, .. }: &Missing| {
                found.seen("the worker", format!("{wall} is missing: {because}"))
            };
            vec![walls.missing().iter().fold(found, seen)]
        }
        Err(error) => {
            let found = Draft::new("there is no worker to examine candidates in");
            vec![found.seen("the worker", error.to_string())]
        }
    }
}

/// Compiles a candidate in a worker; an error is what that shows.
async fn compiled(
    program: Option<&WorkerProgram>,
    component: &[u8],
) -> Result<Option<AwayCode>, Draft> {
    let Some(program) = program else {
        return Err(Draft::new("the policy wants it in a worker, and there is none"));
    };
    let error = match compile_away(program, component, COMPILE_MAX).await {
        Ok(code) => return Ok(code),
        Err(error) => error,
    };
    let message = match error {
        WorkerError::Refused { .. } => "it does not compile",
        WorkerError::TooLong { .. } | WorkerError::Died { .. } | WorkerError::Nonsense { .. } => {
            "compiling it brings the compiler down"
        }
        WorkerError::Start { .. } | WorkerError::Missing { .. } => {
            "it could not be compiled in a worker"
        }
    };
    Err(Draft::new(message).seen("the worker", error.to_string()))
}
