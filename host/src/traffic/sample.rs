//! What calls were about, for whoever listens: a bounded channel that loses what nobody takes.
//!
//! A call never waits for a listener, and where there is none it costs one look at a flag. The call
//! hands over what it has; it is redacted where it is taken, before anybody sees it.
//!
//! *Never:* a sample carries the output of a call.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use semver::Version;
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

use super::redact::Redaction;
use crate::engine::Invocation;
use crate::model::{CapabilityName, Outcome, Usage};

/// Samples that wait for whoever looks at them; more are dropped and counted.
const SAMPLES_MAX: usize = 1_024;
/// So much room is kept for calls that failed: they are what a listener learns from, and under load
/// those that succeed would leave them none.
const ROOM_FOR_FAILURES: usize = SAMPLES_MAX / 2;
/// Longer inputs are told by their size alone. With the bound above, samples that nobody takes hold
/// a few megabytes at most.
const INPUT_BYTES_MAX: usize = 4 << 10;

/// One call as it is told to whoever listens.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Sample {
    /// Which capability was asked for.
    pub capability: CapabilityName,
    /// Which version answered; none where nothing serves.
    pub version: Option<Version>,
    /// What was asked of it.
    pub operation: String,
    /// How it ended, in a word.
    pub outcome: &'static str,
    /// What a call that failed says of it; kept by [`Redaction::Values`] alone, because guests
    /// repeat their input in it.
    pub message: Option<String>,
    /// How long it took.
    pub duration: Duration,
    /// The input, redacted; none where it is not JSON, too long, or not to be seen at all.
    pub input: Option<Value>,
    /// How long the input was.
    pub input_bytes: usize,
}

/// Where samples come out.
#[derive(Debug)]
pub struct Samples {
    raw: mpsc::Receiver<Raw>,
    redaction: Redaction,
}

/// A call as it was handed over; nobody but [`Samples`] sees it.
#[derive(Debug)]
struct Raw {
    sample: Sample,
    input: Option<String>,
}

/// Who listens, if anybody does.
#[derive(Debug, Default)]
pub(super) struct Listeners {
    is_heard: AtomicBool,
    out: Mutex<Option<mpsc::Sender<Raw>>>,
    lost: AtomicU64,
}

impl Listeners {
    /// A listener from now on, in place of any other.
    pub(super) fn listen(&self, redaction: Redaction) -> Samples {
        let (out, raw) = mpsc::channel(SAMPLES_MAX);
        *self.out() = Some(out);
        self.is_heard.store(true, Ordering::Relaxed);
        Samples { raw, redaction }
    }

    /// Samples that nobody took in time.
    pub(super) fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }

    /// Tells of a call, where somebody listens.
    pub(super) fn tell(
        &self,
        invocation: &Invocation<'_>,
        version: Option<&Version>,
        outcome: &Outcome,
        usage: &Usage,
        capability: impl FnOnce() -> CapabilityName,
    ) {
        if !self.is_heard.load(Ordering::Relaxed) {
            return;
        }
        let mut out = self.out();
        let has_room = |sender: &mpsc::Sender<Raw>| {
            !outcome.is_returned() || sender.capacity() >= ROOM_FOR_FAILURES
        };
        let failed = match &*out {
            None => return,
            Some(sender) => match sender.try_reserve() {
                Ok(place) if has_room(sender) => {
                    place.send(raw(invocation, version, outcome, usage, capability()));
                    return;
                }
                Ok(_) => TrySendError::Full(()),
                Err(error) => error,
            },
        };
        match failed {
            TrySendError::Full(()) => {
                self.lost.fetch_add(1, Ordering::Relaxed);
            }
            TrySendError::Closed(()) => {
                *out = None;
                self.is_heard.store(false, Ordering::Relaxed);
            }
        }
    }

    fn out(&self) -> MutexGuard<'_, Option<mpsc::Sender<Raw>>> {
        self.out.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Samples {
    /// The next sample; none where the traffic it is of has ended, or somebody else listens now.
    pub async fn next(&mut self) -> Option<Sample> {
        let raw = self.raw.recv().await?;
        Some(self.redacted(raw))
    }

    /// The next sample, if there is one already.
    pub fn try_next(&mut self) -> Option<Sample> {
        let raw = self.raw.try_recv().ok()?;
        Some(self.redacted(raw))
    }

    fn redacted(&self, Raw { mut sample, input }: Raw) -> Sample {
        sample.input = input.and_then(|input| self.redaction.input(&input));
        sample.message = sample.message.and_then(|message| self.redaction.text(&message));
        sample
    }
}

fn raw(
    invocation: &Invocation<'_>,
    version: Option<&Version>,
    outcome: &Outcome,
    usage: &Usage,
    capability: CapabilityName,
) -> Raw {
    let input = invocation.input();
    let sample = Sample {
        capability,
        version: version.cloned(),
        operation: invocation.operation().to_owned(),
        outcome: outcome.word(),
        message: (!outcome.is_returned()).then(|| outcome.to_string()),
        duration: usage.duration,
        input: None,
        input_bytes: input.len(),
    };
    Raw { sample, input: (input.len() <= INPUT_BYTES_MAX).then(|| input.to_owned()) }
}
