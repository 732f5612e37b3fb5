//! What the registry costs a call: choosing the release, counting the outcome, judging it.
//!
//! *Never:* the clock is read inside of what is measured more often than a program would.

use std::alloc::{GlobalAlloc, Layout, System};
use std::collections::HashMap;
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use engraft::Invocation;
use engraft::loops::Steward;
use engraft::model::{CapabilityName, Outcome, Output, SystemClock, Usage};
use engraft::registry::{Buckets, Callee, Registry};
use engraft::traffic::{Target, Traffic, Who, pick};
use engraft_benches::comparison::criterion;
use engraft_benches::contender::now;
use engraft_benches::requirement::registry as required;
use engraft_benches::shelf::{self, Idle};
use engraft_benches::{Batch, Book, Comparison, Contender, Error, report};

/// Names in the registry; a usual program has some hundred capabilities.
const NAMES: usize = 300;
/// Users who take turns, so that the branch on the share is not foreseen.
const USERS: usize = 1_024;

/// Counts what is allocated on the way of a call.
struct Counting;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[expect(unsafe_code, reason = "an allocator that counts, and leaves all else to the system's")]
// SAFETY: every method hands its arguments to the system's allocator as they are.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: as above.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

fn main() -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let registry = runtime.block_on(async {
        let registry = shelf::registry(NAMES).await?;
        shelf::spread(&registry).await?;
        Ok::<_, Error>(Arc::new(registry))
    })?;
    let mut book = Book::new("registry");
    let mut criterion = criterion();
    route(&registry, &mut criterion, &mut book)?;
    recording(&registry, &runtime, &mut criterion, &mut book)?;
    tick(&registry, &runtime, &mut criterion, &mut book)?;
    report::finish(&book)
}

fn users() -> Vec<Who> {
    (0..USERS).map(|user| Who::user(format!("user-{user}")).group("people")).collect()
}

/// Time of a batch, and the answer of its last call.
fn timed(calls: u64, mut call: impl FnMut(usize) -> bool) -> Batch {
    let start = now();
    let mut answer = false;
    for call_number in 0..calls {
        let user = usize::try_from(call_number).unwrap_or_default() % USERS;
        answer = black_box(call(user));
    }
    let time = start.elapsed();
    // Both contenders ask the same users, so a longer batch may end with another answer.
    black_box(answer);
    Batch { time, answer: "chosen".to_owned() }
}

fn route(
    registry: &Registry<Idle>,
    criterion: &mut criterion::Criterion,
    book: &mut Book,
) -> Result<(), Error> {
    let users = users();
    let target = Target { name: shelf::name(0)?, requirement: None };
    // Another hash with the same work in it: buckets of a rollout that is not there.
    let buckets = Buckets::new("reference", "");
    let names: HashMap<CapabilityName, u32> = (0..NAMES)
        .map(|number| Ok((shelf::name(number)?, 50_000)))
        .collect::<Result<_, Error>>()?;
    let chosen = |user: usize| {
        let snapshot = registry.snapshot();
        let picked = users.get(user).and_then(|who| pick(&snapshot, &target, who));
        picked.is_some_and(|pick| pick.fallback.is_some())
    };
    let floor = |user: usize| {
        let weight = names.get(target.name.as_str()).copied().unwrap_or_default();
        let sticky = users.get(user).and_then(|who| who.sticky.as_deref()).unwrap_or_default();
        Buckets::bucket_of(buckets.fingerprint(sticky)) < weight
    };
    let before = ALLOCATIONS.load(Ordering::Relaxed);
    let inside = (0..USERS).filter(|user| chosen(*user)).count();
    let allocations = ALLOCATIONS.load(Ordering::Relaxed) - before;
    if !(USERS / 3..USERS * 2 / 3).contains(&inside) {
        return Err(format!("{inside} of {USERS} users are inside of a half").into());
    }
    #[expect(clippy::cast_precision_loss, reason = "a count of allocations")]
    book.add_figure(required::ALLOCATIONS, allocations as f64, "");
    Comparison::new(required::ROUTE, "chosen")
        .contender(Contender::new(required::FLOOR, |calls| Ok(timed(calls, floor))), &[])
        .contender(
            Contender::new(required::CHOSEN, |calls| Ok(timed(calls, chosen))),
            &[required::FLOOR],
        )
        .measure(criterion, book)
}

/// A call of an idle release with everything that traffic does, beside the parts of it.
fn recording(
    registry: &Arc<Registry<Idle>>,
    runtime: &tokio::runtime::Runtime,
    criterion: &mut criterion::Criterion,
    book: &mut Book,
) -> Result<(), Error> {
    let traffic = Traffic::new(Arc::clone(registry), Arc::new(SystemClock));
    let users = users();
    let target = Target { name: shelf::name(0)?, requirement: None };
    let old = Target { requirement: Some("=1.0.0".parse()?), ..target.clone() };
    let none = Who::default();
    let snapshot = registry.snapshot();
    let serving = pick(&snapshot, &old, &none).map(|pick| Arc::clone(pick.serving));
    let serving = serving.ok_or("nothing serves")?;
    let outcome = Outcome::Returned(Output::new(String::new()));
    let mut usage = Usage::default();
    usage.duration = Duration::from_nanos(431);
    let nothing =
        |_: usize| black_box(&outcome).is_returned() && !black_box(&usage).duration.is_zero();
    let counted = |user: usize| {
        let begins = serving.begin();
        serving.end(black_box(&outcome), black_box(&usage));
        begins && nothing(user)
    };
    Comparison::new(required::RECORDING, "chosen")
        .contender(Contender::new(required::NOTHING, |calls| Ok(timed(calls, nothing))), &[])
        .contender(
            Contender::new(required::COUNTED, |calls| Ok(timed(calls, counted))),
            &[required::NOTHING],
        )
        .measure(criterion, book)?;
    let call = |target: &Target, who: &Who| {
        let asked = traffic.call(target, Invocation::new("do", "{}"), who);
        runtime.block_on(asked).report.outcome.is_returned()
    };
    let alone = |_: usize| {
        let invocation = Invocation::new("do", "{}");
        runtime.block_on(serving.callee().call(&invocation)).outcome.is_returned()
    };
    let in_rollout = |user: usize| users.get(user).is_some_and(|who| call(&target, who));
    // The first call of each user is counted; what goes on for days are the others.
    if !(0..USERS).all(in_rollout) {
        return Err("a call of an idle release failed".into());
    }
    Comparison::new("a call that does nothing", "chosen")
        .contender(Contender::new("by itself", |calls| Ok(timed(calls, alone))), &[])
        .contender(
            Contender::new("through traffic", |calls| Ok(timed(calls, |_| call(&old, &none)))),
            &["by itself"],
        )
        .contender(
            Contender::new("through traffic, in a rollout", |calls| Ok(timed(calls, in_rollout))),
            &["by itself"],
        )
        .measure(criterion, book)
}

/// One look of the steward at a rollout, with an outcome of each arm since the last.
fn tick(
    registry: &Arc<Registry<Idle>>,
    runtime: &tokio::runtime::Runtime,
    criterion: &mut criterion::Criterion,
    book: &mut Book,
) -> Result<(), Error> {
    let snapshot = registry.snapshot();
    let line = snapshot.line(shelf::name(0)?.as_str()).ok_or("nothing serves")?;
    let counted = Arc::clone(&line.spreading.as_ref().ok_or("nothing spreads")?.book);
    let mut steward = Steward::new(Arc::clone(registry), Arc::new(SystemClock));
    let outcome = Outcome::Returned(Output::new(String::new()));
    let mut user = 1_u64 << 40;
    Comparison::new(required::TICK, "judged")
        .contender(
            Contender::new("the steward", |calls| {
                let mut time = Duration::ZERO;
                for _ in 0..calls {
                    for arm in [engraft::registry::Arm::Treatment, engraft::registry::Arm::Control]
                    {
                        user += 1;
                        counted.count(user, arm, &outcome, 431.0);
                    }
                    let start = now();
                    runtime.block_on(steward.tick())?;
                    time += start.elapsed();
                }
                Ok(Batch { time, answer: "judged".to_owned() })
            }),
            &[],
        )
        .measure(criterion, book)?;
    let row = book.row(required::TICK, "the steward").map(|row| row.time_ns.median);
    if let Some(median) = row {
        book.add_figure(required::TICK_FIGURE, median / 1e3, "µs");
    }
    Ok(())
}
