//! One simulated rollout: requests come, the judge looks after each one of the new release.
//!
//! *Never:* the world tells the judge anything that a host could not see.

use super::dice::Dice;
use super::{End, Latencies, Run, Scenario, Unit, Users, Weather};
use crate::registry::evidence::{Failed, LogHistogram, Tally, float};
use crate::registry::judge::{Approval, Facts, History, Judge, Observation, Verdict};
use crate::registry::plan::{Gate, Stage, StageMode};

/// The middle of all latencies, in microseconds.
const LATENCY_US: f64 = 20_000.0;
/// How far they spread, as the standard deviation of the logarithm.
const LATENCY_SPREAD: f64 = 0.8;
/// How much longer a stalled request takes, in microseconds.
const STALL_US: f64 = 200_000.0;

/// A scenario, ready to be run.
pub(super) struct World<'a> {
    scenario: &'a Scenario,
    facts: Facts,
}

/// A user who comes again and again.
#[derive(Clone, Copy)]
struct User {
    is_inside: bool,
    always_fails: bool,
    is_counted: bool,
}

impl<'a> World<'a> {
    pub(super) fn new(scenario: &'a Scenario) -> Self {
        let gates = scenario.plan.stages.iter().flat_map(|stage| &stage.gates);
        let flags = gates.filter_map(|gate| match gate {
            Gate::Flag { flag } => Some(flag.clone()),
            Gate::NotWorse { .. } | Gate::Keeps(_) | Gate::Approval => None,
        });
        // Time passes, flags are on and people say yes: what is asked is what the outcomes do.
        let facts = Facts {
            lasted: std::time::Duration::MAX,
            flags: flags.collect(),
            approval: Approval::Given,
            ..Facts::default()
        };
        Self { scenario, facts }
    }

    /// One run, which depends on nothing but the scenario, the seed and the number.
    pub(super) fn run(&self, seed: u64, number: u64) -> Run {
        let mut dice = Dice::new(seed, number);
        let history = self.history(&mut dice);
        let mut requests = 0;
        for (index, stage) in self.scenario.plan.stages.iter().enumerate() {
            // Nobody but the members of groups sees such a stage, and they are not simulated.
            if stage.share.units() == 0 || stage.mode == StageMode::Shadow {
                continue;
            }
            let Some(judge) = Judge::new(&self.scenario.plan, index, &history) else { continue };
            let end = match self.scenario.users {
                Users::Many => self.stage(stage, judge, &mut dice, &mut requests),
                Users::Few { count, unit } => {
                    self.stage_of_few(stage, judge, &mut dice, &mut requests, (count, unit))
                }
            };
            if end != End::Promoted {
                return Run { end, requests };
            }
        }
        Run { end: End::Promoted, requests }
    }

    fn history(&self, dice: &mut Dice) -> History {
        let count = self.scenario.history;
        let failures = dice.hits(count, 1.0 - self.scenario.control);
        let mut latency = LogHistogram::new();
        if self.scenario.latency.is_some() {
            (0..count).for_each(|_| latency.record(usual(dice)));
        }
        History { success: Tally::new(count, failures), latency, feedback: Tally::default() }
    }

    fn stage(&self, stage: &Stage, mut judge: Judge, dice: &mut Dice, requests: &mut u64) -> End {
        let scenario = self.scenario;
        let share = stage.share.fraction();
        let mut seen = Observation::default();
        for number in 1..=scenario.requests_max {
            seen.clear();
            let shared = self.shared(number);
            let others = if share < 1.0 { dice.misses(share) } else { 0 };
            let failures = dice.hits(others, failing(scenario.control, shared));
            seen.success.control = Tally::new(others, failures);
            seen.success.treatment.count(dice.chance(failing(scenario.release, shared)).into());
            if let Some(latencies) = scenario.latency {
                seen.latency.control.extend((0..others).map(|_| usual(dice)));
                seen.latency.treatment.push(latencies.draw(dice));
            }
            seen.errors = seen.success;
            *requests += 1;
            judge.observe(&seen);
            if let Some(end) = self.end(&judge) {
                return end;
            }
        }
        End::Held
    }

    /// The same where users come again. Whoever always fails does so in both arms alike.
    fn stage_of_few(
        &self,
        stage: &Stage,
        mut judge: Judge,
        dice: &mut Dice,
        requests: &mut u64,
        (count, unit): (u64, Unit),
    ) -> End {
        let scenario = self.scenario;
        let mut users: Vec<User> = (0..count)
            .map(|_| User {
                is_inside: dice.chance(stage.share.fraction()),
                always_fails: dice.chance(1.0 - scenario.control),
                is_counted: false,
            })
            .collect();
        let mut seen = Observation::default();
        let mut served = 0;
        // The bound on all requests is there for shares so small that no user is inside.
        for _ in 0..scenario.requests_max.saturating_mul(1_000) {
            let chosen = dice.below(count);
            let Some(user) = users.get_mut(usize::try_from(chosen).unwrap_or(0)) else { break };
            let counts = unit == Unit::Every || !user.is_counted;
            user.is_counted = true;
            served += u64::from(user.is_inside);
            if counts {
                let failed = Failed::from(user.always_fails);
                if user.is_inside {
                    seen.success.treatment.count(failed);
                    *requests += 1;
                } else {
                    seen.success.control.count(failed);
                }
                seen.errors = seen.success;
            }
            if counts && user.is_inside {
                judge.observe(&seen);
                seen.clear();
                if let Some(end) = self.end(&judge) {
                    return end;
                }
            }
            if served == scenario.requests_max {
                break;
            }
        }
        End::Held
    }

    fn end(&self, judge: &Judge) -> Option<End> {
        match judge.verdict(&self.facts) {
            Verdict::RollBack(_) => Some(End::RolledBack),
            Verdict::Advance => Some(End::Promoted),
            Verdict::Hold(_) => None,
        }
    }

    /// The share of failures that comes from outside, for the request of this number.
    fn shared(&self, number: u64) -> f64 {
        let progress = float(number) / float(self.scenario.requests_max.max(1));
        match self.scenario.weather {
            Weather::Steady => 0.0,
            Weather::Rising(most) => most * progress,
            Weather::Outage(failures) if (0.2..0.4).contains(&progress) => failures,
            Weather::Outage(_) => 0.0,
        }
    }
}

/// How often a release fails when the world adds failures of its own.
fn failing(success: f64, shared: f64) -> f64 {
    1.0 - success * (1.0 - shared)
}

fn usual(dice: &mut Dice) -> f64 {
    LATENCY_US * (LATENCY_SPREAD * dice.normal()).exp()
}

// === impl Latencies ===

impl Latencies {
    fn draw(self, dice: &mut Dice) -> f64 {
        let stall = if dice.chance(self.stalls) { STALL_US } else { 0.0 };
        self.factor * usual(dice) + stall
    }
}
