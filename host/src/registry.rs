//! Releases, who gets which, and the judgement whether a new one stays.
//!
//! A release spreads by a [`Plan`]: a [`Share`] of the users sees it, and the share grows in
//! stages. A [`Judge`](judge::Judge) compares it with the old release that serves beside it,
//! continuously and with a stated error, and says whether to advance, to hold or to roll back. How
//! a plan would fare can be tried beforehand: see [`simulate`].
//!
//! *Never:* a release serves anybody before the change that lets it is durable.

mod admission;
pub mod audit;
mod book;
mod checkpoint;
pub mod evidence;
mod growth;
mod journal;
pub mod judge;
mod op;
mod plan;
mod scribe;
mod serving;
mod share;
pub mod simulate;
mod state;
mod told;
mod variant;

pub use admission::{Admitted, Narrow, NotAdmitted, Reach, Word, decide};
pub use book::{Arm, Book, Resumed, USERS_MAX};
pub use checkpoint::{Checkpoint, CheckpointError, LogIdentity};
pub use growth::{
    ASKERS_MAX, Ending, Growth, Lifecycle, OPEN_GAPS_MAX, OPEN_MAX, OfGap, Proposal, Seat, Spent,
    Step, Taken, Until, Want, WantError, WantSource, Work,
};
pub use journal::{Draft, Followed, Journal, JournalError};
pub use op::{Actor, Installed, Op, OperationCard, Record, ReleaseOrigin};
pub use plan::{
    Bound, Condition, Constraint, Gate, Metric, PRESETS, Plan, PlanError, Stage, StageMode, Watch,
};
pub use serving::{
    Admission, Audience, Callee, Compared, Comparisons, DRAIN, Disagreement, Handover, Kept,
    Latencies, Load, Loading, Meter, Registry, RegistryError, Served, Serving, Shadow, Snapshot,
    Spreading, Totals, Unready, Variants, lift,
};
pub use share::{Buckets, Share, ShareError};
#[cfg(feature = "grow")]
pub(crate) use state::differences;
pub use state::{Difference, Line, Release, Rollout, Rule, Shared, State, Stop};
pub use variant::{VARIANTS_MAX, Variant};
