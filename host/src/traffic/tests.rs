//! Who gets what, and when a call is tried again.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::*;
use crate::engine::{Invocation, Report};
use crate::model::{Digest, Failure, FailureFacts, Outcome, Output, SystemClock};
use crate::registry::{
    Actor, Arm, Callee, Installed, Load, Loading, Op, Plan, Registry, Release, ReleaseOrigin, Share,
};

/// Ends each call in the same way.
#[derive(Debug, Clone)]
struct Fixed {
    outcome: Outcome,
    calls: Arc<AtomicU32>,
}

impl Callee for Fixed {
    fn call(&self, _: &Invocation<'_>) -> impl Future<Output = Report> + Send {
        self.calls.fetch_add(1, Ordering::Relaxed);
        std::future::ready(Report::unstarted(self.outcome.clone()))
    }
}

/// Nothing is loaded in these tests; all of it is ready when it is installed.
struct Never;

impl Load<Fixed> for Never {
    fn load<'a>(&'a self, _: &'a Release, _: Vec<u8>) -> Loading<'a, Fixed> {
        Box::pin(async { Err("nothing is loaded here".to_owned()) })
    }
}

struct Stage {
    registry: Arc<Registry<Fixed>>,
    traffic: Traffic<Fixed>,
    calls: Vec<Arc<AtomicU32>>,
}

fn returned() -> Outcome {
    Outcome::Returned(Output::new("1".to_owned()))
}

fn refused(effect_happened: bool) -> Outcome {
    let facts = FailureFacts { message: String::new(), retryable: true, effect_happened };
    Outcome::Refused(Failure::Unavailable(facts))
}

/// Releases 1.0.0, 1.1.0 and so on, of which the second spreads at 50 %.
async fn stage(outcomes: Vec<Outcome>) -> Stage {
    let clock = Arc::new(SystemClock);
    let registry = Arc::new(Registry::in_memory(Never).await);
    let mut calls = Vec::new();
    for (outcome, minor) in outcomes.into_iter().zip(0..) {
        let version = semver::Version::new(1, minor, 0);
        let bundle = version.to_string().into_bytes();
        let installed = Installed {
            name: "a.b".parse().unwrap(),
            component: Digest::of(&bundle),
            bundle: Digest::of(&bundle),
            sequence: minor,
            origin: ReleaseOrigin::Brought,
            operations: Vec::new(),
            verified: None,
            version,
        };
        let fixed = Fixed { outcome, calls: Arc::default() };
        calls.push(Arc::clone(&fixed.calls));
        registry.install(by(), "", installed, &bundle, fixed).await.unwrap();
    }
    let mut plan = Plan::preset("quick").unwrap();
    plan.stages[0].share = Share::from_units(50_000).unwrap();
    plan.stages[0].groups = vec!["staff".to_owned()];
    plan.stages[1].share = Share::ALL;
    let name = "a.b".parse().unwrap();
    let op = Op::rollout(&name, &"1.1.0".parse().unwrap(), plan, 0);
    registry.change(by(), "", op).await.unwrap();
    let (traffic, _) = Traffic::new(Arc::clone(&registry), clock);
    Stage { registry, traffic, calls }
}

fn by() -> Actor {
    Actor::person("test")
}

impl Stage {
    fn picked(&self, target: &str, who: &Who) -> (String, Option<Arm>) {
        let pick = pick(&self.registry.snapshot(), &target.parse().unwrap(), who).unwrap();
        (pick.serving.version().to_string(), pick.unit.map(|(_, _, arm)| arm))
    }

    /// A user on one side of the share.
    fn user(&self, arm: Arm) -> Who {
        let users = (0..1_000).map(|user| Who::user(user.to_string()));
        users.into_iter().find(|who| self.picked("a.b", who).1 == Some(arm)).unwrap()
    }

    async fn call(&self, who: &Who) -> Answer {
        let target = "a.b".parse().unwrap();
        self.traffic.call(&target, Invocation::new("do", "{}"), who).await
    }
}

#[tokio::test]
async fn pins_groups_and_requirements_go_before_the_share() {
    let stage = stage(vec![returned(), returned(), returned()]).await;
    let pin = Op::Pinned {
        caller: "nightly".to_owned(),
        name: "a.b".parse().unwrap(),
        version: Some("1.0.0".parse().unwrap()),
    };
    stage.registry.change(by(), "", pin).await.unwrap();
    let inside = stage.user(Arm::Treatment);
    let stable = |version: &str| (version.to_owned(), None);
    assert_eq!(stage.picked("a.b", &inside).0, "1.1.0");
    assert_eq!(stage.picked("a.b", &inside.clone().caller("nightly")), stable("1.0.0"));
    assert_eq!(stage.picked("a.b", &Who::default()), stable("1.0.0"), "no id, no coin");
    assert_eq!(stage.picked("a.b", &Who::default().group("staff")), stable("1.1.0"));
    assert_eq!(stage.picked("a.b@^1", &inside), stable("1.0.0"), "who serves, if that will do");
    let newest = "a.b@>1.1".parse().unwrap();
    assert!(pick(&stage.registry.snapshot(), &newest, &inside).is_none(), "it is not ready yet");
    let requirement = newest.requirement.as_ref().unwrap();
    assert!(stage.registry.summon(&newest.name, requirement).await.unwrap());
    assert_eq!(stage.picked("a.b@>1.1", &inside), stable("1.2.0"));
    let none = pick(&stage.registry.snapshot(), &"a.b@^2".parse().unwrap(), &inside);
    assert!(none.is_none());
    let arms = (0..1_000)
        .filter(|user| stage.picked("a.b", &Who::user(user.to_string())).1 == Some(Arm::Treatment));
    assert!((400..600).contains(&arms.count()));
}

#[tokio::test]
async fn lists_and_conditions_go_before_the_share_and_count_nowhere() {
    let stage = stage(vec![returned(), returned()]).await;
    let (inside, outside) = (stage.user(Arm::Treatment), stage.user(Arm::Control));
    let named = |who: &Who| vec![who.sticky.clone().unwrap()];
    let mut plan = Plan::preset("quick").unwrap();
    plan.stages[0].share = Share::from_units(50_000).unwrap();
    plan.stages[0].groups = vec!["staff".to_owned()];
    plan.stages[0].only = serde_json::from_str(
        r#"[{"attribute": "country", "one_of": ["CH"]}, {"attribute": "app", "version": "^2"}]"#,
    )
    .unwrap();
    plan.stages[0].deny = named(&inside);
    plan.stages[0].allow = named(&outside);
    let name = "a.b".parse().unwrap();
    for op in [Op::Paused { name }, Op::RolledBack { name: "a.b".parse().unwrap(), decision: None }]
    {
        stage.registry.change(by(), "", op).await.unwrap();
    }
    let mut op = Op::rollout(&"a.b".parse().unwrap(), &"1.1.0".parse().unwrap(), plan, 0);
    if let Op::RolloutStarted { again, .. } = &mut op {
        *again = true;
    }
    stage.registry.change(by(), "", op).await.unwrap();
    let swiss = |who: Who| who.attribute("country", "CH").attribute("app", "2.3.1");
    let plain = |version: &str| (version.to_owned(), None);
    assert_eq!(stage.picked("a.b", &swiss(inside.clone())), plain("1.0.0"), "denied");
    assert_eq!(stage.picked("a.b", &outside), plain("1.1.0"), "allowed, whatever else holds");
    let others = (0..1_000).map(|user| Who::user(format!("other-{user}")));
    let mut arms = [0, 0];
    for who in others {
        assert_eq!(stage.picked("a.b", &who), plain("1.0.0"), "of whom nothing is known");
        assert_eq!(stage.picked("a.b", &who.clone().group("staff")), plain("1.0.0"));
        match stage.picked("a.b", &swiss(who)).1 {
            Some(Arm::Treatment) => arms[0] += 1,
            Some(Arm::Control) => arms[1] += 1,
            None => panic!("whoever meets the conditions counts"),
        }
    }
    assert!(arms[0] > 400 && arms[1] > 400, "{arms:?}");
    let staff = swiss(Who::default()).group("staff");
    assert_eq!(stage.picked("a.b", &staff), plain("1.1.0"));
}

#[tokio::test]
async fn a_new_release_that_is_away_is_answered_for_and_blamed() {
    for (outcome, falls_back) in [
        (Outcome::Unavailable { message: String::new() }, true),
        (refused(false), true),
        (refused(true), false),
        (Outcome::Cancelled, false),
    ] {
        let stage = stage(vec![returned(), outcome.clone()]).await;
        let answer = stage.call(&stage.user(Arm::Treatment)).await;
        assert_eq!(answer.report.outcome.is_returned(), falls_back, "{outcome:?}");
        assert_eq!(stage.calls[0].load(Ordering::Relaxed), u32::from(falls_back), "{outcome:?}");
        let snapshot = stage.registry.snapshot();
        let spreading = snapshot.line("a.b").unwrap().spreading.as_ref().unwrap();
        let seen = spreading.book.take();
        assert_eq!(seen.success.treatment.failures, 1, "it counts against the new one");
        assert_eq!(seen.success.control.requests, 0, "and for nobody else");
        let totals = spreading.serving.totals();
        assert_eq!((totals.begun, totals.ended, totals.fallen_back), (1, 1, u64::from(falls_back)));
    }
}

#[tokio::test]
async fn feedback_finds_its_request_and_counts_once() {
    let stage = stage(vec![returned(), returned()]).await;
    let who = stage.user(Arm::Control).request("r-1");
    stage.call(&who).await;
    for _ in 0..3 {
        stage.traffic.feedback("r-1", Opinion::Bad).unwrap();
    }
    stage.traffic.metric("r-1", "useful", Opinion::Good).unwrap();
    assert!(stage.traffic.feedback("r-2", Opinion::Good).is_err());
    let snapshot = stage.registry.snapshot();
    let seen = snapshot.line("a.b").unwrap().spreading.as_ref().unwrap().book.take();
    assert_eq!((seen.feedback.control.requests, seen.feedback.control.failures), (1, 1));
    assert_eq!(seen.custom["useful"].control.requests, 1);
}

#[tokio::test]
async fn a_dropped_call_is_told_of() {
    let stage = stage(vec![returned(), returned()]).await;
    let (traffic, mut samples) = Traffic::new(Arc::clone(&stage.registry), Arc::new(SystemClock));
    let target = "a.b".parse().unwrap();
    let who = Who::default();
    drop(traffic.call(&target, Invocation::new("do", "{}"), &who));
    assert!(samples.try_recv().is_err(), "a call that was never begun");
    traffic.call(&target, Invocation::new("do", "{}"), &who).await;
    assert_eq!(samples.try_recv().unwrap().outcome, "returned");
    for _ in 0..1_100 {
        traffic.call(&target, Invocation::new("do", "{}"), &who).await;
    }
    assert_eq!(traffic.samples_lost(), 1_100 - 1_024);
}
