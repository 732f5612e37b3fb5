//! Variants and shadows: who gets what, and what a shadow costs those who are served.

use std::collections::BTreeMap;

use super::*;
use crate::registry::{Comparisons, Variant};

fn variant(version: &str, weight: &str) -> Variant {
    Variant::new(version.parse().unwrap(), weight.parse().unwrap())
}

async fn change(stage: &Stage, op: Op) {
    stage.registry.change(by(), "", op).await.unwrap();
}

/// Who gets what of so many users.
fn picks(stage: &Stage, users: u32) -> BTreeMap<u32, (String, Option<Arm>)> {
    (0..users).map(|user| (user, stage.picked("a.b", &Who::user(user.to_string())))).collect()
}

#[tokio::test]
async fn variants_keep_their_users_while_the_share_grows_and_others_go() {
    let stage = stage(vec![returned(), returned(), returned(), returned()]).await;
    // The rollout that it begins with gives way.
    let name = || "a.b".parse().unwrap();
    change(&stage, Op::RolledBack { name: name(), version: None, decision: None }).await;
    let variants = vec![variant("1.2.0", "20%"), variant("1.3.0", "30.001%")];
    change(&stage, Op::variants(&name(), variants, half(), 0)).await;
    let first = picks(&stage, 4_000);
    let of = |picks: &BTreeMap<_, (String, Option<Arm>)>, version: &str| {
        picks.values().filter(|(picked, _)| picked == version).count()
    };
    // Half are inside, and of those a fifth and about a third; four standard deviations.
    assert!((324..=476).contains(&of(&first, "1.2.0")), "{}", of(&first, "1.2.0"));
    assert!((510..=690).contains(&of(&first, "1.3.0")), "{}", of(&first, "1.3.0"));
    for (version, arm) in first.values() {
        let expected = match version.as_str() {
            "1.2.0" => Arm::Treatment,
            "1.3.0" => Arm::Variant(1),
            _ => Arm::Control,
        };
        assert_eq!(*arm, Some(expected), "all are compared");
    }
    let roles: Vec<_> = stage.traffic.figures(9).releases.iter().map(|one| one.role).collect();
    let spreads = |units| Role::Spreads(Share::from_units(units).unwrap());
    assert_eq!(roles, [Role::Serves, spreads(10_000), spreads(15_000)]);

    change(&stage, Op::Advanced { name: name(), stage: 1, decision: None }).await;
    let second = picks(&stage, 4_000);
    for (user, (version, _)) in &first {
        assert!(version == "1.0.0" || second[user].0 == *version, "{user} left {version}");
    }
    assert!(of(&second, "1.3.0") > of(&first, "1.3.0") * 3 / 2);
    assert!(of(&second, "1.0.0") > 1_000, "what is left over is the control's");

    let version = Some("1.2.0".parse().unwrap());
    change(&stage, Op::RolledBack { name: name(), version, decision: None }).await;
    let third = picks(&stage, 4_000);
    for (user, (version, _)) in &second {
        let expected = match version.as_str() {
            "1.2.0" => ("1.0.0".to_owned(), Some(Arm::Control)),
            _ => second[user].clone(),
        };
        assert_eq!(third[user], expected, "{user}");
    }
}

/// Ends each call in the same way, or never.
#[derive(Clone, Default)]
struct Scripted {
    outcome: Option<Outcome>,
    calls: Arc<AtomicU32>,
}

impl Callee for Scripted {
    async fn call(&self, _: &Invocation<'_>) -> Report {
        self.calls.fetch_add(1, Ordering::Relaxed);
        match &self.outcome {
            Some(outcome) => Report::unstarted(outcome.clone()),
            None => std::future::pending().await,
        }
    }
}

/// Makes every shadow of one script.
struct Shade(Scripted);

impl Load<Scripted> for Shade {
    fn load<'a>(&'a self, _: &'a Release, _: Vec<u8>) -> Loading<'a, Scripted> {
        Box::pin(async { Err("nothing is loaded here".to_owned()) })
    }

    fn load_shadow<'a>(&'a self, _: &'a Release, _: Vec<u8>) -> Loading<'a, Scripted> {
        Box::pin(async { Ok(self.0.clone()) })
    }
}

fn json(text: &str) -> Outcome {
    Outcome::Returned(Output::new(text.to_owned()))
}

/// A release that serves, and one in shadow for a share of the users.
struct Dusk {
    registry: Arc<Registry<Scripted>>,
    traffic: Traffic<Scripted>,
    shadow: Scripted,
}

impl Dusk {
    async fn of(served: Outcome, shadow: Option<Outcome>, share: Share) -> Self {
        let shadow = Scripted { outcome: shadow, ..Scripted::default() };
        let registry = Arc::new(Registry::in_memory(Shade(shadow.clone())).await);
        let served = Scripted { outcome: Some(served), ..Scripted::default() };
        for (version, sequence) in [("1.0.0", 1), ("1.1.0", 2)] {
            let admitted = Admitted::played(installed(version, sequence));
            let (bytes, ready) = (version.as_bytes(), served.clone());
            registry.install(by(), "", admitted, bytes, ready).await.unwrap();
        }
        let name = "a.b".parse().unwrap();
        let plan = half().after_shadow(share);
        let op = Op::rollout(&name, &"1.1.0".parse().unwrap(), plan, 0);
        registry.change(by(), "", op).await.unwrap();
        let traffic = Traffic::new(Arc::clone(&registry), Arc::new(SystemClock));
        Self { registry, traffic, shadow }
    }

    async fn call(&self, who: &Who, invocation: Invocation<'_>) -> Answer {
        self.traffic.call(&"a.b".parse().unwrap(), invocation, who).await
    }

    /// So many calls, each of another user, and then what was compared.
    async fn calls(&self, count: u64) -> Comparisons {
        let calls = async {
            for user in 0..count {
                let invocation = Invocation::new("do", r#"{"secret": "hunter2"}"#);
                let answer = self.call(&Who::user(user.to_string()), invocation).await;
                assert_eq!(answer.version.unwrap().to_string(), "1.0.0");
                tokio::task::yield_now().await;
            }
            while self.told().compared + self.told().passed_over < count {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            () = self.traffic.run_shadows() => panic!("they run for ever"),
            () = calls => {}
        }
        self.told()
    }

    fn told(&self) -> Comparisons {
        self.traffic.shadows().remove(0).comparisons
    }
}

#[tokio::test]
async fn a_shadow_that_breaks_costs_the_caller_nothing_and_counts_for_nothing() {
    let trapped = Outcome::Trapped { kind: crate::model::TrapKind::Other, message: String::new() };
    let dusk = Dusk::of(json(r#"{"a": 1}"#), Some(trapped), Share::ALL).await;
    let told = dusk.calls(40).await;
    assert_eq!((told.compared, told.differed, told.broke, told.passed_over), (40, 40, 40, 0));
    assert_eq!(told.examples.len(), 16, "some are kept, the latest");
    let example = &told.examples[0];
    assert_eq!((&*example.served, &*example.shadow), ("returned", "trapped"));
    assert_eq!(example.input, Some(serde_json::json!({"secret": "string"})), "redacted");
    let figures = dusk.traffic.figures(9);
    let [serves] = &figures.releases[..] else { panic!("{figures:?}") };
    assert_eq!((serves.counts.returned(), serves.counts.ended()), (40, 40));
    let name: crate::model::CapabilityName = "a.b".parse().unwrap();
    let line = dusk.registry.journal().state().lines[&name].clone();
    assert_eq!(line.rollout.as_ref().unwrap().stage, 0);
    assert!(dusk.registry.snapshot().line("a.b").unwrap().spreading.is_none(), "nobody counts");
}

#[tokio::test]
async fn what_a_shadow_says_is_compared_as_json_and_refusals_by_their_kind() {
    let unwritten = |message: &str| {
        let facts = FailureFacts::final_without_effect(message);
        Outcome::Refused(Failure::Failed(facts))
    };
    let denied = Outcome::Refused(Failure::Denied(FailureFacts::final_without_effect("no")));
    let cases = [
        (json(r#"{"a": 1, "b": 2}"#), json(r#"{"b":2.0,"a":1}"#), (1, 0)),
        (json(r#"{"a": 1}"#), json(r#"{"a": 2}"#), (1, 1)),
        (json("no json"), json("no json"), (1, 0)),
        (unwritten("no"), unwritten("never"), (1, 0)),
        (unwritten("no"), denied, (1, 1)),
        (json("1"), unwritten("no"), (1, 1)),
        // Turned away at its own door, it has not answered.
        (json("1"), Outcome::Unavailable { message: String::new() }, (0, 0)),
    ];
    for (served, shadow, expected) in cases {
        let dusk = Dusk::of(served.clone(), Some(shadow.clone()), Share::ALL).await;
        let told = dusk.calls(1).await;
        assert_eq!((told.compared, told.differed), expected, "{served:?} and {shadow:?}");
        assert_eq!(told.broke, 0);
    }
}

#[tokio::test]
async fn a_share_is_copied_and_what_cannot_be_is_passed_over() {
    let half = Share::from_units(50_000).unwrap();
    let dusk = Dusk::of(json("1"), Some(json("1")), half).await;
    for user in 0..400 {
        dusk.call(&Who::user(user.to_string()), Invocation::new("do", "{}")).await;
    }
    dusk.call(&Who::default(), Invocation::new("do", "{}")).await;
    let told = dusk.told();
    // Nobody asks shadows in this test, so that all but the queue's worth is passed over.
    let wanted = told.passed_over + 64;
    assert!((160..=240).contains(&wanted), "{wanted} of 400");
    assert_eq!(dusk.shadow.calls.load(Ordering::Relaxed), 0);

    let dusk = Dusk::of(json("1"), Some(json("1")), Share::ALL).await;
    let long = format!("{:?}", "x".repeat(300_000));
    dusk.call(&Who::default(), Invocation::new("do", "{}").session("s")).await;
    dusk.call(&Who::default(), Invocation::new("do", &*long)).await;
    assert_eq!(dusk.told().passed_over, 2, "a session, and what is too long");
    dusk.call(&Who::default(), Invocation::new("do", "{}")).await;
    assert_eq!(dusk.told().passed_over, 2, "all are copied, those without an id too");
}

#[tokio::test]
async fn a_shadow_that_never_ends_holds_up_nobody_and_goes_with_its_stage() {
    let dusk = Dusk::of(json("1"), None, Share::ALL).await;
    let snapshot = dusk.registry.snapshot();
    let shadow = Arc::clone(snapshot.line("a.b").unwrap().shadow.as_ref().unwrap());
    let calls = async {
        for user in 0..200 {
            let answer = dusk.call(&Who::user(user.to_string()), Invocation::new("do", "{}")).await;
            assert!(answer.report.outcome.is_returned());
            tokio::task::yield_now().await;
        }
        assert_eq!(dusk.shadow.calls.load(Ordering::Relaxed), 4, "so many at once, and no more");
        dusk.registry.change(by(), "", Op::Stopped).await.unwrap();
        assert!(dusk.traffic.shadows().is_empty(), "what stands still is not shadowed");
        while shadow.comparisons().passed_over < 200 {
            tokio::task::yield_now().await;
        }
        dusk.call(&Who::default(), Invocation::new("do", "{}")).await;
    };
    tokio::select! {
        () = dusk.traffic.run_shadows() => panic!("they run for ever"),
        () = calls => {}
    }
    assert_eq!(dusk.shadow.calls.load(Ordering::Relaxed), 4);
    assert_eq!(shadow.comparisons().compared, 0);
}
