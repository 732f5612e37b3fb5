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

/// A server of notes that one may read and write.
fn notes() -> engraft::synth::Api {
    let document = json!({
        "openapi": "3.1.0", "info": {"title": "Notes", "version": "1"},
        "servers": [{"url": "https://notes.example/v1"}],
        "paths": {"/notes": {
            "get": {"operationId": "searchNotes", "summary": "Search the notes.",
                "parameters": [{"name": "about", "in": "query", "required": true,
                    "schema": {"type": "string"}}],
                "responses": {"200": {"description": "Notes."}}},
            "post": {"operationId": "createNote", "summary": "Create a note.",
                "requestBody": {"required": true, "content": {"application/json": {"schema": {
                    "type": "object", "properties": {"title": {"type": "string"}},
                    "required": ["title"]}}}},
                "responses": {"201": {"description": "It."}}},
        }},
    });
    engraft::synth::OpenApi::default().read(&document.to_string()).unwrap()
}

#[tokio::test]
async fn what_a_document_describes_and_nobody_has_shown_waits_for_a_person() {
    let mut place = Place::new();
    let rule = json!({"host": "notes.example", "methods": ["GET", "POST"], "path_prefix": "/v1"});
    place.grant.http = vec![serde_json::from_value(rule).unwrap()];
    place.governance.gaps = engraft::synth::Threshold::PERSONAL;
    let sentences: Vec<String> = notes().drafts.iter().map(intent).collect();
    place.authors = Authors::default().with(std::sync::Arc::new(notes()));
    let (live, growth) = place.grow().await;
    for sentence in &sentences {
        for what in ["tea", "milk"] {
            let body = json!({"title": what}).to_string();
            let sentence = sentence.replace("{about}", what).replace("{body}", &body);
            live.ask(&sentence, &Who::user("bob")).await;
        }
    }
    while growth.step().await.unwrap() {}
    let works: Vec<u64> = live.registry().journal().state().growth.works.keys().copied().collect();
    assert_eq!(works.len(), sentences.len(), "{sentences:?}");
    for work in works {
        let status = growth.status(work).unwrap();
        // What reaches outside itself is for a person's key as well.
        assert_eq!(status.stands, Lifecycle::AwaitingApproval, "{status:?}");
        assert_eq!(status.author.as_deref(), Some("openapi"));
        assert!(status.doubts.iter().any(|it| it.contains("nobody has shown")), "{status:?}");
    }
}

/// The sentence that a draft is asked for by.
fn intent(draft: &engraft::synth::Draft) -> String {
    let engraft::synth::Source::Recipe(text) = &draft.source else { panic!("{draft:?}") };
    let document: Value = serde_json::from_str(text).unwrap();
    document["intents"][0].as_str().unwrap().to_owned()
}
