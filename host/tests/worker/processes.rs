//! Workers as processes: how many there are, how they die, and what comes of it.

use std::future::Future;
use std::time::{Duration, Instant};

use engraft::engine::{Engine, EngineConfig, EngineError, InstancePolicy, Invocation, Loaded};
use engraft::model::{Budget, Outcome};
use engraft::worker::{WorkerError, WorkerLimits, WorkerProgram, compile};
use rustix::process::{Pid, Signal, kill_process};

use crate::disguise::{self, BRAGGART, COWARD};
use crate::engine_lab::{probe, text, wat};
use crate::support::guest;
use crate::{Test, engine_lab};

pub(crate) const TESTS: [Test; 9] = [
    ("a_killed_worker_costs_one_call_and_the_next_has_another", a_killed_worker),
    ("a_cancelled_call_leaves_no_process_behind", a_cancelled_call),
    ("no_more_processes_than_are_allowed", no_more_than_allowed),
    ("a_worker_is_replaced_after_its_calls", replaced_after_its_calls),
    ("an_instance_is_kept_in_its_worker_until_it_breaks", kept_in_its_worker),
    ("whoever_goes_on_dying_is_not_started_for_ever", goes_on_dying),
    ("what_is_no_worker_is_an_error", no_worker),
    ("a_compile_bomb_ends_at_its_limits", a_compile_bomb),
    ("what_a_worker_cannot_give_is_refused_at_load", refused_at_load),
];

/// What serves in a worker.
pub(crate) fn walled(workers_max: u32, calls_max: u32) -> InstancePolicy {
    InstancePolicy::Walled { workers_max, calls_max }
}

/// An engine whose workers are made of this program.
pub(crate) fn engine(program: &WorkerProgram) -> Engine {
    let mut config = EngineConfig::default();
    config.worker = Some(program.clone());
    // Many engines stand side by side here, and each reserves address space.
    config.instances_max = 32;
    config.concurrent_calls_max = 32;
    Engine::new(config).unwrap()
}

/// The probe in workers.
pub(crate) fn load(
    program: &WorkerProgram,
    lifetime: InstancePolicy,
    change: impl FnOnce(&mut Budget),
) -> Loaded {
    let mut loadable = probe("test.probe");
    loadable.lifetime = lifetime;
    change(&mut loadable.budget);
    engine(program).load_blocking(loadable).unwrap()
}

/// Drives a future as an embedding program would.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.unwrap().block_on(future)
}

/// The processes that this one has started and that still run.
pub(crate) fn children() -> Vec<i32> {
    let own = std::process::id().to_string();
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    let of_ours = |pid: &i32| {
        let Ok(stat) = std::fs::read_to_string(format!("/proc/{pid}/stat")) else { return false };
        let Some((_, rest)) = stat.rsplit_once(") ") else { return false };
        let mut words = rest.split(' ');
        let (state, parent) = (words.next(), words.next());
        parent == Some(own.as_str()) && state != Some("Z")
    };
    entries
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|pid| of_ours(pid))
        .collect()
}

/// Waits until there are so many; a process takes a moment to go.
fn assert_children(count: usize) {
    let begun = Instant::now();
    while children().len() != count && begun.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(children().len(), count, "processes of ours");
}

fn a_killed_worker(program: &WorkerProgram) {
    assert_children(0);
    let loaded = load(program, walled(1, 100), |budget| budget.deadline = Duration::from_secs(60));
    let victim = children();
    assert_eq!(victim.len(), 1, "loaded means that one is there");
    let pid = Pid::from_raw(victim[0]).unwrap();
    let killer = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(200));
        kill_process(pid, Signal::KILL).unwrap();
    });
    let begun = Instant::now();
    let report = block_on(loaded.call(Invocation::new("spin", "")));
    killer.join().unwrap();
    assert!(begun.elapsed() < Duration::from_secs(30), "long before its deadline");
    let Outcome::Unavailable { message } = &report.outcome else { panic!("{}", report.outcome) };
    assert!(message.contains("killed from outside"), "{message}");
    // Between calls as well, and from another runtime than the first one's.
    for _ in 0..3 {
        let report = loaded.call_blocking(Invocation::new("echo", "\"hello\""));
        assert_eq!(text(&report), "\"hello\"");
        let idle = children();
        assert_eq!(idle.len(), 1);
        kill_process(Pid::from_raw(idle[0]).unwrap(), Signal::KILL).unwrap();
        assert_children(0);
    }
    assert_eq!(loaded.counts().total(), 4);
    drop(loaded);
    assert_children(0);
}

fn a_cancelled_call(program: &WorkerProgram) {
    let loaded = load(program, walled(2, 100), |budget| budget.deadline = Duration::from_secs(60));
    block_on(async {
        let call = loaded.call(Invocation::new("spin", ""));
        assert!(tokio::time::timeout(Duration::from_millis(100), call).await.is_err());
    });
    assert_children(0);
    assert_eq!(loaded.counts().cancelled, 1);
    assert_eq!(text(&loaded.call_blocking(Invocation::new("echo", "1"))), "1");
}

fn no_more_than_allowed(program: &WorkerProgram) {
    let loaded = load(program, walled(2, 100), |budget| {
        budget.deadline = Duration::from_secs(2);
        budget.fuel = u64::MAX >> 1;
    });
    block_on(async {
        let spinning: Vec<_> = (0..2)
            .map(|_| {
                let loaded = loaded.clone();
                tokio::spawn(async move { loaded.call(Invocation::new("spin", "")).await })
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert!(children().len() <= 2, "{:?}", children());
        let third = loaded.call(Invocation::new("echo", "1")).await;
        let is_turned_away = matches!(third.outcome, Outcome::Exceeded { allowed: 2, .. });
        assert!(is_turned_away, "{}", third.outcome);
        for spinning in spinning {
            let outcome = spinning.await.unwrap().outcome;
            assert!(matches!(outcome, Outcome::Deadline { .. }), "{outcome}");
        }
    });
    assert!(children().len() <= 2, "{:?}", children());
}

fn replaced_after_its_calls(program: &WorkerProgram) {
    let loaded = load(program, walled(1, 2), |_| {});
    let mut seen = Vec::new();
    for _ in 0..4 {
        seen.extend(children());
        assert_eq!(text(&loaded.call_blocking(Invocation::new("count", ""))), "1", "always fresh");
    }
    seen.dedup();
    assert_eq!(seen.len(), 2, "two calls each: {seen:?}");
}

fn kept_in_its_worker(program: &WorkerProgram) {
    let pool = InstancePolicy::WalledPool { workers_max: 1, calls_max: 5 };
    let loaded = load(program, pool, |_| {});
    let ask = |what: &str| loaded.call_blocking(Invocation::new(what, ""));
    let first = children();
    assert_eq!([text(&ask("count")), text(&ask("count"))], ["1", "2"]);
    assert!(!ask("panic").outcome.is_returned());
    assert_eq!(text(&ask("count")), "1", "another instance");
    assert_eq!(children(), first, "in the same process");
    // Five calls, and there is another one. It need not compile again what the first one has.
    assert_eq!([text(&ask("count")), text(&ask("count"))], ["2", "1"]);
    assert_ne!(children(), first);
}

fn goes_on_dying(program: &WorkerProgram) {
    let loaded = load(program, walled(1, 100), |_| {});
    let mut ends = Vec::new();
    for _ in 0..8 {
        for child in children() {
            kill_process(Pid::from_raw(child).unwrap(), Signal::KILL).unwrap();
        }
        assert_children(0);
        ends.push(loaded.call_blocking(Invocation::new("echo", "1")).outcome);
    }
    let served = ends.iter().take_while(|outcome| outcome.is_returned()).count();
    assert_eq!(served, 4, "{ends:?}");
    let Some(Outcome::Unavailable { message }) = ends.last() else { panic!("{ends:?}") };
    assert!(message.contains("5 of its workers died within 60 s"), "{message}");
}

fn no_worker(_: &WorkerProgram) {
    let none = WorkerProgram::at("/nowhere/engraft-worker");
    let walls = block_on(engraft::worker::walls(&none));
    assert!(matches!(walls, Err(WorkerError::Start { .. })), "{walls:?}");
    let walls = block_on(engraft::worker::walls(&disguise::program(COWARD)));
    let Err(WorkerError::Died { how, .. }) = &walls else { panic!("{walls:?}") };
    assert!(how.contains("exit code 7"), "{how}");
    let walls = block_on(engraft::worker::walls(&disguise::program(BRAGGART)));
    let Err(WorkerError::Nonsense { what, .. }) = &walls else { panic!("{walls:?}") };
    assert!(what.contains("8589934590 bytes"), "{what}");
    let refused = engine(&none).load_blocking({
        let mut loadable = probe("test.probe");
        loadable.lifetime = walled(1, 1);
        loadable
    });
    assert!(matches!(refused, Err(EngineError::Walled { .. })), "{refused:?}");
    assert_children(0);
}

/// Locals beside branches take the compiler's time and memory: 3 s and a gigabyte here.
fn a_compile_bomb(program: &WorkerProgram) {
    let bomb = locals_times_blocks(6_000);
    let (short, minute) = (Duration::from_millis(500), Duration::from_secs(60));
    let begun = Instant::now();
    let ended = block_on(compile(program, &bomb, WorkerLimits::default(), short));
    assert!(matches!(ended, Err(WorkerError::TooLong { .. })), "{ended:?}");
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    let mut limits = WorkerLimits::default();
    limits.memory_bytes = 96 << 20;
    let ended = block_on(compile(program, &bomb, limits, minute));
    let Err(WorkerError::Died { how, .. }) = &ended else { panic!("{ended:?}") };
    assert!(how.contains("want of memory"), "{how}");
    limits = WorkerLimits::default();
    limits.memory_bytes = 8 << 30;
    limits.cpu_seconds = Some(1);
    let ended = block_on(compile(program, &bomb, limits, minute));
    let Err(WorkerError::Died { how, .. }) = &ended else { panic!("{ended:?}") };
    assert!(how.contains("processor time"), "{how}");
    let honest = guest("probe");
    block_on(compile(program, &honest, WorkerLimits::default(), minute)).unwrap();
    let refused = block_on(compile(program, b"\0asm", WorkerLimits::default(), minute));
    assert!(matches!(refused, Err(WorkerError::Refused { .. })), "{refused:?}");
    assert_children(0);
}

/// So many locals, each of which lives through so many branches: a gigabyte of the compiler's memory.
pub(crate) fn locals_times_blocks(count: usize) -> Vec<u8> {
    let locals = " i32".repeat(count);
    let branches: String = (0..count)
        .map(|at| format!("(if (local.get 0) (then (local.set {at} (local.get {})))) ", count - at))
        .collect();
    module(&format!("(func (export \"run\") (param i32) (local{locals}) {branches})"))
}

fn module(fields: &str) -> Vec<u8> {
    wat::parse_str(format!("(component (core module {fields}))")).unwrap()
}

fn refused_at_load(program: &WorkerProgram) {
    let sends = r#"(component (import "wasi:http/types@0.2.0" (instance)))"#;
    let mut loadable = wat("test.sends", sends);
    loadable.lifetime = walled(1, 1);
    let refused = engine(program).load_blocking(loadable);
    let Err(EngineError::Walled { message, .. }) = &refused else { panic!("{refused:?}") };
    assert!(message.contains("wasi:http/types"), "{message}");
    let mut config = EngineConfig::default();
    config.worker = None;
    let mut loadable = probe("test.probe");
    loadable.lifetime = walled(1, 1);
    let refused = Engine::new(config).unwrap().load_blocking(loadable);
    let Err(EngineError::Walled { message, .. }) = &refused else { panic!("{refused:?}") };
    assert!(message.contains("HostBuilder::worker"), "{message}");
    let mut loadable = engine_lab::component("test.none", b"no component".as_slice().into());
    loadable.lifetime = walled(1, 1);
    assert!(engine(program).load_blocking(loadable).is_err());
    assert_children(0);
}
