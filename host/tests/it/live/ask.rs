//! Sentences asked of a live host: whose release answers, what is not run, and what becomes of it.

use std::future::ready;

use engraft::model::Limit;
use engraft::synth::{Cause, Mend, TeachError, Threshold, Wish};
use engraft::traffic::{Menu, Route, Router, Routing, Way};
use engraft::{Heard, Response};
use serde_json::json;

use super::*;

mod kept;

/// A release that multiplies, with sentences that ask for it.
async fn asked_for(
    place: &Place,
    sequence: u64,
    version: &str,
    change: impl FnOnce(&mut engraft::model::Operation),
) -> Vec<u8> {
    let factor = u32::try_from(sequence).unwrap() + 1;
    let bundle = Bundle::parse(&place.bundle(sequence, version, factor).await).unwrap();
    let mut manifest = bundle.claimed_manifest().clone();
    change(&mut manifest.description.operations[0]);
    Bundle::sign(bundle.component_arc(), &manifest, &[&place.key]).unwrap().to_bytes()
}

/// The same with these sentences.
async fn saying(place: &Place, sequence: u64, version: &str, intents: &[&str]) -> Vec<u8> {
    let intents = intents.iter().map(|intent| (*intent).to_owned()).collect();
    asked_for(place, sequence, version, |operation| operation.intents = intents).await
}

/// A host with one release, which is asked for by `scale {number}`.
async fn scaling(topic: &str) -> (Place, LiveHost) {
    let place = Place::new(topic);
    let live = place.open().await;
    let bundle = saying(&place, 1, "1.0.0", &["scale {number}"]).await;
    live.install(&bundle, by(), "the first").await.unwrap();
    (place, live)
}

fn output(response: &Response) -> Option<&str> {
    response.output().map(engraft::model::Output::as_str)
}

#[tokio::test]
async fn a_sentence_is_answered_by_the_release_that_its_user_gets() {
    let (place, live) = scaling("ask-who").await;
    let bob = Who::user("bob");
    let response = live.ask("please scale 21", &bob).await;
    assert_eq!((output(&response), response.cause), (Some("42"), None));
    let route = response.route().unwrap();
    assert_eq!((route.operation.as_str(), &route.input["number"]), ("scale", &json!(21)));
    assert!(response.confidence() > 0.8 && matches!(&route.by, Way::Pattern(_)));
    live.feedback(&response.request, Opinion::Good).unwrap();

    // Another release is asked for otherwise, and only those who get it can ask for it so.
    let next = saying(&place, 2, "1.1.0", &["scale {number}", "triple {number}"]).await;
    live.install(&next, by(), "the second").await.unwrap();
    assert_eq!(live.ask("triple 3", &bob).await.cause, Some(Cause::Missing));
    let mut plan = quick("50%", 1_000);
    plan.stages[0].groups = vec!["staff".to_owned()];
    live.start(&name(), &"1.1.0".parse().unwrap(), plan, by(), "").await.unwrap();
    let staff = live.ask("triple 3", &Who::user("s").group("staff")).await;
    assert_eq!(output(&staff), Some("9"));
    let mut served = 0;
    for user in 0..40 {
        let who = Who::user(format!("user-{user}"));
        let gets = live.call(&target(), "scale", r#"{"number": 1}"#, &who).await.version.unwrap();
        let response = live.ask("triple 3", &who).await;
        assert_eq!(response.cause.is_none(), gets.minor == 1, "{response:?}");
        served += u32::from(response.cause.is_none());
        if gets.minor == 0 {
            // It is there, so it is not missing, and nobody makes it a second time.
            assert_eq!(response.cause, Some(Cause::Unavailable), "{response}");
            assert_eq!(response.near()[0].capability, name());
            assert!(response.to_string().contains("not everybody gets it yet"), "{response}");
        }
    }
    assert!((8..32).contains(&served), "{served} of 40");
    let pin = Op::Pinned {
        caller: "nightly".to_owned(),
        name: name(),
        version: Some("1.0.0".parse().unwrap()),
    };
    live.change(by(), "", pin).await.unwrap();
    let pinned = Who::user("s").group("staff").caller("nightly");
    assert_eq!(live.ask("triple 3", &pinned).await.cause, Some(Cause::Unavailable));

    let digest = Bundle::parse(&next).unwrap().digest();
    live.change(by(), "it leaks", Op::Revoked { digest }).await.unwrap();
    let staff = live.ask("triple 3", &Who::user("s").group("staff")).await;
    assert_eq!(staff.cause, Some(Cause::Missing), "what is revoked is not asked for");
    assert_eq!(live.offers(&bob).len(), 1);
}

#[tokio::test]
async fn what_is_not_clear_is_not_run_and_what_came_near_is_named() {
    let (_place, live) = scaling("ask-unclear").await;
    let ended = |live: &LiveHost| -> u64 {
        live.figures(10).releases.iter().map(|release| release.counts.ended()).sum()
    };
    let response = live.ask("the math scale, please", &Who::user("bob")).await;
    assert_eq!(response.cause, Some(Cause::LowConfidence));
    assert_eq!(response.near()[0].capability, name());
    assert!(response.answer().is_none() && response.confidence() < 0.6);
    assert!(response.to_string().contains("nearest is: `math.scale` (0.50)"), "{response}");
    let nothing = live.ask("compose a symphony", &Who::user("bob")).await;
    assert_eq!((nothing.cause, nothing.near()), (Some(Cause::Missing), &[][..]));
    let long = live.ask(&"scale ".repeat(10_000), &Who::user("bob")).await;
    assert!(matches!(long.heard, Heard::TooLong { .. }) && long.gap.is_none());
    assert_eq!(live.ask("  ", &Who::user("bob")).await.gap, None, "nothing was said");
    assert_eq!(ended(&live), 0, "nothing was run");
    let gap = live.gap(nothing.gap.unwrap()).await.unwrap();
    assert_eq!((gap.requests(), gap.cause().mend()), (1, Mend::New));
}

/// Says what it was told to say.
struct Told(Vec<Route>);

impl Router for Told {
    fn route<'a>(&'a self, _: &'a str, menu: Menu<'a>) -> Routing<'a> {
        assert_eq!(menu.iter().count(), 1);
        Box::pin(ready(self.0.clone()))
    }

    fn confidence_least(&self) -> f64 {
        0.2
    }
}

#[tokio::test]
async fn a_router_of_the_program_is_held_to_what_the_user_may_get() {
    let (_place, live) = scaling("ask-router").await;
    let offer = live.offers(&Who::default()).remove(0);
    let input = || [("number".to_owned(), json!(4))].into_iter().collect();
    let own = |confidence| offer.route(input(), confidence, Way::Own("it said so".to_owned()));
    let stranger = Route { capability: "files.delete".parse().unwrap(), ..own(1.0) };
    let other = Route { version: Some("9.9.9".parse().unwrap()), ..own(1.0) };
    live.route_by(Arc::new(Told(vec![stranger, other, own(f64::NAN), own(7.0), own(0.3)])));
    let response = live.ask("whatever", &Who::default()).await;
    assert_eq!((output(&response), response.confidence()), (Some("8"), 0.3));
    live.route_by(Arc::new(Told(vec![own(0.1)])));
    assert_eq!(live.ask("whatever", &Who::default()).await.cause, Some(Cause::LowConfidence));
}

#[tokio::test]
async fn what_fails_is_told_by_its_cause_and_becomes_a_gap() {
    let place = Place::new("ask-causes");
    let live = place.open().await;
    let broken = place.bundle(1, "1.0.0", 0).await;
    live.install_unexamined(&broken, by(), "").await.unwrap();
    let call = async |input: &str, who: &str| {
        live.call(&target(), "scale", input, &Who::user(who)).await;
    };
    call(r#"{"number": 1}"#, "a").await;
    assert!(live.gaps().await.is_empty(), "nobody wanted to hear of it");
    live.hear_failures();
    for who in ["a", "b", "c"] {
        call(r#"{"number": 1}"#, who).await;
    }
    call(r#"{"number": "many"}"#, "a").await;
    let none: Target = "text.slug".parse().unwrap();
    live.call(&none, "run", r#"{"title": "Hello", "apiKey": "hunter2"}"#, &Who::user("a")).await;
    let none: Target = "math.scale@^2".parse().unwrap();
    live.call(&none, "scale", r#"{"number": 1}"#, &Who::user("a")).await;
    let gaps = live.gaps().await;
    let told: std::collections::BTreeMap<Cause, u64> =
        gaps.iter().map(|gap| (gap.cause(), gap.requests())).collect();
    let expected = [
        (Cause::Missing, 1),
        (Cause::InvalidInput, 1),
        (Cause::Trapped, 3),
        (Cause::Unavailable, 1),
    ];
    assert_eq!(told, expected.into(), "{gaps:?}");
    let trapped = gaps.iter().find(|gap| gap.cause() == Cause::Trapped).unwrap();
    assert_eq!((trapped.capability(), trapped.people()), (Some(&name()), 3));
    assert_eq!(trapped.inputs(), [json!({"number": 1})]);
    assert_eq!(
        trapped.versions().map(|(version, count)| (version.minor, count)).last(),
        Some((0, 3))
    );
    let missing = gaps.iter().find(|gap| gap.cause() == Cause::Missing).unwrap();
    assert_eq!(missing.name().unwrap().as_str(), "text.slug");
    assert_eq!(missing.input_schema()["properties"]["title"]["type"], "string");
    assert!(!format!("{gaps:?}").contains("hunter2"));
    assert_eq!(live.gaps_due(Threshold::default()).await.len(), 1);
}

#[tokio::test]
async fn an_answer_is_wrong_by_its_schema_by_feedback_or_by_a_correction() {
    let place = Place::new("ask-wrong");
    let live = place.open().await;
    let bundle = asked_for(&place, 1, "1.0.0", |operation| {
        operation.intents = vec!["scale {number}".to_owned()];
        operation.output_schema = json!({"type": "integer", "maximum": 50});
    });
    live.install_unexamined(&bundle.await, by(), "").await.unwrap();
    assert_eq!(live.ask("scale 25", &Who::user("a")).await.cause, None);
    let response = live.ask("scale 26", &Who::user("a")).await;
    assert_eq!((output(&response), response.cause), (Some("52"), Some(Cause::WrongOutput)));
    live.hear_failures();
    // One of sixteen outputs of plain calls is looked at.
    for _ in 0..32 {
        live.call(&target(), "scale", r#"{"number": 30}"#, &Who::user("b")).await;
    }
    let wrong = |gaps: &[engraft::synth::Gap]| -> u64 {
        assert!(gaps.iter().all(|gap| gap.cause() == Cause::WrongOutput), "{gaps:?}");
        gaps.iter().map(engraft::synth::Gap::requests).sum()
    };
    assert_eq!(wrong(&live.gaps().await), 1 + 2);

    let fine = live.ask("scale 10", &Who::user("a").request("r-1")).await;
    assert_eq!((fine.cause, fine.request.as_str()), (None, "r-1"));
    live.feedback("r-1", Opinion::Bad).unwrap();
    live.feedback("r-1", Opinion::Good).unwrap();
    assert!(live.feedback("r-2", Opinion::Bad).is_err());
    assert_eq!(wrong(&live.gaps().await), 4);
    live.call(&target(), "scale", r#"{"number": 5}"#, &Who::user("c").request("r-3")).await;
    live.gaps().await;
    live.feedback("r-3", Opinion::Bad).unwrap();
    assert_eq!(wrong(&live.gaps().await), 5);

    let gap = live.correct("r-3", json!(11)).await.unwrap();
    let wish = live.gap(gap).await.unwrap().wish();
    assert_eq!(wish.examples[0].input, json!({"number": 5}));
    assert_eq!(wish.examples[0].output, Some(json!(11)));
    let unknown = live.correct("r-9", json!(1)).await.unwrap_err();
    assert_eq!(unknown, TeachError::UnknownRequest("r-9".to_owned()));
}

#[tokio::test]
async fn what_a_planner_misses_and_what_examples_show_are_gaps() {
    let (_place, live) = scaling("ask-missing").await;
    let who = |user: &str| Who::user(user.to_owned());
    let why = "none of 12 tools takes a language";
    let first = live.missing("translate cat to french", why, &who("a")).await;
    for (user, word) in [("b", "my dog"), ("c", "it")] {
        let missed = live.missing(&format!("translate {word} to german"), "", &who(user)).await;
        assert_eq!(missed.gap, first.gap);
    }
    let gap = live.gap(first.gap).await.unwrap();
    assert_eq!(gap.intent().unwrap().as_str(), "translate {text} to {text_2}");
    assert_eq!(gap.reasons(), [why]);
    assert_eq!(live.gaps_due(Threshold::default()).await[0].id(), first.gap);
    assert_eq!(live.correct(&first.request, json!("chat")).await, Ok(first.gap));
    let wish = live.gap(first.gap).await.unwrap().wish();
    assert_eq!(wish.asked[0].wanted, Some(json!("chat")));
    let secret = live.missing("log me in with password hunter2", "", &who("a")).await;
    let refused = live.correct(&secret.request, json!("in")).await.unwrap_err();
    assert!(matches!(refused, TeachError::Secret { .. }), "{refused}");

    let taught = Wish::default()
        .named("text.initials".parse().unwrap())
        .example(json!({"name": "Ada Lovelace"}), json!("AL"));
    let id = live.teach(&taught).await.unwrap();
    let due = live.gaps_due(Threshold::default()).await;
    let lesson = due.iter().find(|gap| gap.id() == id);
    let wish = lesson.expect("what the program teaches is worth work at once").wish();
    assert_eq!((wish.name, wish.examples.len()), (taught.name, 1));
    live.teach_gap(id, &Wish::default().example(json!({"name": "Alan Turing"}), json!("AT")))
        .await
        .unwrap();
    assert_eq!(live.gap(id).await.unwrap().wish().examples.len(), 2);
    let full = Outcome::Exceeded { limit: Limit::HostConcurrentCalls, allowed: 1, wanted: 2 };
    assert_eq!(engraft::synth::Facts::of(&full).cause(), Some(Cause::Unavailable));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_users_at_once_slow_no_call_and_one_of_them_fills_nothing() {
    let (_place, live) = scaling("ask-crowd").await;
    live.hear_failures();
    let none: Target = "text.slug".parse().unwrap();
    // One user floods while a thousand ask.
    for _ in 0..5_000 {
        live.call(&none, "run", "{}", &Who::user("mallory")).await;
    }
    let other: Target = "text.shout".parse().unwrap();
    let crowd = (0..1_000).map(|user| {
        let (live, other) = (live.clone(), other.clone());
        tokio::spawn(async move {
            let who = Who::user(format!("user-{user}"));
            live.call(&other, "run", r#"{"text": "hi"}"#, &who).await;
            live.missing(&format!("hum tune {user}"), "", &who).await;
        })
    });
    for asking in crowd.collect::<Vec<_>>() {
        asking.await.unwrap();
    }
    let gaps = live.gaps().await;
    let of = |name: &str| {
        let mut named =
            gaps.iter().filter(|gap| gap.capability().is_some_and(|it| it.as_str() == name));
        named.next().map(|gap| (gap.people(), gap.requests())).unwrap_or_default()
    };
    let (people, requests) = of("text.slug");
    assert!(people == 1 && requests <= 64, "{people} people, {requests} requests of one user");
    assert_eq!(of("text.shout").0, 64, "as many as are told apart");
    let hums = gaps.iter().find(|gap| gap.capability().is_none()).unwrap();
    assert_eq!((hums.requests(), hums.people()), (1_000, 64));
    let due: Vec<_> =
        live.gaps_due(Threshold::default()).await.iter().map(|gap| gap.id()).collect();
    assert!(due.contains(&hums.id()) && due.len() == 2, "{due:?}");
}
