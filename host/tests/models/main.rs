//! Models of the places where threads meet: the pool of instances, sessions, the swap of what is live,
//! and the closing of a release. The real files are compiled in here, with locks and atomics of which shuttle
//! tries one schedule after the other; a schedule that breaks something is printed, and replays.
//!
//! *Never:* a model has code of its own for what it is about; made up is only what stands around it.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "of each file a model uses the part that threads meet in"
)]

mod pool;
mod release;
mod session;
mod swap;

/// Schedules of each kind that a model is tried under: some seconds for all of them together.
const SCHEDULES: usize = 2_000;

/// Tries a model under schedules that are drawn at random, and under such that change few times.
fn check(model: impl Fn() + Send + Sync + Clone + 'static) {
    shuttle::check_random(model.clone(), SCHEDULES);
    shuttle::check_pct(model, SCHEDULES, 3);
}

/// What the files know as their own crate.
mod model {
    pub(crate) use engraft::model::*;

    pub(crate) mod sync {
        pub(crate) use shuttle::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
        pub(crate) use shuttle::sync::{Mutex, MutexGuard, PoisonError};

        pub(crate) use crate::pool::atomic_cell::AtomicCell;

        pub(crate) use crate::swap::arc_swap::{ArcSwap, Guard};
    }
}

mod engine {
    pub(crate) use engraft::engine::*;
}

mod registry {
    pub(crate) use engraft::registry::evidence;

    pub(crate) mod op {
        pub(crate) use engraft::registry::Installed;
    }

    pub(crate) mod state {
        pub(crate) use engraft::registry::Release;
    }
}
