//! Calls from one thread and from two at once: whether anything that they share is in the way.
//!
//! *Never:* starting a thread is counted as a part of a call.

use std::sync::Barrier;
use std::time::Duration;

use engraft::Invocation;
use engraft_benches::comparison::criterion;
use engraft_benches::contender::now;
use engraft_benches::embedded::{Mode, answer, name};
use engraft_benches::field::{OURS, RAW};
use engraft_benches::raw::{Life, Raw};
use engraft_benches::{Batch, Book, Comparison, Contender, Error, Field, report};

/// Calls of each thread in one turn. A turn counts as one call of the contender: starting threads is
/// outside of the timed part, and must not happen for every call.
const CALLS: u32 = 200;

fn main() -> Result<(), Error> {
    let field = Field::new()?;
    let task = field.tasks().first().ok_or("there is no task")?;
    let mut criterion = criterion();
    let mut book = Book::new("threads");
    for threads in [1, 2] {
        let workload = format!("{CALLS} × fresh {} on each of {threads} threads", task.name);
        let raw: &Raw = field.raw();
        let host = field.engraft().host();
        let blocking = name(Life::Fresh, Mode::Blocking);
        let call_raw = || raw.call_fresh(task.operation, &task.input);
        let call_ours =
            || answer(host.call_blocking(blocking, Invocation::new(task.operation, &*task.input)));
        Comparison::new(workload, &task.expected)
            .contender(crowd(RAW, threads, call_raw), &[])
            .contender(crowd(OURS, threads, call_ours), &[RAW])
            .measure(&mut criterion, &mut book)?;
    }
    report::finish(&book)
}

/// A contender that calls from so many threads at once; its time is that of a turn on the slowest of them.
fn crowd<'a>(
    name: &str,
    threads: usize,
    call: impl Fn() -> Result<String, Error> + Sync + 'a,
) -> Contender<'a> {
    Contender::new(name, move |turns| {
        let mut batch = Batch { time: Duration::ZERO, answer: String::new() };
        for _ in 0..turns {
            let turn = turn(threads, &call)?;
            batch.time += turn.time;
            batch.answer = turn.answer;
        }
        Ok(batch)
    })
}

/// All threads start at the same moment; the slowest tells the time.
fn turn(
    threads: usize,
    call: &(impl Fn() -> Result<String, Error> + Sync),
) -> Result<Batch, Error> {
    let barrier = Barrier::new(threads);
    let one = || -> Result<Batch, Error> {
        barrier.wait();
        let start = now();
        let mut answer = String::new();
        for _ in 0..CALLS {
            answer = call()?;
        }
        Ok(Batch { time: start.elapsed(), answer })
    };
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(one)).collect();
        let mut slowest: Option<Batch> = None;
        for thread in running {
            let batch: Batch = thread.join().map_err(|_| "a thread panicked")??;
            if slowest.as_ref().is_none_or(|slowest| slowest.time < batch.time) {
                slowest = Some(batch);
            }
        }
        slowest.ok_or_else(|| "there are no threads".into())
    })
}
