//! Tests of the catalogue as text; that its recipes build and hold is tested where there is an engine.

use serde_json::{Value, json};

use super::*;
use crate::model::SlotKind;
use crate::synth::author::Source;

fn draft(sentence: &str) -> Option<Draft> {
    Catalogue::standard().drafts(&Wish::asked(sentence)).into_iter().next()
}

fn document(draft: &Draft) -> Value {
    let Source::Recipe(text) = &draft.source else { panic!("{draft:?}") };
    serde_json::from_str(text).unwrap()
}

#[test]
fn every_entry_is_well_written() {
    let rows = [
        text::ENTRIES,
        number::ENTRIES,
        date::ENTRIES,
        list::ENTRIES,
        table::ENTRIES,
        json::ENTRIES,
    ];
    for row in rows.into_iter().flatten() {
        row.entry().unwrap_or_else(|error| panic!("{}: {error}", row.name));
        let parts = row.examples.iter().flat_map(|(input, output)| [*input, *output]);
        for part in parts.chain([row.gives]) {
            serde_json::from_str::<Value>(part)
                .unwrap_or_else(|error| panic!("{}: {part}: {error}", row.name));
        }
        assert!(!row.examples.is_empty(), "{} has no example", row.name);
    }
    let made = unit::entries().chain(number::rounding()).chain(http::entries());
    for entry in made {
        entry.unwrap();
    }
    let standard = Catalogue::standard();
    let mut names: Vec<&str> = standard.entries().map(|entry| entry.name().as_str()).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count, "two entries have one name");
}

#[test]
fn slots_of_sentences_are_inputs_or_parameters() {
    for entry in Catalogue::standard().entries() {
        for intent in entry.intents() {
            for slot in intent.slots() {
                let input = entry.inputs.iter().any(|(name, _)| *name == slot.name);
                let parameter = entry.parameters.iter().any(|(name, _)| *name == slot.name);
                assert!(input || parameter, "{}: {intent}: {}", entry.name(), slot.name);
            }
            let given: Vec<&str> = intent.slots().map(|slot| slot.name.as_str()).collect();
            let all = entry
                .inputs
                .iter()
                .map(|(name, _)| name)
                .chain(entry.parameters.iter().map(|(name, _)| name));
            for name in all {
                assert!(
                    given.contains(&name.as_str()),
                    "{}: {intent} does not say {name}",
                    entry.name()
                );
            }
        }
    }
}

#[test]
fn sentences_find_their_recipes() {
    for (sentence, name) in [
        ("Please slugify Hello World", "text.slug"),
        ("how many words are in the quick brown fox?", "text.count-words"),
        ("replace 'a' with 'b' in banana", "text.replace"),
        ("what is 15% of 80?", "number.percent-of"),
        ("what's the average of 1, 2 and 6", "number.mean"),
        ("convert 5 miles to kilometres", "unit.length-miles-kilometres"),
        ("How many pounds are 80 kg?", "unit.weight-kilograms-pounds"),
        ("convert 100km into miles", "unit.length-kilometres-miles"),
        ("what is 70 Fahrenheit in Celsius", "unit.heat-fahrenheit-celsius"),
        ("how many days from 2026-01-01 to 2026-02-01", "date.days-between"),
        ("round 3.14159 to 2 decimals", "number.round-to-2"),
        ("sort 3, 1, 2", "list.sort-numbers"),
        ("sort pears, figs, apples", "list.sort"),
        (r#"column name of [{"name": "Ann"}]"#, "table.column"),
        (r#"keys of {"a": 1}"#, "json.keys"),
        ("fetch https://example.org/news?id=1", "http.get-exampleorg"),
    ] {
        let found = draft(sentence).map(|draft| draft.name.to_string());
        let parts = |name: &str| {
            name.split('-').map(str::to_owned).collect::<std::collections::BTreeSet<_>>()
        };
        assert_eq!(found.as_deref().map(parts), Some(parts(name)), "{sentence}: {found:?}");
    }
}

#[test]
fn what_nobody_wrote_is_not_drafted() {
    for sentence in [
        "book a flight to Rome",
        "convert 5 miles to kilograms",
        "convert 5 apples to pears",
        "",
        "sort",
    ] {
        assert_eq!(draft(sentence), None, "{sentence}");
    }
}

#[test]
fn what_was_wanted_becomes_an_example() {
    let wish = Wish::asked("convert 5 miles to kilometres").gives(8.04672);
    let draft = &Catalogue::standard().drafts(&wish)[0];
    assert_eq!(draft.examples[0].input, json!({"amount": 5.0}));
    assert_eq!(draft.examples[0].output, Some(json!(8.04672)));
    assert_eq!(document(draft)["intents"][0], "convert {amount} miles to kilometres");
}

#[test]
fn whoever_asked_in_other_words_is_understood_in_them() {
    let wish = Wish::asked("convert 11 miles to km")
        .or_asked("convert 12 mi to kilometres")
        .or_asked("convert 13 miles to km");
    let document = document(&Catalogue::standard().drafts(&wish)[0]);
    let intents: Vec<&str> =
        document["intents"].as_array().unwrap().iter().filter_map(|it| it.as_str()).collect();
    for words in ["miles to kilometres", "miles to km", "mi to kilometres"] {
        let intent = format!("convert {{amount}} {words}");
        assert_eq!(intents.iter().filter(|it| **it == intent).count(), 1, "{intents:?}");
    }
}

#[test]
fn sentences_that_want_different_recipes_have_none_together() {
    let miles = Wish::asked("convert 5 miles to kilometres");
    assert!(
        Catalogue::standard()
            .drafts(&miles.clone().or_asked("convert 3 feet to metres"))
            .is_empty()
    );
    assert_eq!(Catalogue::standard().drafts(&miles.or_asked("how many km are 7 miles")).len(), 1);
}

#[test]
fn inputs_are_called_as_in_the_examples() {
    let wish = Wish::asked("slugify Hello World").example(json!({"title": "A B"}), json!("a-b"));
    let draft = &Catalogue::standard().drafts(&wish)[0];
    let document = document(draft);
    assert_eq!(document["input"]["required"], json!(["title"]));
    assert!(
        document["return"].as_str().unwrap().contains("input.title.lowerAscii()"),
        "{document}"
    );
    assert!(draft.examples.iter().all(|example| example.input.get("title").is_some()), "{draft:?}");
}

#[test]
fn what_is_said_stays_a_value() {
    // A person's words never become more of a program than the value that they are.
    let entry =
        Entry::new("text.stamp", "Stamps.").unwrap().asks("stamp {text} with {mark}").unwrap();
    let entry = entry
        .input("text", SlotKind::Text)
        .parameter("mark", Parameter::Text)
        .value("@{text} + @{mark}");
    let catalogue = Catalogue::default().with(entry);
    let draft =
        &catalogue.drafts(&Wish::asked(r"stamp it with ' + input.secret + '\' @{text} }"))[0];
    let program = document(draft)["return"].as_str().unwrap().to_owned();
    assert_eq!(program, r"input.text + '\' + input.secret + \'\\\' @{text} }'");
}

#[test]
fn a_class_of_characters_is_no_hole() {
    let draft = draft("find the emails in a@b.example").unwrap();
    let program = document(&draft)["return"].as_str().unwrap().to_owned();
    assert!(program.contains("@[A-Za-z0-9-]+"), "{program}");
}

#[test]
fn a_page_asks_for_its_own_host_and_path_only() {
    let draft = draft("fetch the json from https://api.example.org/v1/rates?base=EUR").unwrap();
    let rule = json!([{"host": "api.example.org", "methods": ["GET"], "path": "/v1/rates"}]);
    assert_eq!(document(&draft)["permissions"]["http"], rule);
    for bad in [
        "fetch https://user:pass@example.org/",
        "fetch https://*.com/x",
        "fetch https://%2a.example.org/x",
        "fetch https://example.org/{input.x}",
        "fetch file:///etc/passwd",
        "fetch https://",
    ] {
        assert_eq!(super::tests::draft(bad), None, "{bad}");
    }
}

#[test]
fn own_entries_come_before_the_standard_ones() {
    let own = Entry::new("own.slug", "Ours.").unwrap().asks("slugify {text}").unwrap();
    let own = own.input("text", SlotKind::Text).value("@{text}");
    let catalogue = Catalogue::standard().with(own);
    assert_eq!(catalogue.drafts(&Wish::asked("slugify x"))[0].name.as_str(), "own.slug");
}
