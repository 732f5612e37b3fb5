//! `engraft bench`: calls one operation again and again, and tells how long that takes.
//!
//! *Never:* a call that gave no output is counted as fast.

use std::time::Duration;

use clap::Args;
use engraft::model::{Clock, SystemClock};
use engraft::{Capability, Invocation, Report};
use hdrhistogram::Histogram;
use serde::Serialize;

use super::call::{Call, CallArgs};
use crate::amount;
use crate::desk::Desk;
use crate::exit::Exit;
use crate::histogram;
use crate::page::{Page, Style};
use crate::sandbox::{Sandbox, SandboxArgs};
use crate::screen::Reply;
use crate::text;
use crate::trouble::{Result, Trouble};

/// How long to measure where nothing is said: enough for steady percentiles of a quick call.
const SECONDS: f64 = 2.0;
/// Calls before the measuring begins, so that caches and branch predictors are warm.
const WARM_UP_CALLS: u64 = 20;
/// Three digits of a latency are told; more is noise.
const DIGITS: u8 = 3;
/// Measures calls of one operation, one after the other
///
/// The quick look. `cargo bench` in `benches/` gives criterion's statistics and baselines.
#[derive(Debug, Args)]
pub(crate) struct BenchArgs {
    #[command(flatten)]
    sandbox: SandboxArgs,
    #[command(flatten)]
    call: CallArgs,
    /// Measure so many calls
    #[arg(long, value_name = "NUMBER", value_parser = amount::count, conflicts_with = "seconds")]
    calls: Option<u64>,
    /// Measure for so long [default: 2]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    seconds: Option<f64>,
}

#[derive(Serialize)]
struct Measured<'a> {
    capability: &'a str,
    version: &'a semver::Version,
    digest: engraft::model::Digest,
    operation: &'a str,
    instances: &'static str,
    calls: u64,
    /// From the first call to the last.
    elapsed_ns: u64,
    calls_per_second: f64,
    min_ns: u64,
    mean_ns: f64,
    p50_ns: u64,
    p95_ns: u64,
    p99_ns: u64,
    max_ns: u64,
    /// Of one call; the same for each where the operation is deterministic.
    fuel: u64,
    memory_bytes_peak: u64,
    histogram: Vec<Bucket>,
}

#[derive(Serialize)]
struct Bucket {
    up_to_ns: u64,
    calls: u64,
}

/// What was measured.
struct Sample {
    histogram: Histogram<u64>,
    elapsed: Duration,
    last: Report,
}

/// When to stop.
#[derive(Clone, Copy)]
enum Until {
    Calls(u64),
    Elapsed(Duration),
}

pub(super) fn run(args: &BenchArgs, desk: &Desk) -> Result<Reply> {
    let until = match args.calls {
        Some(0) => return Err(Trouble::usage("`--calls 0` measures nothing")),
        Some(calls) => Until::Calls(calls),
        None => Until::Elapsed(Duration::from_secs_f64(args.seconds.unwrap_or(SECONDS))),
    };
    let sandbox = Sandbox::open(&args.sandbox, desk)?;
    let capability = &sandbox.capability;
    let call = args.call.prepare(capability.manifest())?;
    let sample = {
        let _shown = desk.screen.progress(&format!("measuring `{}`", call.operation));
        desk.wait(measure(&sandbox, &call, until))??
    };
    if !sample.last.outcome.is_returned() {
        return Ok(failed(capability, &call, &sample));
    }
    Ok(reply(capability, &call, args.sandbox.terms.lifetime.word(), &sample))
}

async fn measure(sandbox: &Sandbox, call: &Call, until: Until) -> Result<Sample> {
    let mut histogram = Histogram::new(DIGITS)
        .map_err(|error| Trouble::fault(format!("no histogram can be made: {error}")))?;
    let one = async || {
        let invocation = Invocation::new(call.operation.clone(), call.input.clone());
        let before = SystemClock.monotonic();
        let report = sandbox.call(invocation).await;
        (report, SystemClock.monotonic().duration_since(before))
    };
    let begun = SystemClock.monotonic();
    let (mut last, _) = one().await;
    let warm_up = match until {
        Until::Calls(calls) => WARM_UP_CALLS.min(calls),
        Until::Elapsed(_) => WARM_UP_CALLS,
    };
    for _ in 1..warm_up {
        // A slow operation is not to warm up for longer than it is measured.
        let warmed = SystemClock.monotonic().duration_since(begun);
        let is_late = matches!(until, Until::Elapsed(time) if warmed * 4 > time);
        if !last.outcome.is_returned() || is_late {
            break;
        }
        (last, _) = one().await;
    }
    let begun = SystemClock.monotonic();
    let mut elapsed = Duration::ZERO;
    while last.outcome.is_returned() {
        let took;
        (last, took) = one().await;
        elapsed = SystemClock.monotonic().duration_since(begun);
        if !last.outcome.is_returned() {
            break;
        }
        // Not the saturating kind: that one cuts off whatever the histogram has not grown to yet.
        histogram
            .record(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX))
            .map_err(|error| Trouble::fault(format!("a latency cannot be counted: {error}")))?;
        let is_over = match until {
            Until::Calls(calls) => histogram.len() >= calls,
            Until::Elapsed(time) => elapsed >= time,
        };
        if is_over {
            break;
        }
    }
    Ok(Sample { histogram, elapsed, last })
}

fn failed(capability: &Capability, call: &Call, sample: &Sample) -> Reply {
    let outcome = &sample.last.outcome;
    let before = sample.histogram.len();
    let message = format!(
        "`{}` `{}` gave no output after {before} measured calls: {outcome}",
        capability.name(),
        call.operation
    );
    let trouble = Trouble::new(Exit::of_outcome(outcome), message);
    let exit = trouble.kind;
    Reply { exit, json: trouble.json(), page: Page::default(), aside: trouble.page() }
}

#[expect(clippy::cast_precision_loss, reason = "a rate is told with a few digits")]
fn reply(capability: &Capability, call: &Call, instances: &'static str, sample: &Sample) -> Reply {
    let Sample { histogram, elapsed, last } = sample;
    let measured = Measured {
        capability: capability.name().as_str(),
        version: capability.version(),
        digest: capability.digest(),
        operation: &call.operation,
        instances,
        calls: histogram.len(),
        elapsed_ns: u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX),
        calls_per_second: histogram.len() as f64 / elapsed.as_secs_f64(),
        min_ns: histogram.min(),
        mean_ns: histogram.mean(),
        p50_ns: histogram.value_at_quantile(0.50),
        p95_ns: histogram.value_at_quantile(0.95),
        p99_ns: histogram.value_at_quantile(0.99),
        max_ns: histogram.max(),
        fuel: last.usage.fuel,
        memory_bytes_peak: last.usage.memory_bytes_peak,
        histogram: histogram
            .iter_recorded()
            .map(|value| Bucket {
                up_to_ns: value.value_iterated_to(),
                calls: value.count_at_value(),
            })
            .collect(),
    };
    let page = page(&measured, histogram);
    Reply::fine(measured, page)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a rate is told in whole calls"
)]
fn page(measured: &Measured<'_>, histogram: &Histogram<u64>) -> Page {
    let mut page = Page::default();
    let Measured { capability, version, operation, instances, calls, .. } = measured;
    page.styled(Style::Title, format!("{capability} {version} {operation}"));
    page.plain(format!(
        ": {} calls on {instances} instances, one after the other\n",
        text::count(*calls)
    ));
    page.facts(&[
        ("p50", text::nanoseconds(measured.p50_ns)),
        ("p95", text::nanoseconds(measured.p95_ns)),
        ("p99", text::nanoseconds(measured.p99_ns)),
        ("min", text::nanoseconds(measured.min_ns)),
        ("max", text::nanoseconds(measured.max_ns)),
        ("throughput", format!("{}/s", text::count(measured.calls_per_second as u64))),
        ("fuel", text::count(measured.fuel)),
        ("memory", text::bytes(measured.memory_bytes_peak)),
    ]);
    page.plain("\n");
    page.plain(histogram::draw(histogram));
    page
}

fn seconds(text: &str) -> std::result::Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if number > 0.0 && number <= 3_600.0 => Ok(number),
        _ => Err("expected seconds from 0 to 3600, such as `2` or `0.5`".to_owned()),
    }
}
