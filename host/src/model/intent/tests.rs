//! Tests of patterns and sentences.

use serde_json::{Value, json};

use super::*;

fn found(pattern: &str, sentence: &str) -> Option<Found> {
    pattern.parse::<Intent>().unwrap().find(&Sentence::of(sentence))
}

fn slots(pattern: &str, sentence: &str) -> Value {
    Value::Object(found(pattern, sentence).unwrap_or_else(|| panic!("{sentence}")).slots)
}

#[test]
fn slots_are_read_by_their_kinds() {
    let given = slots(
        "send {amount:number} to {who:email} on {day:date}, see {page:url}",
        "Please send $1,250.50 to ann@example.org on 2026-02-01, see https://example.org/a?b=1.",
    );
    let wanted = json!({
        "amount": 1250.5,
        "who": "ann@example.org",
        "day": "2026-02-01",
        "page": "https://example.org/a?b=1",
    });
    assert_eq!(given, wanted);
    assert_eq!(
        slots("the sum of {list:numbers}", "the sum of 1, 2 and 3.5"),
        json!({"list": [1.0, 2.0, 3.5]})
    );
    assert_eq!(
        slots("sort {list:texts}", "sort pears, red apples and figs"),
        json!({"list": ["pears", "red apples", "figs"]})
    );
    assert_eq!(
        slots("keys of {it:json}", r#"keys of {"a": {"b c": 1}, "d": 2}"#),
        json!({"it": {"a": {"b c": 1}, "d": 2}})
    );
}

#[test]
fn what_is_quoted_stays_whole_and_as_it_was() {
    assert_eq!(
        slots("replace {old} by {new} in {text}", r#"replace "by" by 'in it' in "By the in way!""#),
        json!({"old": "by", "new": "in it", "text": "By the in way!"})
    );
    assert_eq!(
        slots("slugify {text}", "slugify don't stop  Me now?"),
        json!({"text": "don't stop  Me now"})
    );
}

#[test]
fn the_first_word_that_can_be_is_the_patterns() {
    assert_eq!(
        slots("find {what} in {text}", "find a in b in c"),
        json!({"what": "a", "text": "b in c"})
    );
}

#[test]
fn small_words_and_slips_cost_a_little() {
    let exact =
        found("count the words in {text}", "count the words in one two").unwrap().confidence;
    for other in [
        "count words in one two",
        "could you count the words in one two",
        "count the wrods in one two",
        "counting the word in one two",
    ] {
        let found = found("count the words in {text}", other).unwrap_or_else(|| panic!("{other}"));
        assert!(
            found.confidence < exact && found.confidence > 0.6,
            "{other}: {}",
            found.confidence
        );
        assert_eq!(found.slots["text"], "one two");
    }
}

#[test]
fn other_requests_do_not_fit() {
    for other in [
        "count the letters in one",
        "words",
        "",
        "count the words in",
        "do not count the words in one",
        "the words in one",
    ] {
        assert!(found("count the words in {text}", other).is_none(), "{other}");
    }
    assert!(found("convert {n:number} miles", "convert many miles").is_none());
    assert!(found("on {day:date}", "on 2026-13-01").is_none());
    // A small word that parts two slots is not left out.
    assert!(found("translate {text} to {language}", "translate good morning").is_none());
}

#[test]
fn more_words_make_it_surer() {
    let one = found("slugify {text}", "slugify a b").unwrap().confidence;
    let many = found("count the words in {text}", "count the words in a b").unwrap().confidence;
    assert!(one > 0.8 && many > one, "{one} {many}");
}

#[test]
fn patterns_that_would_fit_everything_or_nothing_are_refused() {
    let error = |text: &str| text.parse::<Intent>().unwrap_err();
    assert!(matches!(error("{text}"), IntentError::NoWords(_)));
    assert!(matches!(error("show {two words}"), IntentError::Slot(_)));
    assert!(matches!(error("show {text"), IntentError::Slot(_)));
    assert!(matches!(error("show {n:colour}"), IntentError::Kind { .. }));
    assert!(matches!(error("show {n} or {n}"), IntentError::Twice(_)));
    assert!(matches!(error("show {one} {two}"), IntentError::Together(..)));
    assert!(matches!(error(&"word ".repeat(60)), IntentError::TooLarge { found: 60, .. }));
}

#[test]
fn a_schema_says_how_slots_are_read() {
    let schema = json!({"properties": {"n": {"type": "integer"}, "t": {"type": "string"}}});
    let kinds = |text: &str| -> Vec<SlotKind> {
        Intent::for_input(text, &schema).unwrap().slots().map(|slot| slot.kind).collect()
    };
    assert_eq!(kinds("repeat {t} exactly {n} times"), [SlotKind::Text, SlotKind::Integer]);
    assert_eq!(kinds("repeat {n} {t}"), [SlotKind::Integer, SlotKind::Text]);
    let together = Intent::for_input("repeat {t} {u}", &schema);
    assert!(matches!(together, Err(IntentError::Together(..))));
}

#[test]
fn a_page_behind_a_request_is_one_thing_in_it() {
    let page = "count the words in ".to_owned() + &"word ".repeat(50_000);
    let found = found("count the words in {text}", &page).unwrap();
    assert_eq!(found.slots["text"].as_str().unwrap().len(), 50_000 * 5 - 1);
}
