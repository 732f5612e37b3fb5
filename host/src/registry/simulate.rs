//! How a plan would fare: seeded runs of a rollout against releases whose true rates are known.
//!
//! ```
//! use engraft::registry::simulate::{Scenario, simulate};
//! use engraft::registry::{Plan, Share};
//!
//! let plan = Plan::single("10%".parse::<Share>()?, 0.05, 2_000);
//! let scenario = Scenario::new(0.99, 0.80, plan);
//! let summary = simulate(&scenario, 50, 1, 2);
//! assert_eq!(summary.rolled_back, 50);
//! assert!(summary.median_requests < 50);
//! # Ok::<(), engraft::registry::ShareError>(())
//! ```
//!
//! *Never:* two runs with the same scenario and seed differ, on however many threads.

mod dice;
#[cfg(test)]
mod tests;
mod world;

use serde::Serialize;

use super::plan::Plan;
use world::World;

/// What is true in a simulated world.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Scenario {
    /// How often the old release succeeds, from 0 to 1.
    pub control: f64,
    /// How often the new one does.
    pub release: f64,
    /// How the new one is let in.
    pub plan: Plan,
    /// How long requests take; without it no latencies are told.
    pub latency: Option<Latencies>,
    /// What happens to both releases alike.
    pub weather: Weather,
    /// Whose requests these are.
    pub users: Users,
    /// A stage that has seen so many requests of the new release holds, and the run ends.
    pub requests_max: u64,
    /// How many requests the old release served before.
    pub history: u64,
}

/// Latencies: log-normal around 20 ms, with the spread of a service that waits for others (σ =
/// 0.8).
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Latencies {
    /// How many times as long the new release takes.
    pub factor: f64,
    /// The share of its requests that take 200 ms longer still.
    pub stalls: f64,
}

/// What happens to both releases alike.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
#[non_exhaustive]
pub enum Weather {
    /// Nothing.
    #[default]
    Steady,
    /// Failures of this share are added, none at the beginning and all of it at the end.
    Rising(f64),
    /// Failures of this share are added in the second fifth of the run.
    Outage(f64),
}

/// Whose requests these are, and which of their outcomes count.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
#[non_exhaustive]
pub enum Users {
    /// Each request comes from another user.
    #[default]
    Many,
    /// So many users who come again and again. A user's failures are all theirs: who fails once
    /// fails always, with either release.
    Few {
        /// How many there are.
        count: u64,
        /// Which of their outcomes count.
        unit: Unit,
    },
}

/// Which outcomes of a user count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// The first in each stage.
    First,
    /// Every one; here to show what that does, no plan can ask for it.
    Every,
}

/// What came of all runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Summary {
    /// How many runs there were.
    pub runs: u64,
    /// In how many the release was rolled back.
    pub rolled_back: u64,
    /// In how many neither happened before the end.
    pub held: u64,
    /// In how many it came through the last stage.
    pub promoted: u64,
    /// Requests of the new release until that was decided, in the middle run.
    pub median_requests: u64,
    /// The same in all but the longest tenth of the runs.
    pub p90_requests: u64,
}

/// What came of one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) end: End,
    pub(crate) requests: u64,
}

/// How one run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    RolledBack,
    Held,
    Promoted,
}

/// As many requests of the new release as most people would wait for; the published figures end
/// here.
pub const REQUESTS_MAX: u64 = 10_000;

/// More threads than any machine that a person simulates on has cores.
const THREADS_MAX: usize = 64;

/// Runs a scenario so many times. Every run has dice of its own, made of the seed and its number.
#[must_use]
pub fn simulate(scenario: &Scenario, runs: u64, seed: u64, threads: usize) -> Summary {
    let threads = threads.clamp(1, THREADS_MAX) as u64;
    // Threads of this scope end before the function does, so none outlives its caller.
    let runs: Vec<Run> = std::thread::scope(|scope| {
        let lanes: Vec<_> = (0..threads)
            .map(|lane| {
                let numbers = (lane..runs).step_by(usize::try_from(threads).unwrap_or(1));
                scope.spawn(move || {
                    let world = World::new(scenario);
                    numbers.map(|number| world.run(seed, number)).collect::<Vec<_>>()
                })
            })
            .collect();
        // A lane that panicked has found a bug; its runs are missing and the count shows it.
        lanes.into_iter().filter_map(|lane| lane.join().ok()).flatten().collect()
    });
    Summary::of(&runs)
}

// === impl Scenario ===

impl Scenario {
    /// A world in which both releases succeed so often, nothing happens and each request comes from
    /// another user.
    #[must_use]
    pub const fn new(control: f64, release: f64, plan: Plan) -> Self {
        Self {
            control,
            release,
            plan,
            latency: None,
            weather: Weather::Steady,
            users: Users::Many,
            requests_max: REQUESTS_MAX,
            history: super::evidence::HISTORY_REQUESTS_MAX,
        }
    }

    /// The same with latencies.
    #[must_use]
    pub const fn with_latency(mut self, factor: f64, stalls: f64) -> Self {
        self.latency = Some(Latencies { factor, stalls });
        self
    }

    /// The same in other weather.
    #[must_use]
    pub const fn with_weather(mut self, weather: Weather) -> Self {
        self.weather = weather;
        self
    }

    /// The same with other users.
    #[must_use]
    pub const fn with_users(mut self, users: Users) -> Self {
        self.users = users;
        self
    }

    /// The same with another end.
    #[must_use]
    pub const fn until(mut self, requests_max: u64) -> Self {
        self.requests_max = requests_max;
        self
    }
}

// === impl Summary ===

impl Summary {
    fn of(runs: &[Run]) -> Self {
        let count = |end: End| runs.iter().filter(|run| run.end == end).count() as u64;
        let mut requests: Vec<u64> = runs.iter().map(|run| run.requests).collect();
        requests.sort_unstable();
        let at = |tenths: usize| {
            let place = (requests.len() * tenths).div_ceil(10).saturating_sub(1);
            requests.get(place).copied().unwrap_or(0)
        };
        Self {
            runs: runs.len() as u64,
            rolled_back: count(End::RolledBack),
            held: count(End::Held),
            promoted: count(End::Promoted),
            median_requests: at(5),
            p90_requests: at(9),
        }
    }
}
