//! The bound that a manifest states, held against every run of the candidate.
//!
//! *Never:* a run is excused because somebody has proved that it cannot be.

use std::sync::{Mutex, PoisonError};

use super::Run;
use crate::artifact::Bound;
use crate::examine::finding::Draft;
use crate::examine::place::Place;
use crate::model::Usage;

/// Runs that are told of; more of them would say the same again.
const TOLD_MAX: usize = 4;
/// What an answer of the host is beside its body: the heads of a response, the frame around a value.
const FRAME_BYTES: u64 = 512;

/// What is stated, and what was seen of it.
pub(super) struct Stated {
    bound: Bound,
    /// Fuel that a run takes beside what is stated of it.
    beside: u64,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    /// The largest input and answers so far: a reused instance keeps the memory that it once had.
    input: u64,
    answers: u64,
    over: Vec<Draft>,
}

/// One run as a bound knows it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    pub(super) input: u64,
    /// Bytes of all answers.
    pub(super) answers: u64,
}

impl Stated {
    /// What a candidate states; none where that is nothing, or cannot be read.
    pub(super) fn of(run: &Run<'_>, data_bytes: u64) -> Option<Self> {
        // Nothing is known of the bytes of what only stands beside a candidate.
        run.facts?;
        let bound = run.manifest.bound.clone()?;
        bound.fuel_at(0, 0).zip(bound.memory_bytes_at(0, 0))?;
        // In a worker an instance copies its first data, for one unit of fuel a byte.
        let beside = if run.place == Place::Worker { data_bytes } else { 0 };
        Some(Self { bound, beside, seen: Mutex::default() })
    }

    /// Holds one run against it.
    pub(super) fn hold(&self, size: Size, usage: &Usage) {
        let answers = size.answers.saturating_add(FRAME_BYTES.saturating_mul(usage.host_calls));
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.input = seen.input.max(size.input);
        seen.answers = seen.answers.max(answers);
        let fuel = self.bound.fuel_at(size.input, answers).unwrap_or(u64::MAX);
        let memory_bytes = self.bound.memory_bytes_at(seen.input, seen.answers);
        let parts = [
            ("fuel", usage.fuel, fuel.saturating_add(self.beside), &self.bound.fuel),
            (
                "bytes of memory",
                usage.memory_bytes_peak,
                memory_bytes.unwrap_or(u64::MAX),
                &self.bound.memory_bytes,
            ),
        ];
        for (what, took, most, formula) in parts {
            if took > most && seen.over.len() < TOLD_MAX {
                let message =
                    format!("it takes {took} {what}, and states that {most} are the most");
                let sizes = format!("n = {}, m = {answers}", size.input);
                seen.over.push(Draft::new(message).seen(sizes, formula));
            }
        }
    }

    /// The runs that went over it.
    pub(super) fn over(&self) -> Vec<Draft> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).over.clone()
    }
}
