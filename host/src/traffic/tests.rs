//! Who gets what, and when a call is tried again.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::*;
use crate::engine::{Invocation, Report};
use crate::model::{Digest, Failure, FailureFacts, Outcome, Output, SystemClock};
use crate::registry::{
    Actor, Admitted, Arm, Callee, Installed, Load, Loading, Op, Plan, Registry, Release,
    ReleaseOrigin, Share,
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

/// Half of the users, and the staff, and then everybody.
fn half() -> Plan {
    let mut plan = Plan::preset("quick").unwrap();
    plan.stages[0].share = Share::from_units(50_000).unwrap();
    plan.stages[0].groups = vec!["staff".to_owned()];
    plan.stages[1].share = Share::ALL;
    plan
}

/// Releases 1.0.0, 1.1.0 and so on, of which the second spreads at 50 %.
async fn stage(outcomes: Vec<Outcome>) -> Stage {
    stage_of(outcomes, half()).await
}

/// The same, by another plan.
async fn stage_of(outcomes: Vec<Outcome>, plan: Plan) -> Stage {
    let clock = Arc::new(SystemClock);
    let registry = Arc::new(Registry::in_memory(Never).await);
    let mut calls = Vec::new();
    for (outcome, minor) in outcomes.into_iter().zip(0..) {
        let version = format!("1.{minor}.0");
        let installed = installed(&version, minor);
        let fixed = Fixed { outcome, calls: Arc::default() };
        calls.push(Arc::clone(&fixed.calls));
        let admitted = Admitted::played(installed);
        registry.install(by(), "", admitted, version.as_bytes(), fixed).await.unwrap();
    }
    let name = "a.b".parse().unwrap();
    let op = Op::rollout(&name, &"1.1.0".parse().unwrap(), plan, 0);
    registry.change(by(), "", op).await.unwrap();
    let traffic = Traffic::new(Arc::clone(&registry), clock);
    Stage { registry, traffic, calls }
}

fn installed(version: &str, sequence: u64) -> Installed {
    Installed {
        name: "a.b".parse().unwrap(),
        version: version.parse().unwrap(),
        component: Digest::of(version.as_bytes()),
        bundle: Digest::of(version.as_bytes()),
        sequence,
        origin: ReleaseOrigin::Brought,
        operations: Vec::new(),
        verified: None,
        examination: None,
    }
}

fn by() -> Actor {
    Actor::person("test")
}

impl Stage {
    fn picked(&self, target: &str, who: &Who) -> (String, Option<Arm>) {
        let snapshot = self.registry.snapshot();
        let pick = pick(&snapshot, &target.parse().unwrap(), who).unwrap();
        (pick.serving.version().to_string(), pick.unit.map(|unit| unit.arm))
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
    let snapshot = stage.registry.snapshot();
    assert!(pick(&snapshot, &"a.b@^2".parse().unwrap(), &inside).is_none());
    let arms = (0..1_000)
        .filter(|user| stage.picked("a.b", &Who::user(user.to_string())).1 == Some(Arm::Treatment));
    assert!((400..600).contains(&arms.count()));
}

#[tokio::test]
async fn lists_and_conditions_go_before_the_share_and_count_nowhere() {
    let stage = stage(vec![returned(), returned()]).await;
    let (inside, outside) = (stage.user(Arm::Treatment), stage.user(Arm::Control));
    let named = |who: &Who| vec![who.sticky.clone().unwrap()];
    let mut plan = half();
    plan.stages[0].only = serde_json::from_str(
        r#"[{"attribute": "country", "one_of": ["CH"]}, {"attribute": "app", "version": "^2"}]"#,
    )
    .unwrap();
    plan.stages[0].deny = named(&inside);
    plan.stages[0].allow = named(&outside);
    // The same rollout on another stage has the same key, so the users stand where they stood.
    let stage = stage_of(vec![returned(), returned()], plan).await;
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
        stage.traffic.feedback(&Feedback::new("r-1", Opinion::Bad)).unwrap();
    }
    let useful = Feedback::new("r-1", Opinion::Good).metric("useful");
    stage.traffic.feedback(&useful).unwrap();
    assert!(stage.traffic.feedback(&Feedback::new("r-2", Opinion::Good)).is_err());
    let snapshot = stage.registry.snapshot();
    let seen = snapshot.line("a.b").unwrap().spreading.as_ref().unwrap().book.take();
    assert_eq!((seen.feedback.control.requests, seen.feedback.control.failures), (1, 1));
    assert_eq!(seen.custom["useful"].control.requests, 1);
}

#[tokio::test]
async fn a_failure_that_changed_nothing_is_tried_once_more_and_no_other_is() {
    for (outcome, tries) in [(refused(false), 2), (refused(true), 1), (returned(), 1)] {
        let stage = stage(vec![outcome.clone(), returned()]).await;
        let answer = stage.call(&Who::default()).await;
        assert_eq!((answer.tries, answer.report.outcome.word()), (tries, outcome.word()));
        assert_eq!(stage.calls[0].load(Ordering::Relaxed), u32::from(tries), "{outcome:?}");
        let snapshot = stage.registry.snapshot();
        let totals = snapshot.line("a.b").unwrap().stable.as_ref().unwrap().totals();
        assert_eq!((totals.begun, totals.ended), (u64::from(tries), u64::from(tries)));
        assert_eq!(totals.retried, u64::from(tries) - 1);
    }
    let stage = stage(vec![refused(false), returned()]).await;
    let target = "a.b".parse().unwrap();
    let now = Invocation::new("do", "{}").deadline(std::time::Duration::ZERO);
    let answer = stage.traffic.call(&target, now, &Who::default()).await;
    assert_eq!(answer.tries, 1, "there is no time left for another");
}

#[tokio::test]
async fn whatever_is_asked_for_in_vain_is_told_with_what_there_is() {
    let stage = stage(vec![returned(), returned()]).await;
    let mut samples = stage.traffic.samples(Redaction::Shape);
    for (target, said) in [
        ("no.such", "no capability `no.such` is installed"),
        ("a.b@^2", "no version that `^2` allows; ready are 1.0.0, 1.1.0"),
    ] {
        let invocation = Invocation::new("do", r#"{"n": 1}"#);
        let answer =
            stage.traffic.call(&target.parse().unwrap(), invocation, &Who::default()).await;
        let told = answer.report.outcome.to_string();
        assert!(told.contains(said) && answer.tries == 0, "{told}");
        let sample = samples.try_next().unwrap();
        assert_eq!((sample.outcome, sample.version), ("unavailable", None));
        assert_eq!(sample.input, Some(serde_json::json!({"n": "number"})));
    }
    for version in ["1.0.0", "1.1.0"] {
        let digest = Digest::of(version.as_bytes());
        stage.registry.change(by(), "", Op::Revoked { digest }).await.unwrap();
    }
    let told = stage.call(&Who::default()).await.report.outcome.to_string();
    assert!(told.contains("nothing of `a.b` serves now"), "{told}");
}

/// Never comes to an end.
struct Endless;

impl Callee for Endless {
    fn call(&self, _: &Invocation<'_>) -> impl Future<Output = Report> + Send {
        std::future::pending()
    }
}

impl Load<Endless> for Never {
    fn load<'a>(&'a self, _: &'a Release, _: Vec<u8>) -> Loading<'a, Endless> {
        Box::pin(async { Err("nothing is loaded here".to_owned()) })
    }
}

#[tokio::test]
async fn a_call_that_is_dropped_counts_as_cancelled_with_the_time_that_it_waited() {
    let registry = Arc::new(Registry::in_memory(Never).await);
    let admitted = Admitted::played(installed("1.0.0", 0));
    registry.install(by(), "", admitted, b"1.0.0", Endless).await.unwrap();
    let traffic = Traffic::new(Arc::clone(&registry), Arc::new(SystemClock));
    let (target, who) = ("a.b".parse().unwrap(), Who::default());
    drop(traffic.call(&target, Invocation::new("do", "{}"), &who));
    let serving = Arc::clone(registry.snapshot().line("a.b").unwrap().stable.as_ref().unwrap());
    assert_eq!(serving.totals().begun, 0, "a call that was never begun");
    let mut samples = traffic.samples(Redaction::Omit);
    let wait = std::time::Duration::from_millis(5);
    let call = traffic.call(&target, Invocation::new("do", "{}"), &who);
    assert!(tokio::time::timeout(wait, call).await.is_err());
    let totals = serving.totals();
    assert_eq!((totals.begun, totals.ended, totals.outcomes.cancelled), (1, 1, 1));
    assert!(serving.latencies().longest() >= wait / 2, "{:?}", serving.latencies().longest());
    assert_eq!(samples.try_next().unwrap().outcome, "cancelled");
}

#[tokio::test]
async fn samples_are_bounded_and_keep_room_for_what_failed() {
    let stage = stage(vec![returned(), Outcome::Cancelled]).await;
    stage.call(&Who::default()).await;
    assert_eq!(stage.traffic.samples_lost(), 0, "nobody listens, so nothing is lost");
    let mut samples = stage.traffic.samples(Redaction::Shape);
    for _ in 0..1_000 {
        stage.call(&Who::default()).await;
    }
    assert_eq!(stage.traffic.samples_lost(), 1_000 - 512);
    for _ in 0..600 {
        stage.call(&Who::default().group("staff")).await;
    }
    assert_eq!(stage.traffic.samples_lost(), 1_600 - 1_024);
    let mut seen = std::collections::BTreeMap::new();
    while let Some(sample) = samples.try_next() {
        *seen.entry(sample.outcome).or_insert(0) += 1;
    }
    assert_eq!(seen, [("cancelled", 512), ("returned", 512)].into());
    drop(samples);
    stage.call(&Who::default()).await;
    stage.call(&Who::default()).await;
    assert_eq!(stage.traffic.samples_lost(), 1_600 - 1_024, "nobody listens any more");
}

#[tokio::test]
async fn figures_tell_of_every_release_and_sum_up_what_has_no_room() {
    let stage = stage(vec![returned(), refused(false), returned()]).await;
    let inside = stage.user(Arm::Treatment);
    stage.call(&inside).await;
    stage.call(&Who::default()).await;
    let figures = stage.traffic.figures(10);
    let told: Vec<_> = figures.releases.iter().map(|r| (r.version.minor, r.role)).collect();
    let half = Share::from_units(50_000).unwrap();
    // The third was never asked for, so it was never made ready and there is nothing to tell.
    assert_eq!(told, [(0, Role::Serves), (1, Role::Spreads(half))]);
    let [stable, new] = &figures.releases[..] else { panic!("{figures:?}") };
    assert_eq!((stable.counts.begun, stable.counts.returned()), (2, 2));
    assert_eq!((new.counts.ended(), new.counts.outcomes["refused"]), (1, 1));
    assert_eq!(new.counts.fallen_back, 1);
    assert_eq!(stable.latency.within.len(), LATENCY_BOUNDS.len() + 1);
    assert_eq!(stable.latency.within.last(), Some(&2));
    let text = serde_json::to_string(&figures).unwrap();
    assert_eq!(serde_json::from_str::<Figures>(&text).unwrap(), figures);

    stage.registry.change(by(), "", Op::Revoked { digest: Digest::of(b"1.1.0") }).await.unwrap();
    let figures = stage.traffic.figures(1);
    assert_eq!((figures.releases.len(), figures.others_count), (1, 1));
    assert_eq!(figures.others.outcomes["refused"], 1, "what it did is not forgotten");
    assert_eq!(stage.traffic.figures(2).releases[1].role, Role::Gone);
}
