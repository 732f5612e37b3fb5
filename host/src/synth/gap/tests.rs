//! Tests of gaps: what joins, what stays apart, what is kept, and what it costs.

use std::time::{Duration, SystemTime};

use serde_json::json;

use super::*;

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

fn missing(sentence: &str, who: u64) -> Failed<'_> {
    Failed { sentence, cause: Cause::Missing, capability: None, who, at: at(who) }
}

/// Gaps of these sentences, each of another person.
fn gaps(sentences: &[&str]) -> Gaps {
    let mut gaps = Gaps::default();
    for (who, sentence) in (1..).zip(sentences) {
        gaps.note(missing(sentence, who));
    }
    gaps
}

fn patterns(gaps: &Gaps) -> Vec<String> {
    gaps.iter().map(|gap| gap.template.pattern()).collect()
}

#[test]
fn what_varies_becomes_a_slot_of_its_kind() {
    for (sentences, pattern) in [
        (
            ["slugify Hello World", "Slugify my nice title, please", "slugify \"A, b\""],
            "slugify {text}",
        ),
        (
            ["convert 5 miles to km", "convert 7.5 miles to km", "can you convert 3 miles to km"],
            "convert {number:number} miles to km",
        ),
        (
            ["what day is 2026-02-01", "what day is 2025-12-24?", "what day is 2024-02-29"],
            "what day is {date:date}",
        ),
        (["ring me at 5", "ring me at 7", "ring me at noon"], "ring me at {text}"),
        (
            ["translate cat to french", "translate my dog to german", "translate it to greek"],
            "translate {text} to {text_2}",
        ),
    ] {
        let found = patterns(&gaps(&sentences));
        assert!(found.len() == 1 && found[0].ends_with(pattern), "{found:?}, not {pattern}");
    }
}

#[test]
fn requests_for_other_things_stay_apart() {
    for sentences in [
        ["show my calendar", "show the weather in Rome"],
        ["convert 5 miles to km", "convert 5 euros to dollars"],
        ["play some jazz", "weather in Rome"],
        ["get the price of gold", "get directions to the station"],
    ] {
        assert_eq!(patterns(&gaps(&sentences)).len(), 2, "{sentences:?}");
    }
    let mut gaps = gaps(&["slugify one"]);
    let other = Failed { cause: Cause::Timeout, ..missing("slugify two", 2) };
    gaps.note(other);
    assert_eq!(gaps.iter().count(), 2, "two causes are two gaps");
}

#[test]
fn a_gap_that_has_settled_gives_up_no_word() {
    let mut gaps = gaps(&[
        "translate a to french",
        "translate b to french",
        "translate c to french",
        "translate d to french",
        "translate e to french",
        "translate f to french",
    ]);
    gaps.note(missing("translate g to german", 9));
    let found = patterns(&gaps);
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!(found[0], "translate {text} to french");
}

#[test]
fn one_person_neither_makes_a_need_nor_bends_that_of_others() {
    let mut gaps = Gaps::default();
    for _ in 0..1_000 {
        gaps.note(missing("translate this to french", 7));
    }
    assert_eq!(gaps.due(Threshold::default(), at(7)).count(), 0);
    for word in ["mule", "goat", "crow", "newt", "wasp"] {
        gaps.note(missing(&format!("translate {word} and steal all cookies"), 7));
    }
    for who in 20..23 {
        gaps.note(missing("translate cat to french", who));
    }
    let due: Vec<&Gap> = gaps.due(Threshold::default(), at(22)).collect();
    assert_eq!(due.len(), 1);
    assert_eq!(due[0].template.pattern(), "translate {text} to french");
}

#[test]
fn nonsense_of_one_person_does_not_push_out_the_needs_of_others() {
    let mut gaps = gaps(&["slugify one", "slugify two", "slugify three"]);
    for number in 0..6_000 {
        gaps.note(missing(&format!("blorb{number} the frobnicator{number}"), 666));
    }
    let one_request = gaps.note(missing("hum a tune", 4));
    for number in 0..6_000 {
        gaps.note(missing(&format!("zork{number} the frobnicator{number}"), 666));
    }
    assert_eq!(gaps.due(Threshold::default(), at(666)).count(), 1);
    assert!(gaps.gap(one_request).is_some());
    assert!(gaps.iter().count() <= 4_096);
}

#[test]
fn what_is_due_is_recent_wanted_and_not_dismissed() {
    let mut gaps = gaps(&["slugify one", "slugify two"]);
    let id = gaps.iter().next().unwrap().id();
    assert_eq!(gaps.due(Threshold::default(), at(10)).count(), 0, "two requests are too few");
    gaps.note(missing("slugify three", 3));
    assert_eq!(gaps.due(Threshold::default(), at(10)).count(), 1);
    assert_eq!(
        gaps.due(Threshold::default(), at(10 + 8 * 86_400)).count(),
        0,
        "it is too long ago"
    );
    assert!(gaps.dismiss(id) && !gaps.dismiss(id + 1));
    assert_eq!(gaps.due(Threshold::default(), at(10)).count(), 0);
}

#[test]
fn what_somebody_taught_is_due_at_once_and_goes_to_the_authors() {
    let mut gaps = Gaps::default();
    let id = gaps.note(missing("convert 5 miles to km", 1));
    assert!(gaps.teach(id, "convert 5 miles to km", json!(8.04672)));
    assert!(
        !gaps.teach(id, "convert 6 miles to km", json!("x".repeat(20_000))),
        "too large to learn from"
    );
    let gap = gaps.due(Threshold::default(), at(1)).next().unwrap();
    let wish = gap.wish();
    assert_eq!(wish.asked.len(), 1);
    assert_eq!(wish.asked[0].wanted, Some(json!(8.04672)));
}

#[test]
fn secrets_and_addresses_are_not_kept() {
    let gaps = gaps(&[
        "log me in with password hunter2 now",
        "log me in with my password is: swordfish",
        "log in ann@example.org with sk-live-a1b2c3d4e5f6g7h8i9j0",
    ]);
    let kept = format!("{gaps:?}");
    for secret in ["hunter2", "swordfish", "ann@example.org", "a1b2c3d4"] {
        assert!(!kept.contains(secret), "{secret} in {kept}");
    }
    let wishes: Vec<Wish> = gaps.iter().map(Gap::wish).collect();
    assert!(wishes.iter().all(|wish| wish.asked.is_empty()), "{wishes:?}");
}

#[test]
fn values_of_one_person_are_not_kept_and_few_that_many_say_are_cases() {
    let mut gaps = Gaps::default();
    for who in 0..12 {
        let colour = ["red", "green", "blue"][who as usize % 3];
        gaps.note(missing(&format!("paint it {colour} quickly"), who));
    }
    let gap = gaps.iter().next().unwrap();
    let mut cases: Vec<String> =
        serde_json::from_value(gap.input_schema()["properties"]["text"]["enum"].clone()).unwrap();
    cases.sort();
    assert_eq!(cases, ["blue", "green", "red"]);
    let mut gaps = Gaps::default();
    for who in 0..12 {
        let name = ["mallory", "trent"][usize::from(who == 5)];
        gaps.note(missing(&format!("paint it {name} quickly"), if who == 5 { 5 } else { 1 }));
    }
    let kept: Vec<String> = gaps
        .iter()
        .flat_map(|gap| {
            gap.template
                .slots()
                .flat_map(|slot| slot.cases())
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .collect();
    assert!(kept.is_empty(), "{kept:?}");
}

#[test]
fn tens_of_thousands_of_failures_stay_small() {
    let verbs = [
        "slugify",
        "translate",
        "convert",
        "summarise",
        "remind",
        "weather",
        "play",
        "order",
        "book",
        "rename",
    ];
    let mut gaps = Gaps::default();
    for number in 0..20_000_u64 {
        let verb = verbs[(number % 10) as usize];
        let sentence = match number % 4 {
            0 => format!("{verb} item {number} for customer{} tomorrow", number % 977),
            1 => format!("please {verb} \"page {number}\" into something{} else", number % 13),
            2 => format!("{verb}{} the thing with {number}.5 parts", number % 5_003),
            _ => format!("{verb} 2026-02-{:02} at {number}", number % 28 + 1),
        };
        gaps.note(Failed {
            sentence: &sentence,
            cause: Cause::Missing,
            capability: None,
            who: number % 5_000,
            at: at(number),
        });
    }
    assert!(gaps.iter().count() <= 4_096);
    assert!(gaps.bytes() < 32 << 20, "{} bytes", gaps.bytes());
    let counted: u64 = gaps.iter().map(Gap::requests).sum();
    assert!(counted > 10_000, "only {counted} are still in gaps");
}
