//! A small world in which everything happens at once: users call, releases come, spread and go,
//! people halt and lift, the disk fails, another process writes to the same log. Each seed is one
//! world, and replays: `ENGRAFT_SEED=17 cargo test -p engraft --features full --test sim`.
//!
//! What has to hold in each: no request without exactly one outcome, none on a release that is
//! revoked or in quarantine, membership that only grows, acknowledged ops that stay, one fold from
//! log and snapshot, and one order of ops for all who write.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a test that meets what it did not expect must fail at once"
)]

use std::sync::atomic::{AtomicU64, Ordering};

mod script;
mod tally;
mod world;

/// Worlds that continuous integration looks at.
const SEEDS: u64 = 1_700;

#[test]
fn a_thousand_worlds_hold_together() {
    let one = std::env::var("ENGRAFT_SEED").ok().map(|seed| seed.parse::<u64>().unwrap());
    let seeds = one.map_or(0..SEEDS, |seed| seed..seed + 1);
    let next = AtomicU64::new(seeds.start);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut sum = tally::Tally::default();
    std::thread::scope(|scope| {
        let looking: Vec<_> =
            (0..threads).map(|_| scope.spawn(|| look_at_worlds(&next, seeds.end))).collect();
        for part in looking {
            sum.add(&part.join().expect("a world fell apart; its seed is told above"));
        }
    });
    // A world in which nothing happens shows nothing.
    if one.is_none() {
        for (what, count) in sum.all() {
            assert!(count >= 100, "only {count} × {what} in {SEEDS} worlds: {sum:?}");
        }
    }
}

/// One world after the other, each on a runtime with one thread, until there are no more.
fn look_at_worlds(next: &AtomicU64, end: u64) -> tally::Tally {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut sum = tally::Tally::default();
    loop {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        if seed >= end {
            return sum;
        }
        let told = Told(seed);
        sum.add(&runtime.block_on(world::run(seed)));
        std::mem::forget(told);
    }
}

/// Says which seed it was where a world falls apart.
struct Told(u64);

impl Drop for Told {
    fn drop(&mut self) {
        eprintln!("this was seed {0}; ENGRAFT_SEED={0} replays it", self.0);
    }
}
