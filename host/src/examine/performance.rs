//! How fast a candidate is: distributions of time, fuel and memory, what it does under load, and
//! whether it is as fast as the release before.
//!
//! The two are called in turns, round by round, so that whatever else the machine does hits both alike;
//! each round gives one ratio, and the interval around their middle says how sure that is. Fuel is the
//! same in every run, so that it is compared as it is.
//!
//! *Never:* a figure of another machine or another day is held against a candidate.

mod figures;
mod load;

use std::sync::Arc;

pub use figures::{Compared, LoadStep, Performance, Quantiles, RateStep, Ratio};

use super::catalogue::CheckId;
use super::examiner::Order;
use super::finding::Draft;
use super::notes::Notes;
use super::sandbox::{Actor, Base, Cast, Run, Seen, Tally};
use crate::artifact::Manifest;
use crate::engine::{InstancePolicy, Loaded};

/// Inputs that are measured; the first are examples and ordinary values.
const BASES_MAX: usize = 4;
/// Calls before anything counts: code and memory are warm then.
const WARM_UP: usize = 32;
/// Calls whose distribution is told: enough for a p99 that rests on ten of them.
const CALLS: usize = 1_000;
/// What the calls of one part may burn in all; slower candidates are measured with fewer of them.
const FUEL_MAX: u64 = 1_000_000_000;
/// Rounds in turns with the release before. Of 31 ratios the 10th and the 22nd are the ends of the
/// interval that holds their median 97 times of 100.
const ROUNDS: usize = 31;
/// Calls of each with one input in one round. The quickest counts: whatever disturbs a call makes it
/// slower and never quicker.
const ROUND_CALLS: usize = 5;
/// Slower by more than this is a finding.
const SLOWER_MAX: f64 = 1.10;

/// The release that a candidate is held against.
#[derive(Debug, Clone)]
pub(crate) struct Rival {
    /// What was signed of it.
    pub(crate) manifest: Manifest,
    /// Its bytes.
    pub(crate) component: Arc<[u8]>,
}

impl Rival {
    /// The one of an order, where that has its bytes too.
    pub(crate) fn of(order: &Order) -> Option<Self> {
        let (manifest, component) = (order.before.clone()?, order.before_component.clone()?);
        Some(Self { manifest, component })
    }
}

/// Measures a candidate with inputs that it answers, and says where it is slower than before.
pub(crate) async fn run(
    run: &Run<'_>,
    actor: &Actor<'_>,
    bases: &[Base],
    notes: &mut Notes<'_>,
    tally: &mut Tally,
) -> Option<Performance> {
    let answered = bases.iter().filter(|base| base.seen.outcome.is_returned());
    let chosen: Vec<&Base> = answered.take(BASES_MAX).collect();
    let measured = measure(actor, &chosen, tally).await;
    let mut performance = match measured {
        Ok(performance) => performance,
        Err(why) => {
            notes.inconclusive(CheckId::SLOWER, why);
            return None;
        }
    };
    let Some(rival) = run.rival else {
        notes.inconclusive(CheckId::SLOWER, "there is no release before to compare it with");
        return Some(performance);
    };
    match compare(run, actor, rival, &chosen, tally).await {
        Ok(compared) => {
            notes.found(CheckId::SLOWER, slower(&compared));
            performance.against = Some(compared);
        }
        Err(why) => notes.inconclusive(CheckId::SLOWER, why),
    }
    Some(performance)
}

async fn measure(
    actor: &Actor<'_>,
    bases: &[&Base],
    tally: &mut Tally,
) -> Result<Performance, String> {
    let loaded = warm(actor)?;
    let mut seen = Vec::new();
    let mut burnt = 0_u64;
    for base in bases.iter().cycle().take(WARM_UP + CALLS) {
        let one = actor.call(&loaded, &base.operation, &base.input).await;
        tally.add(&one);
        burnt = burnt.saturating_add(one.usage.fuel.max(1));
        seen.push(one);
        if burnt > FUEL_MAX && seen.len() > 2 * WARM_UP {
            break;
        }
    }
    let counted = seen.get(WARM_UP..).unwrap_or_default();
    if counted.is_empty() {
        return Err("no input was answered with an output".to_owned());
    }
    let of = |figure: fn(&Seen) -> u64| Quantiles::of(counted.iter().map(figure).collect());
    let latency = of(Seen::nanoseconds);
    let (load, rates) = load::steps(actor, &loaded, bases, counted).await;
    Ok(Performance {
        calls: counted.len() as u64,
        latency_ns: latency,
        fuel: of(|seen| seen.usage.fuel),
        memory_bytes: of(|seen| seen.usage.memory_bytes_peak),
        load,
        rates,
        against: None,
    })
}

/// In turns with the release before, with inputs that both answer.
async fn compare(
    run: &Run<'_>,
    actor: &Actor<'_>,
    rival: &Rival,
    bases: &[&Base],
    tally: &mut Tally,
) -> Result<Compared, String> {
    let (component, manifest) = (&rival.component, &rival.manifest);
    let before = Run { config: run.config, component, manifest, code: None, rival: None };
    let before = Actor::open(&before).await.map_err(|error| error.to_string())?;
    let (new, old) = (warm(actor)?, warm(&before)?);
    let mut both = Vec::new();
    for base in bases {
        let seen = before.call(&old, &base.operation, &base.input).await;
        if seen.outcome.is_returned() {
            both.push((*base, seen.usage.fuel));
        }
    }
    if both.is_empty() {
        return Err("the release before answers none of its inputs".to_owned());
    }
    let fuel_new: u64 = both.iter().map(|(base, _)| base.seen.usage.fuel).sum();
    let fuel_old: u64 = both.iter().map(|(_, fuel)| fuel).sum();
    let mut ratios = Vec::new();
    let mut burnt = 0_u64;
    for round in 0..=ROUNDS {
        let (mut of_new, mut of_old) = (0_u64, 0_u64);
        for (base, _) in &both {
            let (mut least_new, mut least_old) = (u64::MAX, u64::MAX);
            for _ in 0..ROUND_CALLS {
                for (who, loaded, least) in
                    [(actor, &new, &mut least_new), (&before, &old, &mut least_old)]
                {
                    let seen = who.call(loaded, &base.operation, &base.input).await;
                    tally.add(&seen);
                    burnt = burnt.saturating_add(seen.usage.fuel);
                    *least = (*least).min(seen.nanoseconds().max(1));
                }
            }
            of_new += least_new;
            of_old += least_old;
        }
        // The first round warms both up.
        if round > 0 {
            ratios.push(float(of_new) / float(of_old.max(1)));
        }
        if burnt > 8 * FUEL_MAX {
            return Err("it is too slow for enough rounds beside the release before".to_owned());
        }
    }
    let version = manifest.version.clone();
    let fuel = float(fuel_new) / float(fuel_old.max(1));
    Ok(Compared { version, inputs: both.len() as u64, latency: Ratio::of(ratios), fuel })
}

fn slower(compared: &Compared) -> Vec<Draft> {
    let Compared { version, latency, fuel, .. } = compared;
    let mut found = Vec::new();
    if latency.low > SLOWER_MAX {
        let message = format!("it takes {:.2} times as long as version {version}", latency.median);
        let detail = format!("from {:.2} to {:.2} times", latency.low, latency.high);
        found.push(Draft::new(message).seen("time, 31 rounds in turns", detail));
    }
    if *fuel > SLOWER_MAX {
        let message = format!("it burns {fuel:.2} times as much fuel as version {version}");
        found.push(Draft::new(message));
    }
    found
}

/// On an instance that is kept, as releases that are called often have them.
fn warm(actor: &Actor<'_>) -> Result<Loaded, String> {
    let lifetime = InstancePolicy::Pooled { calls_max: u32::MAX, idle_max: 8 };
    actor.load(Cast { lifetime, ..Cast::default() }).map_err(|error| error.to_string())
}

#[expect(clippy::cast_precision_loss, reason = "sums of times and fuel are far below 2^52")]
const fn float(sum: u64) -> f64 {
    sum as f64
}

impl Seen {
    fn nanoseconds(&self) -> u64 {
        u64::try_from(self.usage.duration.as_nanos()).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slower_is_said_only_where_the_whole_interval_is() {
        let compared = |ratios: [f64; 3], fuel| {
            let spread = (0..ROUNDS).map(|round| match round {
                0..10 => ratios[0],
                10..21 => ratios[1],
                _ => ratios[2],
            });
            let latency = Ratio::of(spread.collect());
            Compared { version: "1.0.0".parse().unwrap(), inputs: 1, latency, fuel }
        };
        assert_eq!(slower(&compared([1.05, 1.5, 2.0], 1.0)).len(), 0, "it may be noise");
        assert_eq!(slower(&compared([1.2, 1.3, 1.4], 1.0)).len(), 1);
        assert_eq!(slower(&compared([0.9, 1.0, 1.1], 1.11)).len(), 1, "fuel has no noise");
    }
}
