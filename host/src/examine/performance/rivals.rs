//! A candidate beside others: the release before, and whoever else is a candidate.
//!
//! The two are called in turns, round by round, so that whatever else the machine does hits both alike;
//! each round gives one ratio, and the interval around their middle says how sure that is. Fuel is the
//! same in every run, so that it is compared as it is.
//!
//! *Never:* one is measured first and the other afterwards.

use std::sync::Arc;

use super::figures::{Compared, Ratio};
use super::{FUEL_MAX, float, warm};
use crate::artifact::Manifest;
use crate::examine::examiner::Order;
use crate::examine::finding::{Draft, Severity};
use crate::examine::sandbox::{Actor, Base, Run, Tally};
use crate::model::Digest;

/// Rounds in turns. Of 31 ratios the 10th and the 22nd are the ends of the interval that holds their
/// median 97 times of 100.
const ROUNDS: usize = 31;
/// Calls of each with one input in one round. The quickest counts: whatever disturbs a call makes it
/// slower and never quicker.
const ROUND_CALLS: usize = 5;
/// Others that a candidate is measured beside: each takes as long as the measurement itself.
const OTHERS_MAX: usize = 4;

/// Somebody whom a candidate is held against.
#[derive(Debug, Clone)]
pub(crate) struct Rival {
    /// What is said of it.
    pub(crate) manifest: Manifest,
    /// Its bytes.
    pub(crate) component: Arc<[u8]>,
}

impl Rival {
    /// The release before, where an order has its bytes.
    pub(crate) fn of(order: &Order) -> Option<Self> {
        let (manifest, component) = (order.before.clone()?, order.before_component.clone()?);
        Some(Self { manifest, component })
    }

    /// The other candidates of an order.
    pub(crate) fn others(order: &Order) -> Vec<Self> {
        let other = |(manifest, component): &(Manifest, Arc<[u8]>)| Self {
            manifest: manifest.clone(),
            component: Arc::clone(component),
        };
        order.others.iter().take(OTHERS_MAX).map(other).collect()
    }
}

/// In turns, with inputs that both answer.
pub(super) async fn compare(
    run: &Run<'_>,
    actor: &Actor<'_>,
    rival: &Rival,
    bases: &[&Base],
    tally: &mut Tally,
) -> Result<Compared, String> {
    let (component, manifest) = (&rival.component, &rival.manifest);
    let before = Run { component, manifest, ..run.beside() };
    let before = Actor::open(&before).await.map_err(|error| error.to_string())?;
    let (new, old) = (warm(actor).await?, warm(&before).await?);
    let mut both = Vec::new();
    for base in bases {
        let seen = before.call(&old, &base.operation, &base.input).await;
        if seen.outcome.is_returned() {
            both.push((*base, seen.usage.fuel));
        }
    }
    if both.is_empty() {
        return Err("the other answers none of its inputs".to_owned());
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
            return Err("it is too slow for enough rounds beside the other".to_owned());
        }
    }
    let version = manifest.version.clone();
    let fuel = float(fuel_new) / float(fuel_old.max(1));
    let component = Digest::of(&rival.component);
    let (inputs, latency) = (both.len() as u64, Ratio::of(ratios));
    Ok(Compared { version, component, inputs, latency, fuel })
}

/// Where it is slower than the release before: surely, not by chance.
pub(super) fn slower(compared: &Compared) -> Vec<Draft> {
    let Compared { version, latency, fuel, .. } = compared;
    let mut found = Vec::new();
    if latency.low > super::SLOWER_MAX {
        let message = format!("it takes {:.2} times as long as version {version}", latency.median);
        let detail = format!("from {:.2} to {:.2} times", latency.low, latency.high);
        found.push(Draft::new(message).seen("time, 31 rounds in turns", detail));
    }
    if *fuel > super::SLOWER_MAX {
        let message = format!("it burns {fuel:.2} times as much fuel as version {version}");
        found.push(Draft::new(message));
    }
    found
}

/// Where another candidate does better. That is a reason to choose the other, and none against this one.
pub(super) fn behind(compared: &Compared) -> Vec<Draft> {
    let who = format!("candidate {} ({})", compared.version, compared.component.short());
    let Compared { latency, fuel, .. } = compared;
    let mut found = Vec::new();
    if latency.low > super::SLOWER_MAX {
        let message =
            format!("{who} is quicker: this one takes {:.2} times as long", latency.median);
        let detail = format!("from {:.2} to {:.2} times", latency.low, latency.high);
        let draft = Draft::new(message).severity(Severity::Note);
        found.push(draft.seen("time, 31 rounds in turns", detail));
    }
    if *fuel > super::SLOWER_MAX {
        let message = format!("{who} is thriftier: this one burns {fuel:.2} times as much fuel");
        found.push(Draft::new(message).severity(Severity::Note));
    }
    found
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
            Compared {
                version: "1.0.0".parse().unwrap(),
                component: Digest::of(b"x"),
                inputs: 1,
                latency,
                fuel,
            }
        };
        assert_eq!(slower(&compared([1.05, 1.5, 2.0], 1.0)).len(), 0, "it may be noise");
        assert_eq!(slower(&compared([1.2, 1.3, 1.4], 1.0)).len(), 1);
        assert_eq!(slower(&compared([0.9, 1.0, 1.1], 1.11)).len(), 1, "fuel has no noise");
    }

    #[test]
    fn another_candidate_that_is_better_is_told_of_and_keeps_nobody_out() {
        let latency = Ratio { low: 1.2, median: 1.3, high: 1.4 };
        let (version, component) = ("2.0.0".parse().unwrap(), Digest::of(b"x"));
        let told = behind(&Compared { version, component, inputs: 1, latency, fuel: 1.5 });
        assert_eq!(told.len(), 2);
        assert!(told.iter().all(|draft| draft.severity == Some(Severity::Note)));
    }
}
