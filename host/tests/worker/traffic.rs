//! Traffic in this process while workers are bombed, killed and made to spin: nobody beside notices.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use engraft::engine::Invocation;
use engraft::worker::{WorkerLimits, WorkerProgram, compile};
use rustix::process::{Pid, Signal, kill_process};

use crate::Test;
use crate::engine_lab::{probe, text};
use crate::processes::{block_on, children, engine, locals_times_blocks, walled};

pub(crate) const TESTS: [Test; 1] =
    [("nothing_that_happens_to_a_worker_loses_a_request_beside_it", nothing_is_lost)];

/// What this process may grow by while bombs go off in others.
const GROWTH_BYTES_MAX: u64 = 64 << 20;

fn nothing_is_lost(program: &WorkerProgram) {
    let engine = engine(program);
    let beside = engine.load_blocking(probe("test.beside")).unwrap();
    let mut hostile = probe("test.hostile");
    hostile.lifetime = walled(2, 1_000);
    hostile.budget.deadline = Duration::from_millis(200);
    hostile.budget.fuel = u64::MAX >> 1;
    let hostile = engine.load_blocking(hostile).unwrap();
    let bomb = locals_times_blocks(6_000);
    let before = resident_bytes();
    let is_over = Arc::new(AtomicBool::new(false));
    let (served, ticks) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    block_on(async {
        let traffic = {
            let (is_over, served) = (Arc::clone(&is_over), Arc::clone(&served));
            tokio::spawn(async move {
                while !is_over.load(Ordering::Relaxed) {
                    let report = beside.call(Invocation::new("echo", "\"hello\"")).await;
                    assert_eq!(text(&report), "\"hello\"");
                    served.fetch_add(1, Ordering::Relaxed);
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                beside.counts()
            })
        };
        let metronome = {
            let (is_over, ticks) = (Arc::clone(&is_over), Arc::clone(&ticks));
            tokio::spawn(async move {
                while !is_over.load(Ordering::Relaxed) {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                    ticks.fetch_add(1, Ordering::Relaxed);
                }
            })
        };
        let begun = Instant::now();
        let second = Duration::from_secs(1);
        let bombed = compile(program, &bomb, WorkerLimits::default(), second);
        let spun = async {
            for _ in 0..3 {
                hostile.call(Invocation::new("spin", "")).await;
            }
        };
        let killed = async {
            for _ in 0..10 {
                tokio::time::sleep(Duration::from_millis(80)).await;
                // One of them, whatever it does.
                if let Some(child) = children().first() {
                    let _ = kill_process(Pid::from_raw(*child).unwrap(), Signal::KILL);
                }
            }
        };
        let (bombed, (), ()) = tokio::join!(bombed, spun, killed);
        assert!(bombed.is_err(), "by its limit or by the killer");
        is_over.store(true, Ordering::Relaxed);
        let counts = traffic.await.expect("no request was lost");
        metronome.await.unwrap();
        assert_eq!(counts.total(), counts.returned, "each of them was answered");
        let took = begun.elapsed();
        let (served, ticks) = (served.load(Ordering::Relaxed), ticks.load(Ordering::Relaxed));
        println!("    beside: {served} calls and {ticks} ticks of 5 ms within {took:?}");
        // The runtime went on all the while; a machine with other work makes it slower, not stop.
        assert!(served >= 20 && ticks >= 20, "{served} calls, {ticks} ticks in {took:?}");
    });
    let grown = resident_bytes().saturating_sub(before);
    assert!(grown < GROWTH_BYTES_MAX, "it grew by {grown} bytes");
}

/// What this process holds in memory.
fn resident_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() << 10
}
