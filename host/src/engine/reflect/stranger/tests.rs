use serde_json::json;
use wasmtime::component::Val;

use super::super::{Anatomy, imported};
use super::*;
use crate::engine::inspect::read;

/// A component that imports an interface with these functions.
fn strangers(items: &str) -> Vec<Stranger> {
    let text = format!(r#"(component (import "acme:desk/screen@1.0.0" (instance {items})))"#);
    let bytes = wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    drop(Anatomy::of(&bytes).unwrap());
    let mut all = imported(&read(&bytes).unwrap());
    assert_eq!(all.len(), 1);
    all.remove(0).functions
}

fn one(items: &str) -> Stranger {
    strangers(items).remove(0)
}

#[test]
fn a_program_may_call_a_function_by_its_short_name_or_in_full() {
    let pixel = one(r#"(export "get-pixel" (func (param "x" u32) (result u32)))"#);
    for name in [
        "acme:desk/screen@1.0.0#get-pixel",
        "acme:desk/screen#get-pixel",
        "screen.get_pixel",
        "desk.screen.getPixel",
        "get-pixel",
    ] {
        assert!(pixel.is_called(name), "{name}");
    }
    for name in ["pixel", "screen", "", "mouse.get-pixel", "get-pixels", "#"] {
        assert!(!pixel.is_called(name), "{name}");
    }
}

#[test]
fn what_a_program_tells_in_its_own_words_is_what_the_types_say() {
    let look = one(r#"(type $kind' (enum "left-half" "whole"))
           (export "kind" (type $kind (eq $kind')))
           (type $area' (record (field "top-left" (tuple u32 u32)) (field "kind" $kind)
               (field "zoom" (option f64))))
           (export "area" (type $area (eq $area')))
           (type $seen' (variant (case "nothing") (case "some-bytes" (list u8))))
           (export "seen" (type $seen (eq $seen')))
           (export "look" (func (param "area" $area) (result (result $seen (error string)))))"#);
    let whole = r#"[{"kind":"left-half","top-left":[1,2],"zoom":null}]"#;
    for told in [
        json!([{"top_left": [1, 2], "kind": "LeftHalf"}]),
        json!({"area": {"topLeft": [1, 2], "kind": "left-half", "zoom": null}}),
        json!({"top-left": [1, 2], "kind": "left_half"}),
        json!([[[1, 2], "LeftHalf", null]]),
    ] {
        for (answer, normal) in [
            (
                json!({"Ok": {"SomeBytes": [104, 105]}}),
                r#"{"ok":{"some-bytes":{"base64":"aGk="}}}"#,
            ),
            (json!({"some-bytes": "aGk="}), r#"{"ok":{"some-bytes":{"base64":"aGk="}}}"#),
            (json!("Nothing"), r#"{"ok":"nothing"}"#),
            (json!({"err": "dark"}), r#"{"err":"dark"}"#),
        ] {
            let read = look.told(&told.to_string(), &answer.to_string());
            assert_eq!(read, Some((whole.to_owned(), normal.to_owned())), "{told} {answer}");
            assert!(look.answer(normal).unwrap().is_some(), "{normal}");
        }
    }
    for told in
        [json!([]), json!({"area": 1}), json!({"top_left": [1, 2]}), json!([1, 2]), json!(null)]
    {
        assert_eq!(look.told(&told.to_string(), "\"nothing\""), None, "{told}");
    }
    assert_eq!(look.told(whole, "{\"Ok\":\"elsewhere\"}"), None);
    let kind = Val::Enum("left-half".to_owned());
    let corner = Val::Tuple(vec![Val::U32(1), Val::U32(2)]);
    let area = Val::Record(vec![
        ("top-left".to_owned(), corner),
        ("kind".to_owned(), kind),
        ("zoom".to_owned(), Val::Option(None)),
    ]);
    assert_eq!(look.asked(&[area]).unwrap(), whole);
}

#[test]
fn arguments_and_answers_may_stand_in_lists_of_their_own() {
    let sum = one(r#"(export "sum" (func (param "numbers" (list u32)) (result (list u32))))"#);
    let told = |asked: &str, answer: &str| sum.told(asked, answer);
    let wanted = Some(("[[1,2]]".to_owned(), "[3]".to_owned()));
    assert_eq!(told("[1,2]", "[3]"), wanted);
    assert_eq!(told("[[1,2]]", "[[3]]"), wanted);
    assert_eq!(told("{\"numbers\":[1,2]}", "[3]"), wanted);
    let tick = one(r#"(export "tick" (func))"#);
    assert_eq!(tick.told("null", "null"), Some(("[]".to_owned(), "null".to_owned())));
    assert_eq!(tick.asked(&[]).unwrap(), "[]");
    assert_eq!(tick.answer("null"), Ok(None));
}

#[test]
fn what_json_cannot_carry_is_a_sentence() {
    let all = strangers(
        r#"(export "window" (type $w (sub resource)))
           (export "open" (func (result (own $w))))
           (export "count" (func (result u64)))"#,
    );
    assert!(all[0].asked(&[]).unwrap_err().contains("handles of `window`"), "{:?}", all[0]);
    assert_eq!(all[0].told("[]", "1"), None);
    assert_eq!(all[1].told("[]", "\"18446744073709551615\"").unwrap().1, "18446744073709551615");
}
