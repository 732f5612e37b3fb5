//! The time that guests are told.
//!
//! *Never:* a guest without the permission reads the real time.

use std::sync::Arc;
use std::time::Duration;

use wasmtime_wasi::{HostMonotonicClock, HostWallClock};

use crate::engine::state::Identity;
use crate::model::ClockMode;

/// What is told without permission: 2000-01-01T00:00:00Z. Programs take 1970 for "not set".
const STAND_IN: ClockMode = ClockMode::Frozen(Duration::from_secs(946_684_800));

/// Monotonic time starts behind this. Go takes a clock that says 0 for broken.
const MONOTONIC_START: Duration = Duration::from_secs(1);

/// Wall and monotonic time in this mode. Frozen time stands still on both.
pub(crate) fn told_time(mode: ClockMode, identity: &Identity) -> (Duration, Duration) {
    match mode {
        ClockMode::Frozen(moment) => (moment, MONOTONIC_START),
        ClockMode::Real => {
            let now = identity.clock.monotonic();
            let origin = *identity.services.origin.get_or_init(|| now);
            let monotonic = MONOTONIC_START + now.saturating_duration_since(origin);
            (identity.clock.wall(), monotonic)
        }
    }
}

/// Both clocks of WASI.
pub(super) struct Told {
    identity: Arc<Identity>,
    mode: ClockMode,
}

impl Told {
    pub(super) fn of(identity: &Arc<Identity>) -> Self {
        let mode = identity.authority.clock().unwrap_or(STAND_IN);
        Self { identity: Arc::clone(identity), mode }
    }
}

// === impl HostWallClock ===

impl HostWallClock for Told {
    fn resolution(&self) -> Duration {
        Duration::from_nanos(1)
    }

    fn now(&self) -> Duration {
        told_time(self.mode, &self.identity).0
    }
}

// === impl HostMonotonicClock ===

impl HostMonotonicClock for Told {
    fn resolution(&self) -> u64 {
        1
    }

    fn now(&self) -> u64 {
        let told = told_time(self.mode, &self.identity).1;
        u64::try_from(told.as_nanos()).unwrap_or(u64::MAX)
    }
}
