//! Requests that fail become work by themselves, once, and as far as a person has set.

use std::collections::BTreeSet;

use engraft::Response;
use engraft::loops::governor::{Autonomy, AutonomyRule};
use engraft::model::GapId;
use engraft::registry::{Actor, OPEN_GAPS_MAX, Plan};
use engraft::synth::{Cause, Threshold};
use serde_json::json;

use super::*;

// Such as stand in no other word, for a log that must not name them.
const BOB: &str = "bob@home";
const EVE: &str = "eve@home";

fn ann() -> Actor {
    Actor::person("ann")
}

/// A place whose gaps are due by the usual threshold, and whose releases spread to one in a hundred.
fn crowded() -> Place {
    let mut place = Place::new();
    place.governance.gaps = Threshold::default();
    place.governance.plan = Plan::preset("standard").unwrap();
    place
}

async fn say(live: &LiveHost, user: &str, sentence: &str) -> Response {
    live.ask(sentence, &Who::user(user)).await
}

/// Three requests of two people.
async fn fail(live: &LiveHost) -> GapId {
    let mut gaps = BTreeSet::new();
    let asked = [(BOB, "Hello World"), (EVE, "Ab Cd"), (BOB, "One more")];
    for (user, text) in asked {
        let response = say(live, user, &format!("slugify {text}")).await;
        assert_eq!(response.cause, Some(Cause::Missing), "{response}");
        gaps.insert(response.gap.unwrap());
    }
    assert_eq!(gaps.len(), 1);
    gaps.pop_first().unwrap()
}

async fn all(growth: &Growth) {
    while growth.step().await.unwrap() {}
}

fn works(live: &LiveHost) -> Vec<engraft::registry::Work> {
    live.registry().journal().state().growth.works.values().cloned().collect()
}

async fn is_served(live: &LiveHost, user: &str) -> bool {
    let response = say(live, user, "slugify Ab Cd").await;
    response.output().is_some_and(|output| output.as_str() == r#""ab-cd""#)
}

#[tokio::test]
async fn what_fails_often_enough_is_made_and_served_to_whoever_asked() {
    let place = crowded();
    let (live, growth) = place.grow().await;
    let running = [tokio::spawn(live.clone().run()), tokio::spawn(growth.clone().run())];
    let gap = fail(&live).await;
    let begun = Instant::now();
    while !is_served(&live, BOB).await {
        assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", growth.queue());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    println!("from the third failure to a served one: {:?}", begun.elapsed());
    assert!(is_served(&live, EVE).await);
    let mut strangers = 0;
    for user in 0..20 {
        strangers += usize::from(is_served(&live, &format!("user-{user}")).await);
    }
    assert!(strangers < 5, "{strangers} of 20 who never asked are in one of a hundred");
    running.iter().for_each(tokio::task::JoinHandle::abort);
    let works = works(&live);
    assert_eq!(works.len(), 1);
    assert_eq!((works[0].want.source, works[0].want.gap.unwrap().gap), (WantSource::Gap, gap));
    let told: String =
        place.records().iter().map(|it| serde_json::to_string(it).unwrap()).collect();
    for name in [BOB, EVE] {
        assert!(!told.contains(name), "the log names {name}");
    }
}

#[tokio::test]
async fn a_restart_and_another_program_want_nothing_twice() {
    let place = crowded();
    let (live, growth) = place.grow().await;
    fail(&live).await;
    live.keep_gaps().await.unwrap();
    drop((live, growth));
    // The names of those who asked are gone with the process; whoever says who they are is known again.
    let (live, growth) = place.grow().await;
    let (other, growth_of_other) = place.grow().await;
    assert!(growth.step().await.unwrap());
    all(&growth_of_other).await;
    all(&growth).await;
    assert!(is_served(&live, BOB).await && is_served(&live, EVE).await);
    drop((live, growth, other, growth_of_other));
    let (live, growth) = place.grow().await;
    say(&live, "joe", "slugify something else").await;
    all(&growth).await;
    assert_eq!(works(&live).len(), 1);
    let wanted = place.records().into_iter().filter(|it| matches!(it.op, Op::Wanted(_)));
    assert_eq!(wanted.count(), 1);
}

#[tokio::test]
async fn whoever_asks_before_it_spreads_has_it_first_as_well() {
    let place = crowded();
    let (live, growth) = place.grow().await;
    fail(&live).await;
    assert!(growth.step().await.unwrap(), "it becomes work");
    say(&live, "joe", "slugify what I like").await;
    all(&growth).await;
    assert!(is_served(&live, "joe").await);
}

#[tokio::test]
async fn what_is_only_observed_is_no_work_and_one_user_is_not_many() {
    let mut place = crowded();
    let sources = vec![WantSource::Gap];
    let observe = AutonomyRule {
        sources,
        risk_max: engraft::artifact::Risk::Critical,
        may: Autonomy::Observe,
    };
    place.governance.autonomy.insert(0, observe);
    let (live, growth) = place.grow().await;
    fail(&live).await;
    all(&growth).await;
    assert!(works(&live).is_empty());
    drop((live, growth));

    let place = crowded();
    let (live, growth) = place.grow().await;
    for number in 0..100 {
        say(&live, "mallory", &format!("slugify number {number}")).await;
    }
    all(&growth).await;
    assert!(works(&live).is_empty(), "one user alone makes no work");
    live.registry().stop(ann(), "something is odd").await.unwrap();
    say(&live, BOB, "slugify Hello").await;
    all(&growth).await;
    assert!(works(&live).is_empty(), "nothing begins while everything stands still");
    live.lift(&place.ann, ann(), "it was nothing").await.unwrap();
    all(&growth).await;
    assert_eq!(works(&live).len(), 1);
}

#[tokio::test]
async fn a_thousand_users_at_once_leave_room_for_a_person() {
    let place = crowded();
    let (live, growth) = place.grow().await;
    let letters = || (b'a'..=b'z').map(char::from);
    let words: Vec<String> =
        letters().flat_map(|a| letters().map(move |b| format!("z{a}{b}q"))).take(500).collect();
    for word in &words {
        for user in ["first", "second", "first"] {
            say(&live, &format!("{user}-{word}"), &format!("{word} the dog")).await;
        }
        say(&live, &format!("first-{word}"), &format!("{word} the cat")).await;
    }
    assert_eq!(live.gaps_due(Threshold::default()).await.len(), 500);
    assert!(growth.step().await.unwrap());
    assert_eq!(works(&live).len(), OPEN_GAPS_MAX);
    let work = growth.want(slugify()).await.unwrap();
    growth.rank(work, -1, ann(), "that is what I want").await.unwrap();
    while !growth.status(work).unwrap().is_settled() {
        assert!(growth.step().await.unwrap());
    }
    assert_eq!(growth.status(work).unwrap().stands, Lifecycle::RollingOut);
}

#[tokio::test]
async fn requests_that_fail_do_not_spend_all_of_a_day() {
    let mut place = crowded();
    place.governance.budget.day_attempts_max = 4;
    let (live, growth) = place.grow().await;
    for word in ["flumox", "grubble", "snorkify"] {
        for user in [BOB, EVE, BOB] {
            say(&live, user, &format!("{word} the dog")).await;
        }
    }
    all(&growth).await;
    let at = live.registry().journal().state().at_ms;
    assert_eq!(live.registry().journal().state().growth.spent_on(at).attempts, 3);
    let work = growth.want(Want { source: WantSource::Person, ..slugify() }).await.unwrap();
    assert_eq!(settle(&growth, work).await.stands, Lifecycle::RollingOut);
}

#[tokio::test]
async fn what_a_person_dismisses_is_dropped_and_made_when_that_is_taken_back() {
    let place = crowded();
    let (live, growth) = place.grow().await;
    let gap = fail(&live).await;
    assert!(growth.step().await.unwrap());
    live.dismiss(gap, ann(), "we have no use for it").await.unwrap();
    all(&growth).await;
    let status = growth.status(works(&live)[0].id).unwrap();
    assert!(status.next.contains("its gap was dismissed: we have no use"), "{}", status.next);
    say(&live, "joe", "slugify Hello").await;
    all(&growth).await;
    assert_eq!(works(&live).len(), 1);
    live.reopen(gap, ann(), "we have now").await.unwrap();
    all(&growth).await;
    assert_eq!(works(&live).len(), 2);
    assert!(is_served(&live, BOB).await);
}

#[tokio::test]
async fn what_nobody_could_make_is_made_when_people_show_what_they_want() {
    let mut place = Place::new();
    place.governance.gaps = Threshold { requests: 3, ..Threshold::PERSONAL };
    let (live, growth) = place.grow().await;
    let people =
        [("Ada Lovelace", "LOVELACE"), ("Grace Hopper", "HOPPER"), ("Kurt Goedel", "GOEDEL")];
    let mut requests = Vec::new();
    for (name, surname) in people {
        let response = say(&live, BOB, &format!("grubble {name}")).await;
        requests.push((response.request, surname));
    }
    all(&growth).await;
    let status = growth.status(works(&live)[0].id).unwrap();
    assert_eq!(status.stands, Lifecycle::Ended, "{status:?}");
    for (request, surname) in requests {
        live.correct(&request, json!(surname)).await.unwrap();
    }
    all(&growth).await;
    let works = works(&live);
    let status = growth.status(works[1].id).unwrap();
    assert_eq!((works.len(), status.stands), (2, Lifecycle::RollingOut), "{status:?}");
    assert_eq!(status.author.as_deref(), Some("examples"));
    let response = say(&live, BOB, "grubble Alan Turing").await;
    assert_eq!(response.output().unwrap().as_str(), r#""TURING""#);
}

#[tokio::test]
async fn what_one_example_says_waits_for_more_and_is_made_once() {
    let mut place = Place::new();
    place.governance.gaps = Threshold { requests: 3, ..Threshold::PERSONAL };
    let (live, growth) = place.grow().await;
    let mut requests = Vec::new();
    for (name, surname) in
        [("Ada Lovelace", "LOVELACE"), ("Grace Hopper", "HOPPER"), ("Kurt Goedel", "GOEDEL")]
    {
        let response = say(&live, BOB, &format!("grubble {name}")).await;
        requests.push((response.request, surname));
    }
    all(&growth).await;
    let (first, others) = requests.split_first().unwrap();
    live.correct(&first.0, json!(first.1)).await.unwrap();
    all(&growth).await;
    let doubted = growth.status(works(&live).last().unwrap().id).unwrap();
    assert_eq!(doubted.stands, Lifecycle::Examined, "{doubted:?}");
    assert!(!doubted.doubts.is_empty());
    for (request, surname) in others {
        live.correct(request, json!(surname)).await.unwrap();
    }
    all(&growth).await;
    let made = growth.status(works(&live).last().unwrap().id).unwrap();
    assert_eq!((made.stands, &made.name), (Lifecycle::RollingOut, &doubted.name), "{made:?}");
    // What was doubted is over, and nothing else is called like it.
    let before = growth.status(doubted.work).unwrap();
    assert_eq!(before.ended, Some(engraft::registry::Ending::Replaced), "{before:?}");
    assert_eq!(live.registry().journal().state().lines.len(), 1);
}

/// A request from before there was anything for it is corrected when there is: what was made gives that
/// already, or its next release does, and there is no second one.
#[tokio::test]
async fn what_is_said_of_a_request_from_before_is_for_what_serves_it_now() {
    let mut place = Place::new();
    place.governance.gaps = Threshold { requests: 3, ..Threshold::PERSONAL };
    let (live, growth) = place.grow().await;
    let mut requests = Vec::new();
    for title in ["Hello World", "Good Day", "Tea & Cake", "Ab Cd"] {
        requests.push(say(&live, BOB, &format!("slugify {title}")).await.request);
        all(&growth).await;
    }
    assert_eq!(works(&live).len(), 1);
    let made = growth.status(works(&live)[0].id).unwrap();
    assert!(say(&live, BOB, "slugify Ab Cd").await.cause.is_none(), "{made:?}");
    // As it is, and as somebody wants it.
    live.correct(&requests[0], json!("hello-world")).await.unwrap();
    all(&growth).await;
    assert_eq!(works(&live).len(), 1, "{:?}", works(&live));
    live.correct(&requests[1], json!("good_day")).await.unwrap();
    all(&growth).await;
    let repaired = growth.status(made.work).unwrap().repaired_by;
    let repair = works(&live).into_iter().find(|it| Some(it.id) == repaired);
    let wish = repair.unwrap_or_else(|| panic!("{:?}", works(&live))).want.wish;
    assert!(wish.examples.iter().any(|it| it.output == Some(json!("good_day"))), "{wish:?}");
    let state = live.registry().journal().state();
    let names: Vec<_> = state.lines.keys().map(ToString::to_string).collect();
    assert_eq!(names.len(), 1, "{names:?}");
}

#[tokio::test]
async fn a_correction_counts_when_as_many_agree_as_a_person_has_set() {
    let mut place = Place::new();
    place.governance.gaps = Threshold::default();
    let (live, growth) = place.grow().await;
    let wish = surnames().named("names.surname".parse().unwrap());
    let work = growth.want(Want::new(WantSource::Person, wish)).await.unwrap();
    let status = settle(&growth, work).await;
    assert_eq!(status.stands, Lifecycle::RollingOut, "{:?}", status.tried);
    let input = json!({"name": "Grace Brewster Hopper"});
    for (user, request) in [("mallory", "r-1"), (BOB, "r-2"), (EVE, "r-3")] {
        ask(&live, &status, &input, &Who::user(user).request(request)).await;
    }
    let repaired = |growth: &Growth| growth.status(work).unwrap().repaired_by;
    for (request, wanted) in [("r-1", "NONSENSE"), ("r-2", "BREWSTER HOPPER")] {
        live.correct(request, json!(wanted)).await.unwrap();
        all(&growth).await;
        assert_eq!(repaired(&growth), None, "after {request}");
    }
    live.correct("r-3", json!("BREWSTER HOPPER")).await.unwrap();
    all(&growth).await;
    let repair = repaired(&growth).unwrap();
    let wish = works(&live).into_iter().find(|it| it.id == repair).unwrap().want.wish;
    let wanted = wish.examples.iter().find(|it| it.input == input).unwrap();
    assert_eq!(wanted.output, Some(json!("BREWSTER HOPPER")));
}
