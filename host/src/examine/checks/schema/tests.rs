use serde_json::json;

use super::regex::{Danger, danger};
use super::size::too_costly;

#[test]
fn patterns_with_several_ways_are_found() {
    for pattern in [
        "(a+)+$",
        "^(a*)*$",
        "(a|a)*b",
        "(.|\\s)*x",
        "^([a-zA-Z0-9]+)*$",
        "(\\w+\\s?)*$",
        "([a-z]+[a-z0-9])*",
        "((ab)*)*",
        "(x+x+)+y",
        "^(\\d+|\\w+)*$",
        "(a{1,1000}){1,1000}",
        "(?:a{100000})",
        "(a)\\1",
        "(?=(a+)+b)c",
        "^(a|aa)+$",
        "(ab|abab)*c",
        "(x|y|xy)*z",
        "^(.*,)*$",
        "^(a?b?)*$",
        "^(([a-z])+.)+[A-Z]([a-z])+$",
        "^(?:\\d{1,3}){2,}$",
        "^(\\s*,?\\s*\\w)*$",
        &"a".repeat(5_000),
    ] {
        let found = danger(pattern);
        assert!(matches!(found, Some(Danger::Exponential(_))), "{pattern}: {found:?}");
    }
    for pattern in ["(", "a)", "[a", "*", &"(".repeat(100)] {
        assert!(matches!(danger(pattern), Some(Danger::Unknown(_))), "{pattern}");
    }
}

#[test]
fn patterns_with_one_way_are_left_alone() {
    for pattern in [
        "^[a-z0-9]+(-[a-z0-9]+)*$",
        "^\\d{4}-\\d{2}-\\d{2}$",
        "^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$",
        "^#[0-9a-fA-F]{6}$",
        "^([a-z]+\\.)*[a-z]+$",
        "^(?:[01]\\d|2[0-3]):[0-5]\\d$",
        "^https?://.+$",
        "^.{1,500}$",
        "^(foo|bar|baz)+$",
        "^[A-Z]{2}\\d{2}( ?\\d{4})*$",
        "^\\p{L}+$",
        "^(?<year>\\d+)-x{2,}$",
        "^(foo|far|fob)+x$",
        "^(\\d{1,3}\\.){3}\\d{1,3}$",
        "^\"([^\"\\\\]|\\\\.)*\"$",
        "^(a{100})*$",
        "^([A-Za-z]+ )*[A-Za-z]+$",
        "^\\s*\\S+(\\s+\\S+)*\\s*$",
        "^(\\([0-9]{3}\\) ?)?[0-9]{3}-[0-9]{4}$",
        "^[a-zA-Z0-9._%+-]+@[a-zA-Z0-9.-]+\\.[a-zA-Z]{2,}$",
        "^(0|[1-9]\\d*)\\.(0|[1-9]\\d*)(?:-((?:0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*)\
         (?:\\.(?:0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?$",
    ] {
        assert_eq!(danger(pattern), None, "{pattern}");
    }
}

#[test]
fn schemas_that_double_at_each_step_are_found_and_trees_are_not() {
    let mut defs = serde_json::Map::new();
    for step in 0..40 {
        let next = json!({"$ref": format!("#/$defs/s{}", step + 1)});
        defs.insert(format!("s{step}"), json!({"allOf": [next, next]}));
    }
    defs.insert("s40".to_owned(), json!({"type": "string"}));
    assert!(too_costly(&json!({"$defs": defs, "$ref": "#/$defs/s0"})).is_some());
    let round = json!({"$defs": {"a": {"allOf": [{"$ref": "#/$defs/a"}]}}, "$ref": "#/$defs/a"});
    assert!(too_costly(&round).unwrap().contains("without end"));
    let tree = json!({"type": "object", "properties": {
        "name": {"type": "string"},
        "parts": {"type": "array", "items": {"$ref": "#"}},
    }});
    assert_eq!(too_costly(&tree), None);
    assert!(too_costly(&json!({"minItems": 1e12})).is_some());
    let mut deep = json!({});
    for _ in 0..100 {
        deep = json!({"items": deep});
    }
    assert!(too_costly(&deep).is_some());
}

#[test]
fn what_is_named_is_followed_by_its_name() {
    let next = |step: u32| json!({"$dynamicRef": format!("#s{}", step + 1)});
    let step = |step: u32| json!({"$dynamicAnchor": format!("s{step}"), "anyOf": [next(step), next(step)]});
    let mut defs: Vec<_> = (0..40).map(step).collect();
    defs.push(json!({"$anchor": "s40", "type": "string"}));
    assert!(too_costly(&json!({"$defs": {"all": defs}, "$ref": "#s0"})).is_some());
    let round = json!({"$recursiveAnchor": true, "allOf": [{"$recursiveRef": "#"}]});
    assert!(too_costly(&round).unwrap().contains("without end"));
    let called = json!({"$id": "https://a.example/s", "allOf": [{"$ref": "https://a.example/s#"}]});
    assert!(too_costly(&called).unwrap().contains("without end"));
    let tree = json!({"$dynamicAnchor": "node", "type": "object", "properties": {
        "parts": {"type": "array", "items": {"$dynamicRef": "#node"}},
    }});
    assert_eq!(too_costly(&tree), None);
}
