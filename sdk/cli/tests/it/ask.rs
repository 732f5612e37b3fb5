//! Sentences asked of a registry at rest, and the gaps that come of those in vain.

use serde_json::{Value, json};

use crate::support::{HONEST_NUMBERS, Home};

/// A home with `numbers`, which is asked for by `double {number}`.
fn home() -> Home {
    let home = Home::new();
    home.component("numbers.wasm", HONEST_NUMBERS);
    let operation = json!({
        "name": "double",
        "summary": "Doubles a number.",
        "input_schema": {
            "type": "object",
            "properties": {"number": {"type": "integer", "minimum": 0, "maximum": 4_294_967_295_u64}},
            "required": ["number"],
        },
        "output_schema": {"type": "integer"},
        "intents": ["double {number}"],
    });
    home.write("numbers.json", json!({"operations": [operation]}).to_string());
    let sign = ["sign", "numbers.wasm", "--manifest", "numbers.json", "--version", "1.0.0"];
    home.run(&[&sign[..], &["-o", "numbers.engraft"]].concat()).fine();
    home.run(&["install", "numbers.engraft"]).fine();
    home
}

fn json(home: &Home, arguments: &[&str]) -> Value {
    home.run(&[arguments, &["--json"]].concat()).json()
}

#[test]
fn a_sentence_is_answered_and_the_answer_stands_alone() {
    let home = home();
    let ran = home.run(&["ask", "please double 21", "--who", "bob"]).fine();
    assert_eq!(ran.out, "42\n", "it can be piped on");
    assert!(ran.err.contains("numbers 1.0.0") && ran.err.contains("fits `double {number}`"));
    let told = json(&home, &["ask", "double 4", "--group", "staff", "--attribute", "plan=pro"]);
    assert_eq!((&told["served"], &told["output"]), (&json!(true), &json!(8)));
    assert_eq!(told["capability"], "numbers");
    assert_eq!(told["version"], "1.0.0");
    assert_eq!(told["operation"], "double");
    assert_eq!(told["input"], json!({"number": 4}));
    assert_eq!(told["by"], json!({"pattern": "double {number}"}));
    assert_eq!(
        (&told["cause"], &told["gap"], &told["near"]),
        (&Value::Null, &Value::Null, &json!([]))
    );
    assert!(told["confidence"].as_f64().unwrap() > 0.8);
    assert!(told["request"].as_str().unwrap().starts_with("ask-"));
    home.run(&["gaps", "list"]).says(0, "nothing was asked for in vain");
    home.run(&["ask", "double 4", "--attribute", "plan"]).says(2, "expected `NAME=VALUE`");
    home.run(&["ask", "double 4", "--store", "none.sqlite"])
        .says(2, "there is no registry here yet");
    home.run(&["gaps", "list", "--store", "none.sqlite"]).says(2, "there is no registry here yet");
    assert!(!home.path("none.sqlite").exists(), "looking makes no registry");
}

#[test]
fn what_is_asked_for_in_vain_is_a_gap_that_a_person_may_dismiss() {
    let home = home();
    for (who, word) in [("ann", "cat"), ("bob", "my dog"), ("eve", "password hunter2")] {
        let sentence = format!("translate {word} to french");
        home.run(&["ask", &sentence, "--who", who]).says(1, "no capability does this");
    }
    let near = home.run(&["ask", "a number that is odd"]).says(1, "nothing was run");
    assert!(near.err.contains("`numbers`"), "{near:?}");
    assert!(near.out.is_empty(), "{near:?}");
    let listed = json(&home, &["gaps", "list"]);
    let gaps = listed["gaps"].as_array().unwrap();
    assert_eq!(gaps.len(), 2, "{listed}");
    let gap = &gaps[0];
    assert_eq!(gap["pattern"], "translate {text} to french", "the most wanted first");
    assert_eq!(
        (&gap["requests"], &gap["people"], &gap["due"]),
        (&json!(3), &json!(3), &json!(true))
    );
    assert_eq!((&gap["cause"], &gap["mend"]), (&json!("missing"), &json!("new")));
    assert_eq!(gap["request"]["verb"], "translate");
    assert_eq!(gap["name"], "text.translate-french");
    let id = gap["id"].as_str().unwrap();
    assert_eq!(&json(&home, &["gaps", "show", id]), gap, "the same as in the list");
    let shown = home.run(&["gaps", "show", id]).says(0, "worth work").says(0, "translate my dog");
    assert!(!shown.out.contains("hunter2") && shown.out.contains("[redacted]"), "{shown:?}");

    let dismiss = ["gaps", "dismiss", id, "--by", "ann", "--why", "we speak English"];
    home.run(&dismiss).says(0, "gap-dismissed").says(0, "translate {text} to french");
    assert_eq!(json(&home, &["gaps", "list"])["gaps"].as_array().unwrap().len(), 1);
    home.run(&["ask", "translate a word to french", "--who", "kim"]).says(1, id);
    home.run(&["gaps", "list", "--all"]).says(0, "dismissed").says(0, "4 people");
    home.run(&["history"]).says(0, "gap-dismissed").says(0, "we speak English");
    home.run(&["gaps", "dismiss", id, "--undo"]).says(0, "again open");
    home.run(&["gaps", "dismiss", id, "--undo"]).says(2, "is not dismissed");
    home.run(&["gaps", "show", "000000000007"]).says(2, "no gap 000000000007 is known");
    home.run(&["gaps", "show", "seven"]).says(2, "expected twelve hexadecimal digits");
    home.run(&["audit", "verify"]).fine();
}
