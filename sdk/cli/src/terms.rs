//! How instances live and calls are metered, as options.
//!
//! *Never:* an option stands for something that the library would not do by that name.

use std::time::Duration;

use clap::{Args, ValueEnum};
use engraft::{InstancePolicy, Metering};

/// What a pooled instance serves before it is replaced; large, so that a measure is of warm calls.
const POOLED_CALLS_MAX: u32 = 1_000_000;
/// Longer than anybody lets one command run.
const SESSION_IDLE: Duration = Duration::from_secs(24 * 3_600);

/// Processes at once; one command makes one call after the other, and another capability may call it.
const WORKERS_MAX: u32 = 2;
/// Calls until a process is replaced, as many as a small host would choose.
const WORKER_CALLS_MAX: u32 = 1_000;

/// The terms on which a capability runs, beside its grant and its limits.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct TermsArgs {
    /// How long an instance lives
    #[arg(long, help_heading = "Terms", value_enum, default_value_t = Lifetime::Fresh)]
    pub(crate) lifetime: Lifetime,
    /// How calls are metered
    #[arg(long, help_heading = "Terms", value_enum, default_value_t = Meter::Fuel)]
    pub(crate) metering: Meter,
}

/// How long an instance lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Lifetime {
    /// For one call, the default of hosts
    Fresh,
    /// For all calls: kept warm between them
    Pooled,
    /// For a session, which all calls of this run belong to
    Session,
    /// For one call, in a process behind walls
    Walled,
}

/// How calls are metered.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Meter {
    /// By fuel, the default of hosts
    Fuel,
    /// By time slices alone: no bound but the deadline
    Epoch,
    /// By both
    FuelAndEpoch,
}

// === impl Lifetime ===

impl Lifetime {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Fresh => "fresh",
            Self::Pooled => "pooled",
            Self::Session => "session",
            Self::Walled => "walled",
        }
    }
}

impl From<Lifetime> for InstancePolicy {
    fn from(lifetime: Lifetime) -> Self {
        match lifetime {
            Lifetime::Fresh => Self::Fresh,
            Lifetime::Pooled => Self::Pooled { calls_max: POOLED_CALLS_MAX, idle_max: 1 },
            Lifetime::Session => Self::Session { sessions_max: 1, idle: SESSION_IDLE },
            Lifetime::Walled => {
                Self::Walled { workers_max: WORKERS_MAX, calls_max: WORKER_CALLS_MAX }
            }
        }
    }
}

// === impl Meter ===

impl From<Meter> for Metering {
    fn from(meter: Meter) -> Self {
        match meter {
            Meter::Fuel => Self::Fuel,
            Meter::Epoch => Self::Epoch,
            Meter::FuelAndEpoch => Self::FuelAndEpoch,
        }
    }
}
