//! Beside `serde_json`: what one reads or writes, the other does too.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::*;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Shape {
    Point,
    Circle(f64),
    Line(i8, u16),
    Box { width: u64, height: Option<i64> },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind")]
enum Tagged {
    A { x: i32 },
    B,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Untagged {
    Number(f64),
    Text(String),
    List(Vec<Untagged>),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Wrapped(String);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct All {
    text: String,
    letter: char,
    flag: bool,
    nothing: (),
    pair: (u8, f32),
    shapes: Vec<Shape>,
    tagged: Tagged,
    untagged: Untagged,
    names: BTreeMap<i32, Wrapped>,
    #[serde(default)]
    wide: Option<i128>,
}

fn all() -> All {
    All {
        text: "a \"b\" \\ \n \u{1} \u{7f} é 😀 /".to_owned(),
        letter: '😀',
        flag: true,
        nothing: (),
        pair: (255, 0.1),
        shapes: vec![
            Shape::Point,
            Shape::Circle(1e300),
            Shape::Line(-128, 65_535),
            Shape::Box { width: u64::MAX, height: Some(i64::MIN) },
            Shape::Box { width: 0, height: None },
        ],
        tagged: Tagged::A { x: -1 },
        untagged: Untagged::List(vec![Untagged::Number(1.5), Untagged::Text("x".to_owned())]),
        names: BTreeMap::from([(-3, Wrapped("c".to_owned())), (4, Wrapped(String::new()))]),
        wide: Some(i128::MIN),
    }
}

#[test]
fn every_shape_of_value_goes_there_and_back() {
    let value = all();
    let text = to_string(&value).unwrap();
    assert_eq!(from_str::<All>(&text).unwrap(), value);
    assert_eq!(serde_json::from_str::<All>(&text).unwrap(), value, "the other reads it too");
    assert_eq!(from_str::<All>(&serde_json::to_string_pretty(&value).unwrap()).unwrap(), value);
    let b: Tagged = from_str(r#" {"kind" : "B"} "#).unwrap();
    assert_eq!(b, Tagged::B);
}

/// Texts that are JSON and texts that nearly are.
const TEXTS: &[&str] = &[
    "null",
    "true",
    "false",
    "0",
    "-0",
    "-1",
    "12",
    "01",
    "-",
    "+1",
    "1.",
    ".5",
    "1.5",
    "1e5",
    "1E+5",
    "1e-7",
    "1e",
    "1e999",
    "18446744073709551615",
    "18446744073709551616",
    "-9223372036854775808",
    "-9223372036854775809",
    "\"\"",
    "\"a\"",
    "\"\\u00e9\"",
    "\"\\ud83d\\ude00\"",
    "\"\\ud83d\"",
    "\"\\ud83dx\"",
    "\"\\ude00\"",
    "\"\\ud83d\\ud83d\"",
    "\"\\u12\"",
    "\"\\x\"",
    "\"\n\"",
    "\"\u{7f}\"",
    "\"abc",
    "\"abc\\",
    "[]",
    "[1]",
    "[1,2]",
    "[1,]",
    "[,1]",
    "[1 2]",
    "[1",
    "[[]]",
    "{}",
    "{\"a\":1}",
    "{\"a\":1,}",
    "{,}",
    "{\"a\"}",
    "{\"a\":}",
    "{a:1}",
    "{\"a\":1 \"b\":2}",
    "{\"a\":1",
    "nul",
    "nulll",
    "tru",
    "TRUE",
    "1 2",
    "",
    " ",
    "\u{feff}1",
    "[true,false,null]",
    "{\"a\":{\"b\":[{\"c\":\"\\\"\"}]}}",
    "{\"\":0}",
    "'a'",
    "[1]]",
    "{}}",
    "NaN",
    "Infinity",
    "0x10",
    "1_0",
    "/**/1",
    "\t\r\n 1 \t",
    "{\"a\":1,\"a\":2}",
];

#[test]
fn what_is_json_and_what_is_not_is_agreed_on() {
    for text in TEXTS {
        let ours = from_str::<Value>(text).ok();
        let theirs = serde_json::from_str::<Value>(text).ok();
        assert_eq!(ours, theirs, "{text:?}");
        assert_eq!(
            from_str::<serde::de::IgnoredAny>(text).is_ok(),
            // What is passed over is not looked at so closely that its size would matter.
            theirs.is_some() || *text == "1e999",
            "{text:?} passed over"
        );
    }
}

/// Asserts that both read the text as the same value of this type, or neither does.
fn agree<T: serde::de::DeserializeOwned + PartialEq + std::fmt::Debug>(text: &str) {
    let ours = from_str::<T>(text).ok();
    assert_eq!(ours, serde_json::from_str::<T>(text).ok(), "{text:?}");
}

#[test]
fn types_are_agreed_on() {
    // A zero with a sign is a whole number here, as its schema says.
    assert_eq!((from_str::<i64>("-0"), from_str::<u8>("-0")), (Ok(0), Ok(0)));
    for text in TEXTS.iter().filter(|text| **text != "-0") {
        agree::<i64>(text);
        agree::<u8>(text);
        agree::<u64>(text);
        agree::<i128>(text);
        agree::<f64>(text);
        agree::<String>(text);
        agree::<char>(text);
        agree::<bool>(text);
        agree::<()>(text);
        agree::<Option<u64>>(text);
        agree::<Vec<i32>>(text);
        agree::<(i32, i32)>(text);
        agree::<BTreeMap<String, Value>>(text);
        agree::<Untagged>(text);
    }
    for text in [
        "\"point\"",
        "{\"circle\":1}",
        "{\"line\":[1,2]}",
        "{\"box\":{\"width\":1}}",
        "\"circle\"",
        "{\"point\":null}",
        "{\"point\":1}",
        "{\"line\":[1,2,3]}",
        "{}",
        "{\"circle\":1,\"point\":null}",
        "\"other\"",
        "{\"other\":1}",
        "1",
    ] {
        agree::<Shape>(text);
    }
    for text in ["{\"1\":2}", "{\"-1\":2}", "{\"1.5\":2}", "{\"x\":2}", "{\" 1\":2}", "{\"01\":2}"]
    {
        agree::<BTreeMap<i16, u8>>(text);
    }
    agree::<BTreeMap<bool, u8>>("{\"true\":2}");
    agree::<BTreeMap<Wrapped, u8>>("{\"x\":2}");
}

impl Eq for Wrapped {}
impl PartialOrd for Wrapped {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Wrapped {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}

#[test]
fn errors_say_what_was_wanted_what_was_found_and_where() {
    let error = |text| from_str::<All>(text).unwrap_err().to_string();
    assert_eq!(error("{\n  \"text\": 5"), "expected a string, found a number at line 2 column 11");
    assert!(
        error("{\"flaq\": true}").starts_with("unknown field `flaq`, expected `text`, `letter`")
    );
    assert!(error("{\"text\":\"\",\"text\":\"\"}").starts_with("duplicate field `text`"));
    assert!(error("{}").starts_with("missing field `text`"), "{}", error("{}"));
    assert!(error("{\"text\": ").starts_with("the text ends too early"));
    let number = |text| from_str::<u8>(text).unwrap_err().to_string();
    assert_eq!(number("-7"), "expected u8, found the number -7 at line 1 column 2");
    assert_eq!(number("1.5"), "expected u8, found a fraction at line 1 column 3");
    assert!(number("99999999999999999999").starts_with("the number has more than 64 bits"));
}

#[test]
fn nesting_has_an_end() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert!(from_str::<Value>(&nested(128)).is_ok());
    assert!(from_str::<Value>(&nested(129)).is_err());
    assert!(from_str::<serde::de::IgnoredAny>(&nested(100_000)).is_err());
    let beside = format!("[{}]", vec!["[]"; 1000].join(","));
    assert!(from_str::<Value>(&beside).is_ok(), "lists beside each other are not deep");
}

#[test]
fn fractions_keep_their_value() {
    for value in [0.0, -0.0, 0.1, 1.0, 1e15, 1e16, 123_456.789, 5e-324, f64::MAX, f64::MIN, 1e-7] {
        let text = to_string(&value).unwrap();
        assert_eq!(from_str::<f64>(&text).unwrap().to_bits(), value.to_bits(), "{text}");
        assert_eq!(
            serde_json::from_str::<f64>(&text).unwrap().to_bits(),
            value.to_bits(),
            "{text}"
        );
    }
    assert_eq!(to_string(&[f64::NAN, f64::INFINITY]).unwrap(), "[null,null]");
}

#[test]
fn keys_that_are_no_text_are_refused() {
    assert!(to_string(&BTreeMap::from([((1, 2), 3)])).is_err());
    assert_eq!(to_string(&BTreeMap::from([(true, 'x')])).unwrap(), r#"{"true":"x"}"#);
    assert_eq!(to_string(&BTreeMap::from([(Wrapped("k".into()), 1)])).unwrap(), r#"{"k":1}"#);
}

proptest::proptest! {
    #[test]
    fn any_text_is_quoted_so_that_it_reads_back(text in ".*") {
        let quoted = to_string(&text).unwrap();
        proptest::prop_assert_eq!(&serde_json::from_str::<String>(&quoted).unwrap(), &text);
        proptest::prop_assert_eq!(&from_str::<String>(&quoted).unwrap(), &text);
    }

    #[test]
    fn any_bytes_are_agreed_on(text in "[\\[\\]{}\",:0-9eE+.\\\\u a-ftrnl-]{0,24}") {
        agree::<Value>(&text);
    }
}
