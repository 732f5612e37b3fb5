use super::*;
use crate::diagnostic::problems;

/// Finds `needle` in the only text of a document, by the offsets, and tells what stands there.
fn found<'d>(document: &'d str, needle: &str) -> &'d str {
    fn first(node: &Node) -> Option<&Node> {
        match &node.content {
            Content::Scalar(_) => Some(node),
            Content::List(_, items) => items.iter().find_map(first),
            Content::Map(_, entries) => entries.iter().find_map(|entry| first(&entry.node)),
        }
    }
    let tree = read(document).unwrap();
    let node = first(&tree).unwrap();
    let Content::Scalar(scalar) = &node.content else { unreachable!() };
    let start = scalar.text.find(needle).unwrap();
    let span =
        Offsets::of(document, scalar, node.span).span(Span { start, end: start + needle.len() });
    &document[span.start..span.end]
}

#[test]
fn a_place_in_a_scalar_is_its_place_in_the_document() {
    let cases = [
        ("a: one two", "two", "two"),
        ("a: 'it''s two'", "two", "two"),
        ("a: 'it''s two'", "'s", "''s"),
        (r#"a: "x\ty \u00fc two""#, "two", "two"),
        (r#"a: "x\ty \u00fc two""#, "ü", "\\"),
        (r#"{"a": "\ud83d\ude00 two"}"#, "two", "two"),
        ("a: one\n  more two", "two", "two"),
        ("a: 'one\n\n  more two'", "two", "two"),
        ("a: \"one \\\n   more two\"", "two", "two"),
        ("a: |\n  one\n    more\n  two\n", "two", "two"),
        ("a: |-\n\n  one\n  two", "two", "two"),
        ("a: >\n  one\n  more\n\n\n  last two\n", "two", "two"),
        ("- a:\n    b: |\n      zwölf\n      two\n", "two", "two"),
        ("a: |\r\n  one\r\n  two\r\n", "two", "two"),
    ];
    for (document, needle, wanted) in cases {
        assert_eq!(found(document, needle), wanted, "{document:?}");
    }
}

#[track_caller]
fn refused(document: &str, message: &str, place: (usize, usize)) {
    let wrong = problems(document, read(document).unwrap_err());
    let first = &wrong[0];
    assert!(first.message.contains(message), "{document:?}: {wrong:?}");
    assert_eq!((first.line, first.column), place, "{document:?}: {wrong:?}");
    assert!(first.mend.is_some(), "{wrong:?}");
}

#[test]
fn what_yaml_has_beyond_json_is_refused() {
    refused("a: &x 1\nb: *x", "anchors", (1, 7));
    refused("a: !!str 1", "tags", (1, 10));
    refused("a: 1\n---\nb: 2", "second document", (2, 1));
    refused("a: 1\nb: 2\na: 3", "a second time", (3, 1));
    refused("1: a", "no text", (1, 1));
    refused("? [a]\n: b", "to be text", (1, 3));
    refused("{a: b}: c", "to be text", (1, 1));
    refused("true: a", "no text", (1, 1));
    refused("a: .nan", "no number", (1, 4));
    refused("a: 1e999", "no number", (1, 4));
    refused("", "empty", (1, 1));
    refused("# nothing", "empty", (1, 1));
    refused("%YAML 1.2\n---\na: 1", "no YAML", (1, 1));
}

#[test]
fn bytes_that_no_recipe_has_are_refused() {
    refused("\u{feff}a: 1", "byte order mark", (1, 1));
    refused("a: x\0y", "U+0000", (1, 5));
    refused("a: 1\nb: \u{1b}[2J", "U+001B", (2, 4));
    refused("a:\n\tb: 1", "no YAML", (2, 1));
    refused("a: 'open", "no YAML", (1, 4));
    refused("a: [1, 2", "no YAML", (1, 4));
}

#[test]
fn scalars_stand_for_what_the_core_schema_says() {
    let json = |text: &str| read(text).unwrap().json();
    let wanted = serde_json::json!({
        "n": [null, null, null], "b": [true, false], "i": [1, -2, 255, 8], "d": [1.5, 1000.0, -0.5],
        "s": ["1.0.0", "2026-01-02", "yes", "0x", "1_000", "-", ".", "null", "1", "e5"]
    });
    let text = "
n: [null, ~, ]
b: [true, False]
i: [1, -2, 0xff, 0o10]
d: [1.5, 1e3, -.5]
s: [1.0.0, 2026-01-02, yes, 0x, 1_000, '-', ., 'null', '1', e5]
";
    let found = json(&text.replace("[null, ~, ]", "[null, ~, null]"));
    assert_eq!(found, wanted);
    assert_eq!(json("18446744073709551615"), serde_json::json!(u64::MAX));
}

#[test]
fn limits_hold_to_the_letter() {
    let deep = |levels: usize| format!("{}1{}", "[".repeat(levels), "]".repeat(levels));
    assert!(read(&deep(NESTING_MAX)).is_ok());
    assert!(read(&deep(NESTING_MAX + 1)).is_err());
    let blocks =
        |levels: usize| (0..levels).map(|at| format!("{}a:\n", " ".repeat(at))).collect::<String>();
    assert!(read(&blocks(NESTING_MAX)).is_ok());
    assert!(read(&blocks(NESTING_MAX + 1)).is_err());
    let many = |values: usize| format!("[{}]", vec!["1"; values].join(","));
    assert!(read(&many(VALUES_MAX - 1)).is_ok());
    assert!(read(&many(VALUES_MAX)).is_err());
    assert!(read(&format!("a: '{}'", "x".repeat(SCALAR_MAX))).is_ok());
    assert!(read(&format!("a: '{}'", "x".repeat(SCALAR_MAX + 1))).is_err());
    let keyed = |letter: &str, count: usize| read(&format!("{{\"{}\": 1}}", letter.repeat(count)));
    assert!(keyed("k", KEY_MAX - 2).is_ok());
    assert!(keyed("k", KEY_MAX - 1).is_err());
    assert!(keyed("\\\\", KEY_MAX / 2 - 1).is_ok());
    assert!(keyed("\\\\", KEY_MAX / 2).is_err());
    assert!(read(&format!("{}: 1", "k".repeat(KEY_MAX - 2))).is_ok());
    assert!(read(&format!("? {}\n: 1", "k".repeat(KEY_MAX - 1))).is_err());
    assert!(read(&format!("a: 1\n#{}", "x".repeat(DOCUMENT_MAX - 6))).is_ok());
    assert!(read(&format!("a: 1\n#{}", "x".repeat(DOCUMENT_MAX - 5))).is_err());
}
