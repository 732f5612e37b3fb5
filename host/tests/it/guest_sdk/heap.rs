//! The memory of a capability in Rust: it begins with what it has, grows where it must, and stays.

use engraft::engine::{InstancePolicy, Invocation, Loadable, Loaded};
use engraft::model::Outcome;
use serde_json::{Value, json};

use super::{engine, grant_all, load, load_asking};
use crate::support::{guest, template};

const PAGE_BYTES: u64 = 64 << 10;

/// The template's component is this small, and has to stay so.
const TEMPLATE_BYTES_MAX: usize = 60_000;

/// What a component's memory is as it starts: the smallest limit of a memory in it.
fn memory_at_start(component: &[u8]) -> u64 {
    let mut pages = None;
    for payload in wasmparser::Parser::new(0).parse_all(component) {
        if let wasmparser::Payload::MemorySection(memories) = payload.unwrap() {
            pages = memories.into_iter().map(|memory| memory.unwrap().initial).max();
        }
    }
    pages.unwrap() * PAGE_BYTES
}

/// Calls `shout` with a text of this length and gives the most memory that it had.
async fn shout(loaded: &Loaded, length: usize) -> u64 {
    let input = json!({ "text": "x".repeat(length) }).to_string();
    let report = loaded.call(Invocation::new("shout", input)).await;
    let Outcome::Returned(output) = &report.outcome else { panic!("{}", report.outcome) };
    assert_eq!(output.read::<Value>().unwrap(), json!("X".repeat(length)));
    report.usage.memory_bytes_peak
}

#[tokio::test]
async fn a_fresh_call_of_the_template_grows_no_memory() {
    let component = template("rust", "greet");
    assert!(component.len() <= TEMPLATE_BYTES_MAX, "{} bytes", component.len());
    let loaded = load(&engine(), component.clone(), grant_all).await;
    let report = loaded.call(Invocation::new("greet", r#"{"name": "Ada"}"#)).await;
    assert!(matches!(report.outcome, Outcome::Returned(_)), "{}", report.outcome);
    assert_eq!(report.usage.memory_bytes_peak, memory_at_start(&component));
}

#[tokio::test]
async fn what_does_not_fit_at_the_start_grows_and_is_used_again() {
    let component = guest("sdk");
    let start = memory_at_start(&component);
    let warm = |loadable: &mut Loadable| {
        loadable.lifetime = InstancePolicy::Pooled { calls_max: 10_000, idle_max: 1 };
    };
    let loaded = load_asking(&engine(), component, warm, grant_all).await;
    assert_eq!(shout(&loaded, 1000).await, start);
    let grown = shout(&loaded, 300_000).await;
    assert!(grown > start, "300 kB three times do not fit into the arena");
    for round in 0_usize..200 {
        // Of many sizes, so that what was freed has to be put together again.
        assert_eq!(shout(&loaded, round * 1499 % 300_000).await, grown, "round {round}");
    }
}
