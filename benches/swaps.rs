//! A million calls from two threads while releases are swapped a thousand times, beside as many with
//! nothing swapped.
//!
//! *Never:* a call that failed is left out of what is told.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use engraft::artifact::{Bundle, Keyring, Manifest, Origin, SigningKey};
use engraft::examine::Policy;
use engraft::model::CapabilityName;
use engraft::registry::{Actor, Op};
use engraft::store::MemoryLog;
use engraft::traffic::{Target, Who};
use engraft::{Host, InstancePolicy, LiveHost, Terms};
use engraft_benches::contender::now;
use engraft_benches::requirement::registry as required;
use engraft_benches::{Book, Error, guests, report, shelf};
use hdrhistogram::Histogram;

const THREADS: usize = 2;
const SWAPS: u32 = 1_000;
const CALLS: u64 = 1_000_000;
/// Still and swapping phases take turns, so that both see the same machine.
const ROUNDS: u32 = 10;

/// What one phase came to.
struct Phase {
    calls: u64,
    failed: u64,
    p99: Duration,
}

fn main() -> Result<(), Error> {
    let (swaps, calls) = if report::is_benchmark() { (SWAPS, CALLS) } else { (ROUNDS, 1_000) };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let live = runtime.block_on(live())?;
    let mut book = Book::new("swaps");
    let (mut swapped, mut failed, mut ratios) = (0, 0, Vec::new());
    for round in 0..ROUNDS {
        // Whoever goes first changes, so that a machine that warms up favours neither.
        let phases = [round % 2 == 0, round % 2 != 0].map(|swapping| {
            let swaps = if swapping { swaps / ROUNDS } else { 0 };
            Ok::<_, Error>((swapping, phase(&live, &runtime, calls / u64::from(ROUNDS), swaps)?))
        });
        let [first, second] = phases;
        let (first, second) = (first?, second?);
        let (still, swapping) = if first.0 { (second.1, first.1) } else { (first.1, second.1) };
        swapped += swapping.calls;
        failed += swapping.failed + still.failed;
        ratios.push(swapping.p99.as_secs_f64() / still.p99.as_secs_f64());
    }
    let ratio = engraft_benches::book::Summary::of(ratios).ok_or("no round was measured")?;
    #[expect(clippy::cast_precision_loss, reason = "counts of calls")]
    for (name, value) in [(required::SWAPPED, swapped as f64), (required::FAILED, failed as f64)] {
        book.add_figure(name, value, "");
    }
    book.add_figure(required::SWAP_P99, ratio.median, "×");
    report::finish(&book)
}

/// A host with two releases of one capability, on instances that are kept.
async fn live() -> Result<LiveHost, Error> {
    let key = SigningKey::generate(Origin::Development)?;
    let mut terms = Terms::default();
    terms.lifetime = InstancePolicy::Pooled { calls_max: u32::MAX, idle_max: 4 };
    let host = Host::builder().trust(Keyring::for_development(key.public()));
    let host = host.terms("bench.*".parse()?, terms).policy(Policy::for_development()).build()?;
    let live = LiveHost::open(host.clone(), Arc::new(MemoryLog::new()), shelf::key()).await?;
    let small = guests::small()?;
    for (sequence, version) in [(1, "1.0.0"), (2, "1.1.0")] {
        let bytes = small.len() + 64 + usize::try_from(sequence)?;
        let component: Arc<[u8]> = guests::padded(&small, bytes)?.into();
        let mut description = host.describe(&name()?, Arc::clone(&component)).await?;
        description.name = name()?;
        let mut manifest = Manifest::new(description, version.parse()?);
        manifest.sequence = sequence;
        let bundle = Bundle::sign(component, &manifest, &[&key])?.to_bytes();
        live.install_unexamined(&bundle, Actor::person("bench"), "").await?;
    }
    Ok(live)
}

fn name() -> Result<CapabilityName, Error> {
    Ok("bench.small".parse()?)
}

/// At least so many calls from all threads, and so many swaps spread over them.
fn phase(
    live: &LiveHost,
    runtime: &tokio::runtime::Runtime,
    calls: u64,
    swaps: u32,
) -> Result<Phase, Error> {
    let (done, is_over) = (AtomicU64::new(0), AtomicBool::new(false));
    std::thread::scope(|scope| {
        let callers: Vec<_> =
            (0..THREADS).map(|_| scope.spawn(|| caller(live, &done, &is_over))).collect();
        for swap in 0..swaps {
            let due = calls * u64::from(swap) / u64::from(swaps);
            while done.load(Ordering::Relaxed) < due {
                std::thread::sleep(Duration::from_micros(50));
            }
            let version = if swap % 2 == 0 { "1.1.0" } else { "1.0.0" };
            let op = Op::Activated { name: name()?, version: version.parse()? };
            runtime.block_on(live.change(Actor::person("bench"), "to and fro", op))?;
        }
        while done.load(Ordering::Relaxed) < calls {
            std::thread::sleep(Duration::from_micros(50));
        }
        is_over.store(true, Ordering::Relaxed);
        let mut times: Histogram<u64> = Histogram::new(3)?;
        let (mut calls, mut failed) = (0, 0);
        for caller in callers {
            let seen = caller.join().map_err(|_| "a caller broke")??;
            calls += seen.0.len();
            failed += seen.1;
            times.add(seen.0)?;
        }
        Ok(Phase { calls, failed, p99: Duration::from_nanos(times.value_at_quantile(0.99)) })
    })
}

fn caller(
    live: &LiveHost,
    done: &AtomicU64,
    is_over: &AtomicBool,
) -> Result<(Histogram<u64>, u64), Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let target = Target { name: name()?, requirement: None };
    let (mut times, mut failed) = (Histogram::new(3)?, 0);
    runtime.block_on(async {
        while !is_over.load(Ordering::Relaxed) {
            let start = now();
            let answer = live.call(&target, "echo", r#""hello""#, &Who::default()).await;
            times.record(u64::try_from(start.elapsed().as_nanos())?)?;
            failed += u64::from(answer.report.outcome.to_string() != r#""hello""#);
            done.fetch_add(1, Ordering::Relaxed);
        }
        Ok((times, failed))
    })
}
