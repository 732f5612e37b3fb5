//! Compositions of scripted capabilities.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;

use super::*;

/// Capabilities that are functions of this test.
#[derive(Default)]
struct Scripted(AtomicUsize);

fn part(name: &str, input: &Value) -> Part {
    let required: Vec<&String> = input.as_object().unwrap().keys().collect();
    let input = json!({"type": "object", "properties": input, "required": required});
    Part {
        capability: name.parse().unwrap(),
        operation: "run".to_owned(),
        input,
        output: json!({}),
    }
}

impl Execute for Scripted {
    fn parts(&self) -> Vec<Part> {
        let (text, number) = (json!({"type": "string"}), json!({"type": "number"}));
        vec![
            part("text.upper", &json!({"text": text})),
            part("text.reverse", &json!({"text": text})),
            part("text.length", &json!({"text": text})),
            part("text.is-long", &json!({"text": text})),
            part("number.square", &json!({"number": number})),
            part("number.add", &json!({"a": number, "b": number})),
        ]
    }

    fn run<'a>(&'a self, part: &'a Part, input: &'a Value) -> Running<'a> {
        self.0.fetch_add(1, Ordering::Relaxed);
        let text = input["text"].as_str().unwrap_or_default();
        let number = |name: &str| input[name].as_f64().unwrap_or_default();
        let value = match part.capability.as_str() {
            "text.upper" => json!(text.to_uppercase()),
            "text.reverse" => json!(text.chars().rev().collect::<String>()),
            "text.length" => json!({"letters": text.chars().count(), "bytes": text.len()}),
            "text.is-long" => json!(text.len() > 4),
            "number.square" => json!(number("number") * number("number")),
            "number.add" => json!(number("a") + number("b")),
            _ => return Box::pin(async { Err("no such part".to_owned()) }),
        };
        Box::pin(async move { Ok(value) })
    }
}

async fn found(wish: &Wish) -> Vec<Draft> {
    Compose::new(Arc::new(Scripted::default())).write(wish).await.unwrap()
}

fn recipe(draft: &Draft) -> Value {
    let Source::Recipe(text) = &draft.source else { panic!("{draft:?}") };
    serde_json::from_str(text).unwrap()
}

#[tokio::test]
async fn one_behind_another() {
    let wish = Wish::default()
        .example(json!({"word": "abc"}), json!(9))
        .example(json!({"word": "hello"}), json!(25));
    let [draft] = &found(&wish).await[..] else { panic!() };
    assert!(
        draft.doubts[0].contains(".letters") && draft.doubts[0].contains(".bytes"),
        "{draft:?}"
    );
    assert!(draft.doubts[0].contains("would decide") && draft.confidence < 0.5);
    let wish = wish.example(json!({"word": "äb"}), json!(4));
    let [draft] = &found(&wish).await[..] else { panic!() };
    assert_eq!(draft.reasons[0], "`number.square(text.length(word).letters)` gives all 3 examples");
    let recipe = recipe(draft);
    assert_eq!(recipe["permissions"], json!({"call": ["number.square", "text.length"]}));
    assert_eq!(recipe["steps"].as_array().unwrap().len(), 2);
    assert!(draft.confidence > 0.7);
}

#[tokio::test]
async fn side_by_side_and_joined() {
    let wish = Wish::default()
        .example(json!({"text": "abc"}), json!({"loud": "ABC", "back": "cba", "text": "abc"}))
        .example(json!({"text": "xyzw"}), json!({"loud": "XYZW", "back": "wzyx", "text": "xyzw"}));
    let [draft] = &found(&wish).await[..] else { panic!() };
    let recipe = recipe(draft);
    assert_eq!(recipe["steps"][0]["parallel"].as_array().unwrap().len(), 2);
    assert_eq!(recipe["return"]["text"], "dyn(input)['text']");
    assert_eq!(recipe["permissions"]["call"], json!(["text.reverse", "text.upper"]));
}

#[tokio::test]
async fn a_sum_of_what_two_calls_give() {
    let wish = Wish::default()
        .example(json!({"first": "ab", "second": "cde"}), json!(5))
        .example(json!({"first": "a", "second": "wxyz"}), json!(5))
        .example(json!({"first": "äö", "second": ""}), json!(2));
    let draft = &found(&wish).await[0];
    let steps = recipe(draft)["steps"].clone();
    assert_eq!(steps[0]["parallel"].as_array().map(Vec::len), Some(2), "{steps:#}");
    assert_eq!(steps[1]["call"], "number.add");
}

#[tokio::test]
async fn one_of_two() {
    let wish = Wish::default()
        .example(json!({"text": "abc"}), json!("cba"))
        .example(json!({"text": "hello"}), json!("HELLO"))
        .example(json!({"text": "ab"}), json!("ba"))
        .example(json!({"text": "worlds"}), json!("WORLDS"));
    let draft = &found(&wish).await[0];
    assert_eq!(
        draft.reasons[0],
        "`if text.is-long(text) then text.upper(text) else text.reverse(text)` gives all 4 examples"
    );
    let recipe = recipe(draft);
    assert_eq!(recipe["steps"][2]["when"], "holds == true");
    assert!(draft.confidence < 0.5);
    let by_case = Wish::default()
        .example(json!({"text": "abc", "how": "up"}), json!("ABC"))
        .example(json!({"text": "de", "how": "back"}), json!("ed"))
        .example(json!({"text": "fgh", "how": "up"}), json!("FGH"));
    let draft = &found(&by_case).await[0];
    assert!(draft.reasons[0].contains("how is"), "{:?}", draft.reasons);
}

#[tokio::test]
async fn what_cannot_be_composed_is_not_and_bounds_hold() {
    let wish = Wish::default().example(json!({"text": "abc"}), json!("nothing gives this"));
    let scripted = Arc::new(Scripted::default());
    let execute: Arc<dyn Execute> = Arc::<Scripted>::clone(&scripted);
    let few = Compose::new(Arc::clone(&execute)).runs_max(10);
    assert!(matches!(few.write(&wish).await, Err(AuthorError::TooDear { .. })));
    assert_eq!(scripted.0.load(Ordering::Relaxed), 10);
    let all = Compose::new(execute).calls_max(2);
    assert!(all.write(&wish).await.unwrap().is_empty());
    assert!(found(&Wish::asked("anything")).await.is_empty());
    // What is given back as it came needs no capability.
    let kept = Wish::default().example(json!({"a": "x"}), json!("x"));
    assert!(all.write(&kept).await.unwrap().is_empty());
}

#[tokio::test]
async fn examples_that_exclude_one_another_are_told() {
    let wish = Wish::default()
        .example(json!({"text": "abc"}), json!("ABC"))
        .example(json!({"text": "abc"}), json!("cba"));
    let found = Compose::new(Arc::new(Scripted::default())).write(&wish).await;
    assert!(matches!(found, Err(AuthorError::Contradicting { .. })));
}

#[tokio::test(start_paused = true)]
async fn what_takes_too_long_is_given_up() {
    struct Slow;
    impl Execute for Slow {
        fn parts(&self) -> Vec<Part> {
            Scripted::default().parts()
        }
        fn run<'a>(&'a self, _part: &'a Part, _input: &'a Value) -> Running<'a> {
            Box::pin(async {
                tokio::time::sleep(Duration::from_secs(60)).await;
                Err("late".to_owned())
            })
        }
    }
    let wish = Wish::default().example(json!({"text": "abc"}), json!("ABC"));
    let found = Compose::new(Arc::new(Slow)).write(&wish).await;
    assert!(matches!(found, Err(AuthorError::TooDear { limit, .. }) if limit == "2s"));
}
