//! What may be meant otherwise waits for a person or for another example, whatever may go alone.

use engraft::registry::{Actor, Ending};
use serde_json::json;

use super::*;

/// One example, which nearly everything fits.
fn doubled() -> Wish {
    Wish::default().example(json!({"n": 2}), json!(4))
}

fn more(wish: Wish) -> Wish {
    wish.example(json!({"n": 5}), json!(10))
        .example(json!({"n": 7}), json!(14))
        .example(json!({"n": 11}), json!(22))
}

fn wanted(wish: Wish) -> Want {
    Want::new(WantSource::Person, wish).asked_by("bob")
}

#[tokio::test]
async fn what_was_learned_from_one_example_waits_for_a_person() {
    let place = Place::new();
    let (live, growth) = place.grow().await;
    let work = growth.want(wanted(doubled())).await.unwrap();
    let status = settle(&growth, work).await;
    assert_eq!(status.stands, Lifecycle::Examined, "{}", status.next);
    assert!(status.next.contains("only 1 distinct example"), "{}", status.next);
    assert!(status.next.contains("would fit as well"), "{}", status.next);
    assert!(status.is_settled());
    let proposed = place
        .records()
        .into_iter()
        .find(|it| matches!(&it.op, Op::Grown { step: Step::Proposed { .. }, .. }));
    let why = proposed.unwrap().why;
    assert!(why.contains("only 1 distinct example"), "{why}");
    // A person's word lets it go on, and is no word for everybody.
    growth.allow(work, Actor::person("ann"), "it is what I mean").await.unwrap();
    let status = settle(&growth, work).await;
    assert_eq!(status.stands, Lifecycle::RollingOut, "{}", status.next);
    let outcome = ask(&live, &status, &json!({"n": 8}), &Who::user("bob")).await;
    assert_eq!(outcome.to_string(), "16");
    live.steward().tick().await.unwrap();
    place.later(601);
    live.steward().tick().await.unwrap();
    assert_eq!(growth.status(work).unwrap().stands, Lifecycle::RollingOut);
}

#[tokio::test]
async fn another_example_takes_the_place_of_a_doubt() {
    let place = Place::new();
    let (live, growth) = place.grow().await;
    let first = growth.want(wanted(doubled())).await.unwrap();
    assert_eq!(settle(&growth, first).await.stands, Lifecycle::Examined);
    // Whoever asked for another thing takes nothing's place.
    let other = Wish::default().example(json!({"n": 3}), json!("three"));
    let other = growth.want(wanted(other)).await.unwrap();
    settle(&growth, other).await;
    assert_eq!(growth.status(first).unwrap().ended, None);
    let second = growth.want(wanted(more(doubled()))).await.unwrap();
    let status = settle(&growth, second).await;
    assert_eq!(status.stands, Lifecycle::RollingOut, "{}", status.next);
    let outcome = ask(&live, &status, &json!({"n": 8}), &Who::user("bob")).await;
    assert_eq!(outcome.to_string(), "16");
    let status = growth.status(first).unwrap();
    assert_eq!(status.ended, Some(Ending::Replaced), "{}", status.next);
    assert!(status.next.contains(&format!("work {second}")), "{}", status.next);
}

#[tokio::test]
async fn a_person_may_set_that_doubts_go_alone() {
    let mut place = Place::new();
    place.governance = Governance::from_json(
        br#"{"autonomy": [{"risk_max": "safe", "may": "promote"}], "plan": "personal",
             "doubtful": "canary"}"#,
    )
    .unwrap();
    let (_live, growth) = place.grow().await;
    let work = growth.want(wanted(doubled())).await.unwrap();
    let status = settle(&growth, work).await;
    assert_eq!(status.stands, Lifecycle::RollingOut, "{}", status.next);
}
