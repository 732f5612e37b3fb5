//! A program of WASI 0.3 that knows nothing of Engraft: the same grants, the same bounds, with
//! functions that wait, streams and futures.

use std::time::Duration;

use engraft::engine::{Invocation, Loaded};
use engraft::model::{Access, ClockMode, Limit, Outcome, RandomMode};
use serde_json::json;

use crate::effects::stage::{Stage, ask, output, report};
use crate::files::{Ground, assert_requests_obey, read, run, stage};

async fn load(stage: &Stage) -> Loaded {
    let program = crate::support::guest("wasi3");
    stage.load_component(&stage.engine(), program, &["run", "double-late"]).await.unwrap()
}

#[tokio::test]
async fn without_permission_there_is_nothing() {
    let loaded = load(&stage()).await;
    assert_eq!(run(&loaded, &["env"]).await, "[]");
    assert_eq!(run(&loaded, &["time"]).await, "946684800 0");
    assert_eq!(run(&loaded, &["random"]).await, run(&loaded, &["random"]).await);
    assert_eq!(run(&loaded, &["read", "open"]).await, "error: ErrorCode::NoEntry");
    assert_eq!(
        run(&loaded, &["get", "127.0.0.1:1", "/"]).await,
        "error: ErrorCode::HttpRequestDenied"
    );
}

#[tokio::test]
async fn what_is_granted_is_there() {
    let mut stage = stage();
    (stage.asked.clock, stage.asked.random) = (true, true);
    stage.granted.clock = Some(ClockMode::Frozen(Duration::from_secs(5)));
    stage.granted.random = Some(RandomMode::Seeded(7));
    stage.asked.env = vec!["LANG".to_owned()];
    stage.granted.env = [("LANG".to_owned(), "C".to_owned())].into();
    let loaded = load(&stage).await;
    assert_eq!(run(&loaded, &["env"]).await, r#"[("LANG", "C")]"#);
    assert_eq!(run(&loaded, &["time"]).await, "5 0");
    let seeded = run(&loaded, &["random"]).await;
    assert_eq!(seeded, run(&loaded, &["random"]).await);
    stage.granted.random = Some(RandomMode::Real);
    let loaded = load(&stage).await;
    let drawn = run(&loaded, &["random"]).await;
    assert!(drawn != seeded && drawn != run(&loaded, &["random"]).await, "{drawn}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_is_an_operation_like_any_other() {
    let loaded = load(&stage()).await;
    let late = json!({ "number": 21, "wait-ms": 5 });
    assert_eq!(ask(&loaded, "double-late", late.clone()).await, json!(42));
    let blocking = loaded.call_blocking(Invocation::new("double-late", late.to_string()));
    assert_eq!(output(&blocking), json!(42));
    let limit = Duration::from_millis(100);
    for (operation, input) in [
        ("double-late", json!({ "number": 1, "wait-ms": 3_600_000 })),
        ("run", json!({ "args": ["sleep"] })),
    ] {
        let invocation = Invocation::new(operation, input.to_string()).deadline(limit);
        assert_eq!(loaded.call(invocation).await.outcome, Outcome::Deadline { limit });
    }
}

#[tokio::test]
async fn streams_are_bounded() {
    let mut stage = stage();
    stage.budget.output_bytes = 10_000;
    let loaded = load(&stage).await;
    let input = json!({ "args": ["stdin"], "stdin": "from outside" });
    assert_eq!(output(&report(&loaded, "run", &input).await)["stdout"], json!("from outside"));
    let flood = report(&loaded, "run", &json!({ "args": ["flood-stdout"] })).await;
    let is_output = matches!(
        flood.outcome,
        Outcome::Exceeded { limit: Limit::OutputBytes, allowed: 10_000, .. }
    );
    assert!(is_output, "{}", flood.outcome);
}

/// Each waiting task is a handle in the host, which the guest's own memory does not pay for.
#[tokio::test]
async fn tasks_without_end_are_stopped_by_a_bound() {
    let loaded = load(&stage()).await;
    let ended = report(&loaded, "run", &json!({ "args": ["tasks"] })).await;
    assert!(
        !matches!(ended.outcome, Outcome::Returned(_) | Outcome::Unavailable { .. }),
        "{}",
        ended.outcome
    );
    assert_eq!(run(&loaded, &["env"]).await, "[]", "the host serves on");
}

#[tokio::test]
async fn a_directory_is_read_and_written_as_granted() {
    let ground = Ground::new("wasi3-access");
    let mut read_only = stage();
    ground.share(&mut read_only, Access::ReadWrite, Access::ReadOnly);
    let loaded = load(&read_only).await;
    assert_eq!(run(&loaded, &["read", "open"]).await, "hello");
    for args in [&["write", "open", "x"][..], &["write", "new", "x"], &["remove", "open"]] {
        assert!(run(&loaded, args).await.starts_with("error: "), "{args:?}");
    }
    assert_eq!(read(&ground.path("shared/open")), "hello");
    let mut read_write = stage();
    ground.share(&mut read_write, Access::ReadWrite, Access::ReadWrite);
    let loaded = load(&read_write).await;
    assert_eq!(run(&loaded, &["write", "new", "made"]).await, "4");
    assert_eq!(run(&loaded, &["append", "new", " longer"]).await, "done");
    assert_eq!(read(&ground.path("shared/new")), "made longer");
    assert_eq!(run(&loaded, &["read", "new"]).await, "made longer");
    assert_eq!(run(&loaded, &["remove", "open"]).await, "done");
    assert!(!ground.path("shared/open").exists());
    for path in ["../secret", "inner/../../secret"] {
        assert!(run(&loaded, &["read", path]).await.starts_with("error: "), "{path}");
        assert!(run(&loaded, &["write", path, "x"]).await.starts_with("error: "), "{path}");
    }
    assert_eq!(read(&ground.path("secret")), "the secret");
}

#[tokio::test]
async fn a_directory_holds_what_the_grant_says_and_no_more() {
    let ground = Ground::new("wasi3-quota");
    let mut stage = stage();
    ground.share(&mut stage, Access::ReadWrite, Access::ReadWrite);
    // Two entries are there, with five bytes in one; a third, and 135,000 bytes in it. What is
    // written comes in chunks of 64 KiB, and a chunk that does not fit is not cut.
    stage.granted.disk_bytes = Some(3 * 4_096 + 5 + 135_000);
    let loaded = load(&stage).await;
    let filled = run(&loaded, &["fill", "full"]).await;
    assert_eq!(filled, "131072 Err(ErrorCode::Quota)");
    let held = std::fs::metadata(ground.path("shared/full")).unwrap().len();
    assert_eq!(held, 131_072, "no byte more than was told");
    let large = "x".repeat(80_000);
    for args in [
        &["append", "full", &large][..],
        &["write", "other", "x"],
        // This makes the file anew, empty, before it fails.
        &["extend", "full", "140000"],
    ] {
        assert_eq!(run(&loaded, args).await, "error: ErrorCode::Quota", "{args:?}");
    }
    assert_eq!(run(&loaded, &["remove", "full"]).await, "done");
    assert_eq!(run(&loaded, &["write", "full", &large]).await, "80000");
}

#[tokio::test]
async fn files_without_bytes_fill_a_directory_too() {
    let ground = Ground::new("wasi3-crowd");
    let mut stage = stage();
    ground.share(&mut stage, Access::ReadWrite, Access::ReadWrite);
    stage.granted.disk_bytes = Some(102 * 4_096 + 5);
    let loaded = load(&stage).await;
    assert_eq!(run(&loaded, &["crowd", "inner"]).await, "100 ErrorCode::Quota");
    assert_eq!(std::fs::read_dir(ground.path("shared/inner")).unwrap().count(), 100);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_obey_the_same_rules() {
    assert_requests_obey(async |stage| load(&stage).await).await;
}

#[tokio::test]
async fn sending_wants_the_permission_in_the_manifest() {
    let mut stage = stage();
    stage.asked.http.clear();
    let program = crate::support::guest("wasi3");
    let refused = stage.load_component(&stage.engine(), program, &["run"]).await;
    let sentence = refused.unwrap_err().to_string();
    assert!(sentence.contains("wasi:http/client@0.3.0"), "{sentence}");
}
