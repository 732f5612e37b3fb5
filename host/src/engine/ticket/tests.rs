//! What a call costs that nobody listens to, counted in allocations of this thread.

#![expect(unsafe_code, reason = "an allocator that counts is written like any other")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::Arc;

use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use super::*;
use crate::engine::{Engine, EngineConfig, InstancePolicy, Invocation, Loadable, Loaded, Metering};
use crate::model::{Budget, Content, Grant};

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

struct Counting;

#[global_allocator]
static COUNTING: Counting = Counting;

// SAFETY: everything is handed to the system's allocator as it came; counting touches a cell of this
// thread that needs neither memory nor a destructor.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.with(|count| count.set(count.get() + 1));
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        unsafe { System.dealloc(at, layout) }
    }
}

fn allocations<T>(run: impl FnOnce() -> T) -> (u64, T) {
    let before = ALLOCATIONS.with(Cell::get);
    let result = run();
    (ALLOCATIONS.with(Cell::get) - before, result)
}

/// Hears everything and remembers nothing, so that it allocates nothing itself.
struct Listener;

impl Subscriber for Listener {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        event.record(&mut |_: &tracing::field::Field, value: &dyn std::fmt::Debug| {
            std::hint::black_box(format!("{value:?}"));
        });
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

async fn loaded() -> Loaded {
    let component: Arc<[u8]> = wat::parse_str(
        r#"(component
            (core module $m (func (export "double") (param i32) (result i32)
                (i32.mul (local.get 0) (i32.const 2))))
            (core instance $i (instantiate $m))
            (func (export "double") (param "number" u32) (result u32)
                (canon lift (core func $i "double"))))"#,
    )
    .unwrap()
    .into();
    let engine = Engine::new(EngineConfig::default()).unwrap();
    let name = "math.double".parse().unwrap();
    let description = engine.describe(&name, Arc::clone(&component)).await.unwrap();
    let loadable = Loadable {
        name,
        version: Some(semver::Version::new(1, 2, 3)),
        content: Content::new(component),
        description,
        budget: Budget::default(),
        grant: Grant::default(),
        lifetime: InstancePolicy::Pooled { calls_max: 1_000, idle_max: 1 },
        metering: Metering::Fuel,
        native: Vec::new(),
    };
    engine.load(loadable).await.unwrap()
}

/// One test, for what was once listened to stays enabled in this process, and other threads see it.
#[tokio::test]
async fn nothing_is_allocated_for_listeners_that_are_not_there() {
    let loaded = loaded().await;
    let close = || Ticket::open(&loaded.inner, "double", 0).close(Outcome::Cancelled);
    let call = async || {
        // The caller's own texts are made outside of what is counted.
        let invocation = Invocation::new("double", r#"{"number": 21}"#);
        let before = ALLOCATIONS.with(Cell::get);
        let report = loaded.call(invocation).await;
        let count = ALLOCATIONS.with(Cell::get) - before;
        assert!(report.outcome.is_returned(), "{report:?}");
        count
    };
    drop(close());
    let (report_alone, _) = allocations(close);
    assert_eq!(report_alone, 0);
    let mut calls_alone = Vec::new();
    for _ in 0..4 {
        calls_alone.push(call().await);
    }
    let call_alone = calls_alone[3];
    assert_eq!(calls_alone[2], call_alone, "a warm call always costs the same: {calls_alone:?}");
    // The same with somebody listening, or this test could not fail.
    let listening = tracing::subscriber::set_default(Listener);
    let (report_heard, _) = allocations(close);
    let call_heard = call().await;
    drop(listening);
    assert!(report_heard > 0);
    assert!(call_heard > call_alone, "{call_heard} with a listener, {call_alone} without");
}
