//! Releases, who gets which, and the judgement whether a new one stays.
//!
//! A release spreads by a [`Plan`]: a [`Share`] of the users sees it, and the share grows in stages. A
//! [`Judge`](judge::Judge) compares it with the old release that serves beside it, continuously and
//! with a stated error, and says whether to advance, to hold or to roll back. How a plan would fare
//! can be tried beforehand: see [`simulate`].
//!
//! *Never:* a release serves anybody before the change that lets it is durable.

pub mod evidence;
pub mod judge;
mod plan;
mod share;
pub mod simulate;

pub use plan::{Bound, Gate, Metric, PRESETS, Plan, PlanError, Stage, Watch};
pub use share::{Buckets, Share, ShareError};
