//! How long instances live: fresh, pooled, bound to sessions; and the state that moves between them.

use super::*;

#[tokio::test]
async fn a_fresh_instance_remembers_nothing_and_a_pooled_one_serves_its_calls() {
    let lab = Lab::new();
    let fresh = lab.probe(|_| {});
    for _ in 0..3 {
        assert_eq!(text(&fresh.call(count()).await), "1");
    }
    let mut loadable = probe("test.pooled");
    loadable.lifetime = InstancePolicy::Pooled { calls_max: 3, idle_max: 2 };
    let pooled = lab.load(loadable);
    for expected in ["1", "2", "3", "1", "2"] {
        assert_eq!(text(&pooled.call(count()).await), expected);
    }
    // A refusal is no break; a break is.
    assert!(matches!(
        pooled.call(Invocation::new("refuse", "")).await.outcome,
        Outcome::Refused(_)
    ));
    assert_eq!(text(&pooled.call(count()).await), "1", "three calls are over");
    assert!(!pooled.call(Invocation::new("panic", "x")).await.outcome.is_returned());
    assert_eq!(text(&pooled.call(count()).await), "1", "the broken one is gone");
}

#[tokio::test]
async fn each_call_of_a_pooled_instance_has_a_budget_of_its_own() {
    let lab = Lab::new();
    let mut loadable = probe("test.pooled");
    loadable.lifetime = InstancePolicy::Pooled { calls_max: 100, idle_max: 1 };
    loadable.budget.host_calls = 2;
    loadable.budget.log_bytes = 200;
    loadable.budget.fuel = 1_500_000;
    let pooled = lab.load(loadable);
    let mut fuel = Vec::new();
    for _ in 0..5 {
        let report = pooled.call(Invocation::new("work", "50000")).await;
        assert!(report.outcome.is_returned(), "{}", report.outcome);
        fuel.push(report.usage.fuel);
        let report = pooled.call(Invocation::new("log", "hello")).await;
        assert_eq!(text(&report), "null");
        assert_eq!((report.usage.host_calls, report.logs.len()), (1, 1));
    }
    assert!(fuel.iter().sum::<u64>() > 1_500_000, "together more than one call may burn");
    assert_eq!(fuel[1..].iter().max(), fuel[1..].iter().min(), "a warm call burns the same");
}

#[tokio::test]
async fn a_session_keeps_its_own_instance_until_it_is_idle_too_long() {
    let lab = Lab::new();
    let mut loadable = probe("test.session");
    let idle = Duration::from_millis(300);
    loadable.lifetime = InstancePolicy::Session { sessions_max: 2, idle };
    let loaded = lab.load(loadable);
    let call = |session: &str| loaded.call(count().session(session.to_owned()));
    assert_eq!(text(&call("anna").await), "1");
    assert_eq!(text(&call("anna").await), "2");
    assert_eq!(text(&call("bert").await), "1");
    let third = call("cora").await;
    assert!(third.outcome.to_string().contains("2 sessions are open"), "{}", third.outcome);
    let unnamed = loaded.call(count()).await;
    assert!(unnamed.outcome.to_string().contains("name one"), "{}", unnamed.outcome);
    assert!(loaded.end_session("bert"));
    assert!(!loaded.end_session("bert"));
    assert_eq!(text(&call("cora").await), "1");
    assert_eq!(text(&call("anna").await), "3");
    // A break ends the session's instance, not the session's right to another.
    let broken = loaded.call(Invocation::new("panic", "x").session("anna")).await;
    assert!(!broken.outcome.is_returned());
    assert_eq!(text(&call("anna").await), "1");
    tokio::time::sleep(idle * 2).await;
    assert_eq!(loaded.expire_sessions(), 2);
    assert_eq!(text(&call("anna").await), "1");
}

#[tokio::test]
async fn a_session_in_a_call_is_busy() {
    let lab = Lab::new();
    let mut loadable = probe("test.session");
    loadable.budget.fuel = u64::MAX;
    let idle = Duration::from_secs(60);
    loadable.lifetime = InstancePolicy::Session { sessions_max: 2, idle };
    let loaded = lab.load(loadable);
    let mut spin = Box::pin(loaded.call(Invocation::new("spin", "").session("anna")));
    assert!(tokio::time::timeout(Duration::from_millis(20), &mut spin).await.is_err());
    let report = loaded.call(count().session("anna")).await;
    assert!(report.outcome.to_string().contains("another call"), "{}", report.outcome);
    drop(spin);
    assert_eq!(text(&loaded.call(count().session("anna")).await), "1");
}

#[tokio::test]
async fn state_moves_from_one_session_to_another() {
    let lab = Lab::new();
    let mut loadable = probe("test.session");
    let idle = Duration::from_secs(60);
    loadable.lifetime = InstancePolicy::Session { sessions_max: 2, idle };
    let loaded = lab.load(loadable);
    assert!(loaded.is_stateful() && loaded.is_self_testing());
    for _ in 0..4 {
        loaded.call(count().session("old")).await;
    }
    let (saved, report) = loaded.save_state(Invocation::new("save", "").session("old")).await;
    assert!(report.outcome.is_returned(), "{}", report.outcome);
    let saved = saved.unwrap();
    let to_new = || Invocation::new("restore", "").session("new");
    let report = loaded.restore_state(to_new(), "1.0.0", &saved).await;
    assert!(report.outcome.is_returned(), "{}", report.outcome);
    assert_eq!(text(&loaded.call(count().session("new")).await), "5");
    let report = loaded.restore_state(to_new(), "1.0.0", b"short").await;
    assert!(report.outcome.to_string().contains("5 bytes are no count"), "{}", report.outcome);
}
