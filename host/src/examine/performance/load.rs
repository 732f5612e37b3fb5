//! A candidate under load: several calls at once, and calls that keep coming.
//!
//! *Never:* a rate is worked out from calls that came at another one.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;
use std::time::{Duration, Instant};

use super::figures::{LoadStep, Quantiles, RateStep};
use super::float;
use crate::engine::{Invocation, Loaded, Report};
use crate::examine::sandbox::{Actor, Base, Script, Values};

/// Calls at once.
const CONCURRENT: [u32; 4] = [1, 2, 4, 8];
/// Calls of each step.
const STEP_CALLS: usize = 64;
/// Shares of what calls one after the other would amount to, in percent, with which calls come.
const RATES: [u64; 3] = [50, 80, 95];
/// A step of slow calls has fewer of them, so that it lasts no longer than a quarter of a second.
const STEP_TIME_MAX_NS: u64 = 250_000_000;
/// Fewer say nothing of waiting.
const STEP_CALLS_LEAST: usize = 8;
/// Calls under way, as many as instances are kept.
const UNDER_WAY_MAX: usize = 8;

/// How long the input of a call was, and how it ended.
type Run = (u64, Report);

/// All steps; `call_ns` is what the middle one of single calls took.
pub(super) async fn steps(
    actor: &Actor<'_>,
    loaded: &Loaded,
    bases: &[&Base],
    call_ns: u64,
) -> (Vec<LoadStep>, Vec<RateStep>) {
    let mut load = Vec::new();
    for concurrent in CONCURRENT {
        load.push(at_once(actor, loaded, bases, concurrent).await);
    }
    let mut rates = Vec::new();
    for percent in RATES {
        rates.push(paced(actor, loaded, bases, call_ns, percent).await);
    }
    (load, rates)
}

async fn at_once(actor: &Actor<'_>, loaded: &Loaded, bases: &[&Base], concurrent: u32) -> LoadStep {
    let clock = actor.clock();
    let mut inputs = bases.iter().cycle().take(STEP_CALLS);
    let (mut times, mut failed) = (Vec::new(), 0_u64);
    let begun = clock.monotonic();
    loop {
        let batch: Vec<_> =
            inputs.by_ref().take(concurrent as usize).map(|base| called(loaded, base)).collect();
        if batch.is_empty() {
            break;
        }
        actor.stage.begin(Script::default(), Values::default());
        let runs = all(batch).await;
        actor.hold_all(&runs);
        for (_, report) in runs {
            failed += u64::from(!report.outcome.is_returned());
            times.push(u64::try_from(report.usage.duration.as_nanos()).unwrap_or(u64::MAX));
        }
    }
    let seconds = clock.monotonic().saturating_duration_since(begun).as_secs_f64();
    let calls_per_second = float(times.len() as u64) / seconds.max(1e-9);
    LoadStep { concurrent, calls_per_second, latency_ns: Quantiles::of(times), failed }
}

/// A call, and how long its input was.
async fn called(loaded: &Loaded, base: &Base) -> Run {
    let report = loaded.call(Invocation::new(&base.operation, &base.input)).await;
    (base.input.len() as u64, report)
}

/// Drives calls side by side until all have ended.
async fn all<'a>(calls: Vec<impl Future<Output = Run> + Send + 'a>) -> Vec<Run> {
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

/// Calls that come at even distances of real time, as many of them under way as have not ended: a call
/// that finds all instances busy waits, and its time counts from when it should have begun.
async fn paced(
    actor: &Actor<'_>,
    loaded: &Loaded,
    bases: &[&Base],
    call_ns: u64,
    percent: u64,
) -> RateStep {
    let clock = actor.clock();
    let distance_ns = (call_ns.max(1).saturating_mul(100) / percent).max(1);
    let most = STEP_TIME_MAX_NS / distance_ns;
    let count = usize::try_from(most).unwrap_or(STEP_CALLS).clamp(STEP_CALLS_LEAST, STEP_CALLS);
    actor.stage.begin(Script::default(), Values::default());
    let begun = clock.monotonic();
    let due =
        |number: usize| begun + Duration::from_nanos(distance_ns.saturating_mul(number as u64));
    let mut inputs = bases.iter().cycle().take(count).enumerate().peekable();
    let mut under_way: Vec<(Instant, Pin<Box<_>>)> = Vec::new();
    let (mut times, mut failed, mut runs) = (Vec::new(), 0_u64, Vec::new());
    poll_fn(|context| {
        while let Some((number, base)) = inputs.peek()
            && clock.monotonic() >= due(*number)
            && under_way.len() < UNDER_WAY_MAX
        {
            under_way.push((due(*number), Box::pin(called(loaded, base))));
            inputs.next();
        }
        under_way.retain_mut(|(came, call)| match call.as_mut().poll(context) {
            Poll::Ready(run) => {
                failed += u64::from(!run.1.outcome.is_returned());
                runs.push(run);
                let time = clock.monotonic().saturating_duration_since(*came);
                times.push(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX));
                false
            }
            Poll::Pending => true,
        });
        if inputs.peek().is_none() && under_way.is_empty() {
            return Poll::Ready(());
        }
        // Distances are far below what timers can tell, so the clock is looked at in each round of the
        // runtime; whatever else it has to do comes in between.
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
    let seconds = clock.monotonic().saturating_duration_since(begun).as_secs_f64();
    actor.hold_all(&runs);
    RateStep {
        offered_per_second: 1e9 / float(distance_ns),
        answered_per_second: float(times.len() as u64) / seconds.max(1e-9),
        latency_ns: Quantiles::of(times),
        failed,
    }
}
