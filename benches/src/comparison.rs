//! Measures contenders with criterion, and beside each its references in alternating batches.
//!
//! Machines drift: another program starts, the clock speed changes. Criterion measures one contender
//! after another, so a ratio of its medians compares different minutes. Here every sample of a
//! contender is cut into batches, and beside each batch its references run one of the same length;
//! what is kept of such a round is the ratio. Criterion still gets exactly the contender's own time.
//!
//! *Never:* a ratio of two numbers that were not measured in the same round.

use std::cell::RefCell;
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, SamplingMode};

use crate::book::{Book, Row, Summary, Versus};
use crate::{Contender, Error};

/// How long a batch is, where a single call is not longer. Long enough that reading the clock (some
/// 25 ns) and cold caches after another contender's batch weigh nothing, short enough that both
/// batches of a round see the same machine.
const BATCH: Duration = Duration::from_micros(200);

/// How often a batch of some length is tried, to see how long it takes.
const TRIES: u32 = 5;

/// The most rounds that are kept; more would not move a median.
const ROUNDS_MAX: usize = 100_000;

/// One workload and its contenders.
pub struct Comparison<'a> {
    workload: String,
    expected: String,
    entries: Vec<Entry<'a>>,
}

/// A contender and those that it is compared to.
struct Entry<'a> {
    contender: RefCell<Contender<'a>>,
    against: Vec<String>,
}

/// Criterion as these benchmarks use it; what is said on the command line goes before.
///
/// Rounds are many in every sample, so a second of each contender is enough for its median.
#[must_use]
pub fn criterion() -> Criterion {
    Criterion::default()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .sample_size(30)
        .without_plots()
        .configure_from_args()
}

/// A round: nanoseconds a call of the contender, then of each reference.
type Round = Vec<f64>;

impl<'a> Comparison<'a> {
    /// A workload whose every call must answer `expected`.
    pub fn new(workload: impl Into<String>, expected: impl Into<String>) -> Self {
        Self { workload: workload.into(), expected: expected.into(), entries: Vec::new() }
    }

    /// Adds a contender that is compared to those of these names.
    #[must_use]
    pub fn contender(mut self, contender: Contender<'a>, against: &[&str]) -> Self {
        let against = against.iter().map(|&name| name.to_owned()).collect();
        self.entries.push(Entry { contender: RefCell::new(contender), against });
        self
    }

    /// What the contenders are called.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.entries.iter().map(|entry| entry.contender.borrow().name().to_owned()).collect()
    }

    /// Makes one call of each contender and checks its answer.
    ///
    /// # Errors
    /// Where a call failed or gave another answer.
    pub fn check(&self) -> Result<(), Error> {
        for entry in &self.entries {
            let mut contender = entry.contender.borrow_mut();
            contender
                .run_checked(1, &self.expected)
                .map_err(|error| format!("{}: {}: {error}", self.workload, contender.name()))?;
        }
        Ok(())
    }

    /// Checks every contender, then measures all and writes them into the book.
    ///
    /// # Errors
    /// Where a contender failed or gave another answer.
    pub fn measure(&self, criterion: &mut Criterion, book: &mut Book) -> Result<(), Error> {
        self.check()?;
        let lengths = self
            .entries
            .iter()
            .map(|entry| self.batch_length(&mut entry.contender.borrow_mut()))
            .collect::<Result<Vec<_>, _>>()?;
        let mut group = criterion.benchmark_group(&self.workload);
        // What is slow cannot be sampled in growing numbers; what is fast has nothing against it.
        group.sampling_mode(SamplingMode::Flat);
        for at in 0..self.entries.len() {
            self.measure_one(at, &lengths, &mut group, book)?;
        }
        group.finish();
        Ok(())
    }

    fn measure_one(
        &self,
        at: usize,
        lengths: &[u64],
        group: &mut BenchmarkGroup<'_, WallTime>,
        book: &mut Book,
    ) -> Result<(), Error> {
        let Some(entry) = self.entries.get(at) else { return Ok(()) };
        let name = entry.contender.borrow().name().to_owned();
        let rivals = entry.against.iter().map(|n| self.find(n)).collect::<Result<Vec<_>, _>>()?;
        let mut rounds: Vec<Round> = Vec::new();
        let mut problem = None;
        group.bench_function(&name, |bencher| {
            bencher.iter_custom(|calls| {
                self.take_turns(at, calls, &rivals, lengths, &mut rounds).unwrap_or_else(|error| {
                    problem.get_or_insert(error);
                    // Criterion wants a time; the comparison ends with the error all the same.
                    Duration::from_secs(1)
                })
            });
        });
        if let Some(error) = problem {
            return Err(error);
        }
        if let Some(row) = self.summarise(&name, &rivals, &rounds) {
            book.add(row);
        }
        Ok(())
    }

    /// Makes `calls` calls of one contender, batch by batch, and a batch of each rival beside each.
    fn take_turns(
        &self,
        at: usize,
        calls: u64,
        rivals: &[usize],
        lengths: &[u64],
        rounds: &mut Vec<Round>,
    ) -> Result<Duration, Error> {
        let full = lengths.get(at).copied().unwrap_or(1);
        let mut left = calls;
        let mut total = Duration::ZERO;
        while left > 0 {
            let batch = left.min(full);
            left -= batch;
            // Whoever begins a round finds the machine as criterion left it, so that they begin in turns.
            let begins = rounds.len().is_multiple_of(2);
            let first = if begins { Some(self.run(at, batch)?) } else { None };
            let others = rivals.iter().map(|rival| {
                // A short last batch meets a batch as short, so that cold caches weigh the same.
                let rival_full = lengths.get(*rival).copied().unwrap_or(1);
                let batch = (rival_full * batch).div_ceil(full);
                Ok(per_call(self.run(*rival, batch)?, batch))
            });
            let others = others.collect::<Result<Round, Error>>()?;
            let own = match first {
                Some(own) => own,
                None => self.run(at, batch)?,
            };
            total += own;
            let round = [vec![per_call(own, batch)], others].concat();
            // Criterion's first samples are tiny; they would be mostly clock.
            if own >= BATCH / 4 && rounds.len() < ROUNDS_MAX {
                rounds.push(round);
            }
        }
        Ok(total)
    }

    fn run(&self, at: usize, calls: u64) -> Result<Duration, Error> {
        let entry = self.entries.get(at).ok_or("no such contender")?;
        entry.contender.borrow_mut().run_checked(calls, &self.expected)
    }

    fn find(&self, name: &str) -> Result<usize, Error> {
        self.entries
            .iter()
            .position(|entry| entry.contender.borrow().name() == name)
            .ok_or_else(|| format!("{}: there is no contender `{name}`", self.workload).into())
    }

    /// How many calls make a batch; found by doubling. The quickest of some tries counts: after one
    /// that was held up, batches would be too short, and of those only slow ones would be kept.
    fn batch_length(&self, contender: &mut Contender<'a>) -> Result<u64, Error> {
        let mut calls = 1;
        loop {
            let mut quickest = Duration::MAX;
            for _ in 0..TRIES {
                quickest = quickest.min(contender.run_checked(calls, &self.expected)?);
            }
            if quickest >= BATCH || calls >= 1 << 20 {
                return Ok(calls);
            }
            calls *= 2;
        }
    }

    fn summarise(&self, name: &str, rivals: &[usize], rounds: &[Round]) -> Option<Row> {
        let own = rounds.iter().filter_map(|round| round.first().copied()).collect();
        let versus = rivals.iter().enumerate().filter_map(|(place, rival)| {
            let pairs: Vec<(f64, f64)> = rounds
                .iter()
                .filter_map(|round| Some((*round.first()?, *round.get(place + 1)?)))
                .collect();
            Some(Versus {
                reference: self.entries.get(*rival)?.contender.borrow().name().to_owned(),
                reference_ns: Summary::of(pairs.iter().map(|(_, theirs)| *theirs).collect())?,
                ratio: Summary::of(pairs.iter().map(|(own, theirs)| own / theirs).collect())?,
                difference_ns: Summary::of(
                    pairs.iter().map(|(own, theirs)| own - theirs).collect(),
                )?,
            })
        });
        Some(Row {
            workload: self.workload.clone(),
            contender: name.to_owned(),
            rounds: rounds.len(),
            time_ns: Summary::of(own)?,
            versus: versus.collect(),
        })
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "nanoseconds of a batch and its calls are far below 2^52"
)]
fn per_call(time: Duration, calls: u64) -> f64 {
    time.as_nanos() as f64 / calls as f64
}
