//! A candidate under load: several calls at once, and calls that keep coming.
//!
//! *Never:* a step lasts longer than its calls; there is nothing to wait for.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use super::figures::{LoadStep, Quantiles, RateStep};
use super::float;
use crate::engine::{Invocation, Loaded, Report};
use crate::examine::sandbox::{Actor, Base, Script, Seen, Values};

/// Calls at once.
const CONCURRENT: [u32; 4] = [1, 2, 4, 8];
/// Calls of each step.
const STEP_CALLS: usize = 64;
/// Shares of what one worker can do, in percent, with which calls come.
const RATES: [u64; 3] = [50, 80, 95];

/// All steps; `measured` is what single calls took.
pub(super) async fn steps(
    actor: &Actor<'_>,
    loaded: &Loaded,
    bases: &[&Base],
    measured: &[Seen],
) -> (Vec<LoadStep>, Vec<RateStep>) {
    let mut load = Vec::new();
    for concurrent in CONCURRENT {
        load.push(at_once(actor, loaded, bases, concurrent).await);
    }
    let times: Vec<u64> = measured.iter().map(Seen::nanoseconds).collect();
    (load, RATES.iter().map(|percent| in_line(&times, *percent)).collect())
}

async fn at_once(actor: &Actor<'_>, loaded: &Loaded, bases: &[&Base], concurrent: u32) -> LoadStep {
    let clock = actor.clock();
    let mut inputs = bases.iter().cycle().take(STEP_CALLS);
    let (mut times, mut failed) = (Vec::new(), 0_u64);
    let begun = clock.monotonic();
    loop {
        let batch: Vec<_> = inputs
            .by_ref()
            .take(concurrent as usize)
            .map(|base| loaded.call(Invocation::new(&base.operation, &base.input)))
            .collect();
        if batch.is_empty() {
            break;
        }
        actor.stage.begin(Script::default(), Values::default());
        for report in all(batch).await {
            failed += u64::from(!report.outcome.is_returned());
            times.push(u64::try_from(report.usage.duration.as_nanos()).unwrap_or(u64::MAX));
        }
    }
    let seconds = clock.monotonic().saturating_duration_since(begun).as_secs_f64();
    let calls_per_second = float(times.len() as u64) / seconds.max(1e-9);
    LoadStep { concurrent, calls_per_second, latency_ns: Quantiles::of(times), failed }
}

/// Drives calls side by side until all have ended.
async fn all<'a>(calls: Vec<impl Future<Output = Report> + Send + 'a>) -> Vec<Report> {
    let mut calls: Vec<Pin<Box<_>>> = calls.into_iter().map(Box::pin).collect();
    let mut reports = Vec::new();
    poll_fn(move |context| {
        calls.retain_mut(|call| match call.as_mut().poll(context) {
            Poll::Ready(report) => {
                reports.push(report);
                false
            }
            Poll::Pending => true,
        });
        if calls.is_empty() { Poll::Ready(std::mem::take(&mut reports)) } else { Poll::Pending }
    })
    .await
}

/// Calls that come at even distances and are answered one after the other in these times.
fn in_line(times: &[u64], percent: u64) -> RateStep {
    let count = times.len().max(1) as u64;
    let mean = times.iter().sum::<u64>().max(1) / count;
    let distance = (mean.max(1) * 100 / percent).max(1);
    let mut free_at = 0_u64;
    let mut latencies = Vec::with_capacity(times.len());
    for (number, time) in (0_u64..).zip(times) {
        let comes_at = number * distance;
        free_at = free_at.max(comes_at) + time;
        latencies.push(free_at - comes_at);
    }
    let offered_per_second = 1e9 / float(distance);
    RateStep { offered_per_second, latency_ns: Quantiles::of(latencies) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_comes_before_the_other_has_ended_waits() {
        let step = in_line(&[100; 100], 50);
        assert_eq!(step.latency_ns.max, 100, "there is room for everybody");
        // One slow call holds those behind it up.
        let mut times = vec![100; 100];
        times[50] = 5_000;
        let step = in_line(&times, 80);
        assert!(step.latency_ns.p95 > 1_000, "{step:?}");
        assert_eq!(step.latency_ns.p50, 100);
    }
}
