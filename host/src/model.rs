//! The words of the house as plain data: names, digests, permissions, budgets, outcomes.
//!
//! *Never:* a function here does input or output, reads a clock, or knows wasmtime.

pub(crate) mod address;
mod budget;
mod clock;
mod content;
mod description;
mod digest;
mod failure;
mod gap;
pub(crate) mod given;
mod grant;
mod intent;
pub(crate) mod json_type;
mod kv;
pub(crate) mod letters;
pub(crate) mod mark;
mod name;
mod outcome;
mod pattern;
mod permission;
pub(crate) mod phrases;
pub(crate) mod secrecy;
mod stretch;
pub(crate) mod sync;
pub(crate) mod wish;

pub use budget::{Budget, Usage};
pub use clock::{Clock, Start, SystemClock};
pub(crate) use content::Altered;
pub use content::Content;
pub use description::{Description, Example, Operation};
pub use digest::{Digest, DigestError};
pub use failure::{Failure, FailureFacts};
pub use gap::{GapId, GapIdError};
pub use grant::{Access, ClockMode, DISK_BYTES, DISK_ENTRY_BYTES, FileGrant, Grant, RandomMode};
pub(crate) use intent::is_email;
pub use intent::{Found, Intent, IntentError, Sentence, Slot, SlotKind, Word};
pub use kv::{
    Answer, Applied, Change, Expectation, KeyRange, KeyValue, KvError, KvFuture, Transaction,
};
pub(crate) use name::is_word;
pub use name::{CapabilityName, NameError};
pub use outcome::{Limit, Outcome, Output, TrapKind};
pub use pattern::{HostPattern, NamePattern, PatternError};
pub use permission::{FileRule, HttpRule, KvQuota, Permissions, SecretRule};
pub use stretch::Stretch;
pub use wish::{Asked, Before, Counterexample, SourceFile, Wish};
