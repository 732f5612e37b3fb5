//! Workers where there are none: everything is there, and says what is missing.
//!
//! *Never:* anything runs as if it were behind walls.

use std::time::Duration;

use engraft_wit::host::imports::types::Description;

use super::opening::Opening;
use super::program::{WorkerError, WorkerProgram};
use super::wall::{Wall, Walls, WorkerLimits};
use crate::engine::invocation::Invocation;
use crate::engine::load::Inner;
use crate::engine::ticket::Ledger;
use crate::engine::{EngineError, SelfCheck, Shared};
use crate::model::Outcome;

#[cfg(target_os = "linux")]
const WHY: &str = "this program was built without the feature `worker` of `engraft`";
#[cfg(not(target_os = "linux"))]
const WHY: &str = "seccomp and landlock are Linux's; this system has no workers";

/// This program, which is not asked to be a worker here.
#[must_use = "workers are made of this"]
pub fn serve_if_asked() -> WorkerProgram {
    WorkerProgram::this()
}

/// Raises nothing.
#[must_use = "every wall is missing"]
pub fn confine(_asked: &[Wall], _limits: WorkerLimits) -> Walls {
    Walls::none(WHY)
}

/// Which walls stand: none.
///
/// # Errors
/// Never.
pub async fn walls(_program: &WorkerProgram) -> Result<Walls, WorkerError> {
    Ok(Walls::none(WHY))
}

/// Compiles nothing, for no worker.
pub(crate) async fn compile_away(
    _program: &WorkerProgram,
    _component: &[u8],
    _limit: Duration,
) -> Result<Option<AwayCode>, WorkerError> {
    Err(WorkerError::Missing { because: WHY.to_owned() })
}

/// Compiles nothing.
///
/// # Errors
/// Always: there are no workers here.
pub async fn compile(
    _program: &WorkerProgram,
    _component: &[u8],
    _limits: WorkerLimits,
    _limit: Duration,
) -> Result<(), WorkerError> {
    Err(WorkerError::Missing { because: WHY.to_owned() })
}

/// What serves calls elsewhere; there is nothing that does.
pub(crate) enum Away {}

/// What could be done elsewhere.
#[allow(dead_code, reason = "nobody looks at it where nothing is done elsewhere")]
pub(crate) enum Deed {
    Invoke,
    Trace { readers: Vec<String> },
    Read { readers: Vec<String> },
    Describe,
    SelfTest,
    Save,
    Restore { version: String },
}

/// What would come of it.
#[derive(Debug, Default)]
pub(crate) struct Done {
    pub(crate) output: Vec<u8>,
    pub(crate) checks: Vec<SelfCheck>,
    pub(crate) description: Option<Description>,
    pub(crate) traces: Vec<Vec<u8>>,
    pub(crate) time: Duration,
}

/// What workers would have compiled.
#[derive(Clone)]
pub(crate) enum AwayCode {}

impl Away {
    pub(crate) fn open(_shared: &Shared, opening: &Opening<'_>) -> Result<Self, EngineError> {
        let (capability, message) = (opening.loadable.name.to_string(), WHY.to_owned());
        Err(EngineError::Walled { capability, message })
    }

    pub(crate) const fn code(&self) -> Option<AwayCode> {
        match *self {}
    }

    pub(crate) const fn is_stateful(&self) -> bool {
        match *self {}
    }

    pub(crate) const fn is_self_testing(&self) -> bool {
        match *self {}
    }

    pub(crate) async fn perform(
        &self,
        _inner: &Inner,
        _invocation: &Invocation<'_>,
        _ledger: &mut Ledger,
        _deed: Deed,
        _body: &[u8],
    ) -> Result<Done, Box<Outcome>> {
        match *self {}
    }
}
