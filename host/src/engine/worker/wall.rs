//! The walls around a worker, as plain data: which there are, and which of them stand.
//!
//! *Never:* a wall counts as standing because it was asked for; whoever raises it says that it did.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One wall around a worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Wall {
    /// A process of its own, with an empty environment, that is killed at its deadline.
    Process,
    /// No descriptor but the two pipes.
    Descriptors,
    /// No way to new privileges, and nothing of the process for others to look into.
    Privileges,
    /// Bounds on memory, processor time, files, processes and core dumps.
    Resources,
    /// Landlock: no file, no connection, no signal to others.
    Files,
    /// A seccomp filter: the few system calls that running a guest takes.
    SystemCalls,
}

/// A wall that does not stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Missing {
    /// Which one.
    pub wall: Wall,
    /// Why, and what to do about it.
    pub because: String,
}

/// Which walls stand around a worker.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Walls {
    missing: Vec<Missing>,
}

/// What a worker may use, over its whole life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct WorkerLimits {
    /// Memory that it may write to, its own and the guest's together.
    pub memory_bytes: u64,
    /// Processor time; none where each call has a deadline instead.
    pub cpu_seconds: Option<u64>,
}

/// A megabyte or two is what the process itself needs; compiling takes the most. Of what was tried, a
/// module of 50,000 functions takes 311 MiB and passes the static bounds by far.
const MEMORY_BYTES: u64 = 640 << 20;

/// A minute: the slowest honest component, a Python interpreter, compiles in a quarter of it on a slow
/// machine. The parent's clock ends it in any case.
const CPU_SECONDS: u64 = 60;

impl Wall {
    /// Every wall, in the order in which they are raised.
    pub const ALL: [Self; 6] = [
        Self::Process,
        Self::Descriptors,
        Self::Privileges,
        Self::Resources,
        Self::Files,
        Self::SystemCalls,
    ];
}

impl Walls {
    /// No wall at all, for one reason.
    #[must_use]
    pub fn none(because: &str) -> Self {
        let missing = |wall| Missing { wall, because: because.to_owned() };
        Self { missing: Wall::ALL.map(missing).to_vec() }
    }

    /// Those that do not stand.
    #[must_use]
    pub fn missing(&self) -> &[Missing] {
        &self.missing
    }

    /// Whether one stands.
    #[must_use]
    pub fn stands(&self, wall: Wall) -> bool {
        self.missing.iter().all(|missing| missing.wall != wall)
    }

    /// Whether all of them stand.
    #[must_use]
    pub fn are_whole(&self) -> bool {
        self.missing.is_empty()
    }

    /// Notes what came of raising one.
    #[cfg(all(feature = "worker", target_os = "linux"))]
    pub(super) fn note(&mut self, wall: Wall, raised: Result<(), String>) {
        if let Err(because) = raised {
            self.missing.push(Missing { wall, because });
        }
    }

    /// Those that were not tried, beside those that were.
    #[cfg(all(feature = "worker", target_os = "linux"))]
    pub(super) fn without(mut self, tried: &[Wall]) -> Self {
        let left_out = Wall::ALL.into_iter().filter(|wall| !tried.contains(wall));
        let because = "it was not asked for";
        self.missing.extend(left_out.map(|wall| Missing { wall, because: because.to_owned() }));
        self
    }
}

impl WorkerLimits {
    /// Limits with this much memory besides what a worker itself takes.
    #[must_use]
    pub const fn with_memory(bytes: u64) -> Self {
        Self { memory_bytes: MEMORY_BYTES.saturating_add(bytes), cpu_seconds: Some(CPU_SECONDS) }
    }
}

// === impl WorkerLimits ===

impl Default for WorkerLimits {
    fn default() -> Self {
        Self::with_memory(0)
    }
}

// === impl Wall ===

impl fmt::Display for Wall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Process => "a process of its own",
            Self::Descriptors => "closed descriptors",
            Self::Privileges => "no new privileges",
            Self::Resources => "limits of resources",
            Self::Files => "landlock",
            Self::SystemCalls => "a seccomp filter",
        })
    }
}
