//! Tests of gaps: what joins, what stays apart, what is kept, and what it costs.

mod kept;
mod names;

use std::time::{Duration, SystemTime};

use serde_json::json;

use super::*;

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

fn missing(sentence: &str, who: u64) -> Failed<'_> {
    Failed::missing(sentence, who, at(who))
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
    gaps.note(missing("slugify two", 2).because(Cause::Timeout));
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
    gaps.dismiss_only(|gap| gap == id);
    assert_eq!(gaps.due(Threshold::default(), at(10)).count(), 0);
    for who in 10..20 {
        let joined = gaps.note(missing("slugify this other title", who));
        assert_eq!(joined, id, "what is asked for in the same way joins what was dismissed");
    }
    assert_eq!(gaps.due(Threshold::default(), at(20)).count(), 0);
    for who in 20..23 {
        gaps.note(missing("translate a word to french", who));
    }
    assert_eq!(gaps.due(Threshold::default(), at(23)).count(), 1, "what is new is not");
    gaps.dismiss_only(|_| false);
    assert_eq!(gaps.due(Threshold::default(), at(23)).count(), 2, "it is taken back");
}

/// What a user says that a sentence should give.
fn taught(sentence: &str, wanted: Value) -> Wish {
    Wish::asked(sentence).gives(wanted)
}

#[test]
fn what_is_taught_goes_to_the_authors_and_is_due_by_the_word_of_enough() {
    let mut gaps = Gaps::default();
    let sentence = "convert 5 miles to km";
    let wish = taught(sentence, json!(8.04672));
    let id = gaps.teach(&wish, Teacher::User(1), missing(sentence, 1)).unwrap();
    assert_eq!(gaps.due(Threshold::default(), at(1)).count(), 0, "one user is no need of all");
    assert_eq!(gaps.due(Threshold::PERSONAL, at(1)).count(), 1);
    gaps.teach_more(id, &wish, Teacher::Owner).unwrap();
    let gap = gaps.due(Threshold::default(), at(1)).next().unwrap();
    let wish = gap.wish();
    assert_eq!(wish.asked.len(), 1);
    assert_eq!(wish.asked[0].wanted, Some(json!(8.04672)));
    let large = taught("convert 6 miles to km", json!("x ".repeat(20_000)));
    let refused = gaps.teach_more(id, &large, Teacher::Owner).unwrap_err();
    assert!(matches!(refused, TeachError::TooLarge { number: 1, .. }), "{refused}");
}

#[test]
fn what_users_do_not_agree_on_is_no_example_and_a_vote_is_one() {
    let mut gaps = Gaps::default();
    let sentence = "convert 5 miles to km";
    let id = gaps.note(missing(sentence, 1));
    let teach = |gaps: &mut Gaps, who, wanted: i32| {
        gaps.teach_more(id, &taught(sentence, json!(wanted)), Teacher::User(who)).unwrap();
    };
    for _ in 0..100 {
        teach(&mut gaps, 666, 0);
    }
    teach(&mut gaps, 1, 8);
    let wanted = |gaps: &Gaps| gaps.gap(id).unwrap().wish().asked[0].wanted.clone();
    assert_eq!(wanted(&gaps), None, "one says this, one that");
    assert!(!gaps.gap(id).unwrap().is_taught());
    teach(&mut gaps, 2, 8);
    assert_eq!(wanted(&gaps), Some(json!(8)), "two outvote one who says it a hundred times");
    teach(&mut gaps, 666, 8);
    assert_eq!(
        gaps.gap(id).unwrap().lessons.disputed(),
        0,
        "whoever changes their mind votes once"
    );
    for number in 0..20 {
        let other = taught(&format!("convert {number} miles to km"), json!(number));
        drop(gaps.teach_more(id, &other, Teacher::User(666)));
    }
    let wish = gaps.gap(id).unwrap().wish();
    assert!(wish.asked.len() <= 10, "one person teaches a few: {}", wish.asked.len());
}

#[test]
fn examples_that_contradict_or_tell_a_secret_are_refused_whole() {
    let mut gaps = Gaps::default();
    let mut teach = |wish: Wish| gaps.teach(&wish, Teacher::Owner, missing("", 1)).unwrap_err();
    let contradicting =
        Wish::default().example(json!({"n": 1}), json!(1)).example(json!({"n": 1}), json!(2));
    let told = teach(contradicting).to_string();
    assert!(told.contains(r#"{"n":1} is to give 1 and 2; keep one"#), "{told}");
    let secret = Wish::default()
        .example(json!({"n": 1}), json!(1))
        .example(json!({"login": {"password": "hunter2"}}), json!(1));
    let told = teach(secret).to_string();
    assert!(told.contains("example 2 seems to hold a secret at `/login/password`"), "{told}");
    assert!(!told.contains("hunter2"), "{told}");
    let told = teach(taught("use sk-live-a1b2c3d4e5f6g7h8i9j0", json!(1))).to_string();
    assert!(told.contains("example 1 seems to hold a secret"), "{told}");
    assert!(matches!(teach(Wish::default()), TeachError::Nothing));
    assert_eq!(gaps.iter().count(), 0, "nothing of it is kept");
}

#[test]
fn examples_without_a_name_are_a_gap_of_their_own() {
    let mut gaps = Gaps::default();
    let one = Wish::default().example(json!({"a": 1}), json!(2));
    let other = Wish::default().example(json!({"a": 1, "b": 2}), json!(3));
    let first = gaps.teach(&one, Teacher::Owner, missing("", 1)).unwrap();
    let second = gaps.teach(&other, Teacher::Owner, missing("", 1)).unwrap();
    assert_ne!(first, second);
    assert_eq!(gaps.teach(&one, Teacher::Owner, missing("", 1)).unwrap(), first, "the same again");
    let wish = gaps.gap(first).unwrap().wish();
    assert_eq!((wish.examples.len(), wish.name), (1, None));
}

#[test]
fn calls_that_fail_share_their_fields_and_keep_a_few_inputs() {
    let mut gaps = Gaps::default();
    let (name, version): (CapabilityName, _) =
        ("text.slug".parse().unwrap(), "1.0.0".parse().unwrap());
    let mut note = |input: Value, who, cause| {
        let call = Called { operation: "run", version: Some(&version), input: Some(&input) };
        gaps.note(missing("", who).because(cause).of(&name).called(call))
    };
    let id = note(json!({"title": "Hello", "max": 3}), 1, Cause::Trapped);
    for who in 2..20 {
        let input = json!({"title": format!("T{who}"), "token": "hunter2", "9": 1});
        assert_eq!(note(input, who, Cause::Trapped), id);
    }
    assert_ne!(note(json!({}), 3, Cause::OutOfFuel), id, "another cause is another gap");
    let gap = gaps.gap(id).unwrap();
    assert_eq!((gap.operation(), gap.requests()), (Some("run"), 19));
    let schema = gap.input_schema();
    assert_eq!(schema["required"], json!(["title"]));
    assert_eq!(schema["properties"]["max"], json!({"type": "integer"}));
    assert_eq!(schema["properties"].get("9"), None, "a number is data, not a field");
    assert_eq!(gap.inputs().len(), 6);
    assert!(!format!("{gaps:?}").contains("hunter2"));
    assert_eq!(gap.versions().collect::<Vec<_>>(), [(&version, 19)]);
    assert_eq!(gap.about(), "text.slug run");
}

#[test]
fn near_misses_and_misses_are_one_gap() {
    let mut gaps = Gaps::default();
    let near: CapabilityName = "animals.cat".parse().unwrap();
    let unsure = Failed { near: Some(&near), ..missing("translate cat to french", 1) };
    let id = gaps.note(unsure.because(Cause::LowConfidence));
    assert_eq!(gaps.gap(id).unwrap().cause(), Cause::LowConfidence);
    for who in 2..5 {
        assert_eq!(gaps.note(missing("translate mule to french", who)), id);
    }
    let gap = gaps.gap(id).unwrap();
    assert_eq!((gap.cause(), gap.near()), (Cause::Missing, Some(&near)));
}

#[test]
fn german_requests_for_other_things_stay_apart() {
    for sentences in [
        ["zeige meinen Kalender", "zeige das Wetter in Rom"],
        ["Lösche die Datei", "lösche den Termin"],
        ["Kannst du mir die Rechnung zeigen", "kannst du mir ein Taxi rufen"],
    ] {
        assert_eq!(patterns(&gaps(&sentences)).len(), 2, "{sentences:?}");
    }
    let same = gaps(&["zeige mir das Wetter in Rom", "Zeige bitte das Wetter in Ulm"]);
    assert_eq!(patterns(&same).len(), 1, "{:?}", patterns(&same));
}

#[test]
fn one_request_of_one_person_is_told_as_one() {
    let told = |gaps: &Gaps| gaps.iter().next().unwrap().told();
    let mut gaps = Gaps::default();
    gaps.note(missing("slugify one", 1));
    assert_eq!(told(&gaps), "1 request of 1 person: no capability does this");
    gaps.note(missing("slugify two", 2));
    assert_eq!(told(&gaps), "2 requests of 2 people: no capability does this");
}

#[test]
fn what_was_kept_is_the_same_and_goes_on() {
    let mut gaps = gaps(&["slugify one", "slugify two", "slugify three"]);
    gaps.teach(&taught("shout hi", json!("HI")), Teacher::User(3), missing("shout hi", 3)).unwrap();
    let kept: Vec<_> =
        gaps.take_changed().into_iter().map(|(id, gap)| (id, gap.unwrap())).collect();
    assert_eq!(kept.len(), 2);
    let mut again = Gaps::default();
    for (id, gap) in kept {
        let text = serde_json::to_string(gap).unwrap();
        let read: Gap = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), text);
        assert_eq!(read.id(), id);
        again.put(read);
    }
    assert!(!gaps.has_changed() && !again.has_changed());
    for gaps in [&mut gaps, &mut again] {
        gaps.note(missing("slugify one", 1));
        gaps.note(missing("slugify four", 4));
    }
    let summaries = |gaps: &Gaps| -> Vec<GapSummary> {
        gaps.iter().map(|gap| gap.summary(Threshold::default(), at(5))).collect()
    };
    assert_eq!(summaries(&gaps), summaries(&again));
    let slug = &summaries(&gaps).into_iter().find(|gap| gap.requests == 5).unwrap();
    assert_eq!(slug.people, 4, "whoever asked before is not counted as another");
}
