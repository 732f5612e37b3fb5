//! What came of one call: for the caller a report, for an observer a record, for metrics counts.
//!
//! *Never:* a call ends without all three, a cancelled one included.

use std::time::Duration;

use semver::Version;

use super::services::LogLevel;
use crate::model::{CapabilityName, Digest, Outcome, Usage};

/// What came of one call.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// How it ended.
    pub outcome: Outcome,
    /// What it used.
    pub usage: Usage,
    /// What it logged, bounded and scrubbed.
    pub logs: Vec<LogLine>,
}

/// One line of a guest's log.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogLine {
    /// How much it matters.
    pub level: LogLevel,
    /// The text, scrubbed.
    pub message: String,
    /// Named values beside it, scrubbed.
    pub fields: Vec<(String, String)>,
}

/// Who is told of each call's end.
pub trait Observer: Send + Sync + 'static {
    /// Called once for every call, on the thread where it ended; so it must not wait.
    fn call_ended(&self, record: &CallRecord<'_>);
}

/// One ended call as an observer sees it.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct CallRecord<'a> {
    /// Which capability.
    pub capability: &'a CapabilityName,
    /// Which version, where the manifest says.
    pub version: Option<&'a Version>,
    /// Which component.
    pub digest: &'a Digest,
    /// What was asked of it.
    pub operation: &'a str,
    /// How it ended.
    pub outcome: &'a Outcome,
    /// What it used.
    pub usage: &'a Usage,
    /// How many capabilities stood above it in the chain of calls.
    pub depth: usize,
}

/// How many calls of a capability ended how, since it was loaded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Gave an output.
    pub returned: u64,
    /// Said no.
    pub refused: u64,
    /// Broke.
    pub trapped: u64,
    /// Burnt all fuel.
    pub out_of_fuel: u64,
    /// Wanted too much memory.
    pub out_of_memory: u64,
    /// Took too long.
    pub deadline: u64,
    /// Went over another limit.
    pub exceeded: u64,
    /// Were not allowed.
    pub denied: u64,
    /// Were dropped by their caller.
    pub cancelled: u64,
    /// Could not be run.
    pub unavailable: u64,
    /// Fuel burnt by all of them.
    pub fuel: u64,
    /// Time spent by all of them.
    pub duration: Duration,
}

// === impl Counts ===

impl Counts {
    pub(crate) fn add(&mut self, outcome: &Outcome, usage: &Usage) {
        *self.of(outcome) += 1;
        self.fuel = self.fuel.saturating_add(usage.fuel);
        self.duration = self.duration.saturating_add(usage.duration);
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.returned += other.returned;
        self.refused += other.refused;
        self.trapped += other.trapped;
        self.out_of_fuel += other.out_of_fuel;
        self.out_of_memory += other.out_of_memory;
        self.deadline += other.deadline;
        self.exceeded += other.exceeded;
        self.denied += other.denied;
        self.cancelled += other.cancelled;
        self.unavailable += other.unavailable;
        self.fuel = self.fuel.saturating_add(other.fuel);
        self.duration = self.duration.saturating_add(other.duration);
    }

    /// How many ended in each way, by its word in metrics, traces and JSON.
    #[must_use]
    pub const fn by_word(&self) -> [(&'static str, u64); 10] {
        [
            ("returned", self.returned),
            ("refused", self.refused),
            ("trapped", self.trapped),
            ("out-of-fuel", self.out_of_fuel),
            ("out-of-memory", self.out_of_memory),
            ("deadline", self.deadline),
            ("exceeded", self.exceeded),
            ("denied", self.denied),
            ("cancelled", self.cancelled),
            ("unavailable", self.unavailable),
        ]
    }

    const fn of(&mut self, outcome: &Outcome) -> &mut u64 {
        match outcome {
            Outcome::Returned(_) => &mut self.returned,
            Outcome::Refused(_) => &mut self.refused,
            Outcome::Trapped { .. } => &mut self.trapped,
            Outcome::OutOfFuel { .. } => &mut self.out_of_fuel,
            Outcome::OutOfMemory { .. } => &mut self.out_of_memory,
            Outcome::Deadline { .. } => &mut self.deadline,
            Outcome::Exceeded { .. } => &mut self.exceeded,
            Outcome::Denied { .. } => &mut self.denied,
            Outcome::Cancelled => &mut self.cancelled,
            Outcome::Unavailable { .. } => &mut self.unavailable,
        }
    }

    /// All calls, however they ended.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.returned
            + self.refused
            + self.trapped
            + self.out_of_fuel
            + self.out_of_memory
            + self.deadline
            + self.exceeded
            + self.denied
            + self.cancelled
            + self.unavailable
    }
}

// === impl Report ===

impl Report {
    /// The report of a call that found nothing to run.
    #[must_use]
    pub fn unstarted(outcome: Outcome) -> Self {
        Self { outcome, usage: Usage::default(), logs: Vec::new() }
    }
}

// === impl LogLine ===

impl LogLine {
    /// A line as it is kept; text must be scrubbed and bounded already.
    pub(crate) const fn new(
        level: LogLevel,
        message: String,
        fields: Vec<(String, String)>,
    ) -> Self {
        Self { level, message, fields }
    }
}
