//! Values that outlive a call, through guests: quotas, spaces of their own, and restarts.

use std::sync::Arc;

use engraft::model::{KeyValue, KvQuota};
use engraft::store::MemoryStore;
use serde_json::json;

use crate::effects::stage::{Stage, ask, assert_told};

fn stage(store: Arc<dyn KeyValue>) -> Stage {
    let mut stage = Stage::granted();
    stage.services = stage.services.values(store);
    stage
}

#[tokio::test]
async fn values_outlive_a_call() {
    let loaded = stage(Arc::new(MemoryStore::default())).load().await;
    assert_eq!(ask(&loaded, "get", json!({ "key": "a" })).await, json!({ "ok": null }));
    ask(&loaded, "set", json!({ "key": "a", "value": "one" })).await;
    assert_eq!(ask(&loaded, "get", json!({ "key": "a" })).await, json!({ "ok": "one" }));
    let swap = |expected, value| json!({ "key": "a", "expected": expected, "value": value });
    assert_eq!(ask(&loaded, "swap", swap("no", "two")).await, json!({ "ok": false }));
    assert_eq!(ask(&loaded, "swap", swap("one", "two")).await, json!({ "ok": true }));
    assert_eq!(ask(&loaded, "get", json!({ "key": "a" })).await, json!({ "ok": "two" }));
    assert_eq!(
        ask(&loaded, "increment", json!({ "key": "n", "delta": 5 })).await,
        json!({ "ok": 5 })
    );
    let over = json!({ "key": "n", "delta": i64::MAX });
    assert_told(&ask(&loaded, "increment", over).await, "invalid", "64-bit");
    let text = json!({ "key": "a", "delta": 1 });
    assert_told(&ask(&loaded, "increment", text).await, "invalid", "not a whole number");
    let keys = ask(&loaded, "keys", json!({ "prefix": "", "limit": 9 })).await;
    assert_eq!(keys, json!({ "ok": ["a", "n"] }));
    assert_eq!(ask(&loaded, "delete", json!({ "key": "a" })).await, json!({ "ok": true }));
}

#[tokio::test]
async fn the_smaller_quota_holds_in_bytes_and_in_keys() {
    let mut stage = stage(Arc::new(MemoryStore::default()));
    stage.asked.kv = Some(KvQuota { bytes: 100, keys: 1_000 });
    stage.granted.kv = Some(KvQuota { bytes: 1_000, keys: 3 });
    let loaded = stage.load().await;
    let fill = |bytes: u64| json!({ "key": "k", "fill": bytes });
    assert_eq!(ask(&loaded, "set", fill(99)).await, json!({ "ok": null }));
    assert_told(&ask(&loaded, "set", fill(100)).await, "exhausted", "may take 100");
    assert_eq!(ask(&loaded, "set", fill(1)).await, json!({ "ok": null }));
    for key in ["l", "m"] {
        ask(&loaded, "increment", json!({ "key": key })).await;
    }
    let fourth = ask(&loaded, "increment", json!({ "key": "n" })).await;
    assert_told(&fourth, "exhausted", "there may be 3");
    assert_eq!(ask(&loaded, "get", json!({ "key": "n" })).await, json!({ "ok": null }));
}

#[tokio::test]
async fn sizes_have_bounds_of_their_own() {
    let loaded = stage(Arc::new(MemoryStore::default())).load().await;
    let long_key = json!({ "key": "k".repeat(513), "value": "" });
    assert_told(&ask(&loaded, "set", long_key).await, "invalid", "513 bytes; at most 512");
    let long_value = json!({ "key": "k", "fill": (1 << 20) + 1 });
    assert_told(&ask(&loaded, "set", long_value).await, "invalid", "at most 1048576");
}

#[tokio::test]
async fn capabilities_have_spaces_of_their_own() {
    let mut stage = stage(Arc::new(MemoryStore::default()));
    let engine = stage.engine();
    let mine = stage.load_on(&engine).await.unwrap();
    stage.name = "test.other".to_owned();
    let theirs = stage.load_on(&engine).await.unwrap();
    ask(&mine, "set", json!({ "key": "a", "value": "mine" })).await;
    assert_eq!(ask(&theirs, "get", json!({ "key": "a" })).await, json!({ "ok": null }));
    let keys = ask(&theirs, "keys", json!({ "prefix": "", "limit": 9 })).await;
    assert_eq!(keys, json!({ "ok": [] }));
    ask(&theirs, "delete", json!({ "key": "a" })).await;
    assert_eq!(ask(&mine, "get", json!({ "key": "a" })).await, json!({ "ok": "mine" }));
}

#[cfg(feature = "sqlite")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn values_in_a_file_survive_the_host_and_lose_no_increment() {
    use engraft::store::SqliteStore;

    let file = std::env::temp_dir().join(format!("engraft-it-kv-{}.sqlite", std::process::id()));
    {
        let loaded = stage(Arc::new(SqliteStore::open(&file).unwrap())).load().await;
        let add = || ask(&loaded, "increment", json!({ "key": "n" }));
        let (a, b, c, d) = tokio::join!(add(), add(), add(), add());
        let mut sums: Vec<_> =
            [a, b, c, d].iter().map(|answer| answer["ok"].as_i64().unwrap()).collect();
        sums.sort_unstable();
        assert_eq!(sums, [1, 2, 3, 4]);
    }
    let loaded = stage(Arc::new(SqliteStore::open(&file).unwrap())).load().await;
    assert_eq!(ask(&loaded, "get", json!({ "key": "n" })).await, json!({ "ok": "4" }));
    drop(loaded);
    drop(std::fs::remove_file(&file));
}
