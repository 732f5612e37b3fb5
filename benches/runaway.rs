//! A capability that never ends, stopped while a hundred others run without a pause.
//!
//! *Never:* the others are idle while a runaway is stopped.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use engraft::model::Outcome;
use engraft::{Host, Invocation};
use engraft_benches::book::Summary;
use engraft_benches::contender::now;
use engraft_benches::embedded::{Engraft, Mode, answer, name};
use engraft_benches::raw::Life;
use engraft_benches::{Book, Error, guests, report};
use tokio::task::JoinSet;

/// How many others are under way at any moment, each beginning anew when it has ended.
const OTHERS: usize = 100;
const DEADLINE: Duration = Duration::from_millis(50);
const RUNAWAYS: usize = 40;
/// About a millisecond of work for each call of the others.
const STEPS: &str = "100000";

fn main() -> Result<(), Error> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let engraft = Engraft::new()?;
    runtime.block_on(engraft.install_kernels(&guests::capability()?.into()))?;
    // As a test one will do.
    let runaways = if report::is_benchmark() { RUNAWAYS } else { 1 };
    let mut book = Book::new("runaway");
    runtime.block_on(measure(engraft.host().clone(), runaways, &mut book))?;
    report::finish(&book)
}

async fn measure(host: Host, runaways: usize, book: &mut Book) -> Result<(), Error> {
    let expected: Arc<str> = guests::expected("compute", STEPS)?.into();
    let is_over = Arc::new(AtomicBool::new(false));
    let done = Arc::new(AtomicU64::new(0));
    let mut others = JoinSet::new();
    for _ in 0..OTHERS {
        others.spawn(other(
            host.clone(),
            Arc::clone(&expected),
            Arc::clone(&is_over),
            Arc::clone(&done),
        ));
    }
    let mut late_ms = Vec::new();
    for _ in 0..runaways {
        // On a worker like every other call, not on the thread that waits for it.
        let host = host.clone();
        let mut runaway = JoinSet::new();
        runaway.spawn(async move { run_away(&host).await });
        let late = runaway.join_next().await.ok_or("the runaway is gone")???;
        late_ms.push(late.as_secs_f64() * 1e3);
    }
    is_over.store(true, Ordering::Relaxed);
    while let Some(ended) = others.join_next().await {
        ended??;
    }
    let slowest = late_ms.iter().copied().fold(0.0, f64::max);
    let median = Summary::of(late_ms).ok_or("no runaway was stopped")?.median;
    book.add_figure("runaway stopped after its deadline, the slowest", slowest, "ms");
    book.add_figure("runaway stopped after its deadline, median", median, "ms");
    #[expect(clippy::cast_precision_loss, reason = "a count of calls")]
    let done = done.load(Ordering::Relaxed) as f64;
    book.add_figure("calls that others ended meanwhile", done, "");
    Ok(())
}

/// Calls and calls again, and wants the right answer each time.
async fn other(
    host: Host,
    expected: Arc<str>,
    is_over: Arc<AtomicBool>,
    done: Arc<AtomicU64>,
) -> Result<(), Error> {
    let name = name(Life::Fresh, Mode::Awaited);
    while !is_over.load(Ordering::Relaxed) {
        let answer = answer(host.call(name, Invocation::new("compute", STEPS)).await)?;
        if answer != *expected {
            return Err(format!("another call answered `{answer}`").into());
        }
        done.fetch_add(1, Ordering::Relaxed);
        tokio::task::yield_now().await;
    }
    Ok(())
}

/// How long after its deadline a call that never ends was stopped.
async fn run_away(host: &Host) -> Result<Duration, Error> {
    let forever = u32::MAX.to_string();
    let invocation = Invocation::new("spin", forever).deadline(DEADLINE);
    let start = now();
    let report = host.call(name(Life::Fresh, Mode::Awaited), invocation).await;
    let late = start.elapsed().saturating_sub(DEADLINE);
    if matches!(report.outcome, Outcome::Deadline { .. }) {
        return Ok(late);
    }
    Err(format!("the runaway ended otherwise: {}", report.outcome).into())
}
