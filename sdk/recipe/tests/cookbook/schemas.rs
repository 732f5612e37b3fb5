//! Input and output schemas: what does not fit is refused, before anything runs or leaves.

use engraft::model::Failure;
use engraft_recipe::recipe::check;
use serde_json::{Value, json};

use crate::server::{Seen, Server};
use crate::stage::{Stage, Theatre};

/// A recipe whose field `x` has a schema.
fn taking(schema: &Value) -> Theatre {
    let input = json!({"type": "object", "properties": {"x": schema}, "required": ["x"]});
    let text = format!("name: a.b\nversion: 1.0.0\nsummary: x\ninput: {input}\nreturn: input.x\n");
    Stage::new().with(&text).open()
}

/// A recipe that gives its input's field `x`, of whose type nothing is known.
fn giving(schema: &Value) -> Theatre {
    let input = json!({"type": "object", "properties": {"x": {}}});
    let text = format!(
        "name: a.b\nversion: 1.0.0\nsummary: x\ninput: {input}\noutput: {schema}\nreturn: input.x\n"
    );
    Stage::new().with(&text).open()
}

fn cases() -> Vec<(Value, Vec<Value>, Vec<Value>)> {
    vec![
        (json!({"type": "string"}), vec![json!("")], vec![json!(1), json!(null), json!([])]),
        (json!({"type": "integer"}), vec![json!(1), json!(2.0)], vec![json!(1.5), json!("1")]),
        (json!({"type": "number"}), vec![json!(1), json!(1.5)], vec![json!("1"), json!(true)]),
        (json!({"type": "boolean"}), vec![json!(true)], vec![json!(0), json!("true")]),
        (json!({"type": ["string", "null"]}), vec![json!(null), json!("a")], vec![json!(1)]),
        (json!({"type": "null"}), vec![json!(null)], vec![json!(0)]),
        (
            json!({"type": "string", "minLength": 2, "maxLength": 3}),
            vec![json!("ab"), json!("äöü")],
            vec![json!("a"), json!("abcd")],
        ),
        (
            json!({"type": "string", "pattern": "^[a-c]+$"}),
            vec![json!("abc")],
            vec![json!("abd"), json!("")],
        ),
        (
            json!({"enum": ["a", 1, null, [1, {"b": 2}]]}),
            vec![json!("a"), json!(1.0), json!(null), json!([1, {"b": 2}])],
            vec![json!("b"), json!(2), json!([1])],
        ),
        (json!({"const": {"a": [1]}}), vec![json!({"a": [1]})], vec![json!({}), json!(1)]),
        (
            json!({"type": "integer", "minimum": 1, "exclusiveMaximum": 10, "multipleOf": 3}),
            vec![json!(3), json!(9)],
            vec![json!(0), json!(12), json!(4)],
        ),
        (
            json!({"type": "number", "exclusiveMinimum": 0.5, "maximum": 2}),
            vec![json!(0.6), json!(2)],
            vec![json!(0.5), json!(2.1)],
        ),
        (
            json!({"type": "array", "minItems": 1, "maxItems": 2, "uniqueItems": true}),
            vec![json!([1]), json!(["a", 1])],
            vec![json!([]), json!([1, 2, 3]), json!([1, 1])],
        ),
        (
            json!({"type": "array", "items": {"type": "array", "items": {"type": "string", "maxLength": 1}}}),
            vec![json!([]), json!([[], ["a"]])],
            vec![json!([["ab"]]), json!([1]), json!([[1]])],
        ),
        (
            json!({
                "type": "object", "properties": {"a": {"type": "integer", "minimum": 1}, "it's": {}},
                "required": ["a"], "additionalProperties": false
            }),
            vec![json!({"a": 1}), json!({"a": 1, "it's": null})],
            vec![json!({}), json!({"a": 0}), json!({"a": 1, "b": 2}), json!([])],
        ),
        (
            json!({
                "type": "object", "properties": {"a": {"type": "string"}},
                "additionalProperties": {"type": "integer", "minimum": 5}, "maxProperties": 2
            }),
            vec![json!({}), json!({"a": "x", "b": 5})],
            vec![json!({"b": 4}), json!({"b": "5"}), json!({"b": 5, "c": 5, "d": 5})],
        ),
        (json!(false), vec![], vec![json!(1), json!(null)]),
        (
            json!({"maxLength": 1, "minimum": 2}),
            vec![json!("a"), json!(2), json!([])],
            vec![json!("ab"), json!(1)],
        ),
    ]
}

#[test]
fn an_input_that_does_not_fit_is_refused() {
    for (schema, good, bad) in cases() {
        let stage = taking(&schema);
        for value in good {
            stage.gives("a.b", &json!({ "x": value }));
        }
        for value in bad {
            let failure = stage.refuses("a.b", &json!({ "x": value }));
            assert!(matches!(failure, Failure::InvalidInput(_)), "{schema} {value}: {failure}");
            assert!(
                failure.to_string().contains("input does not fit"),
                "{schema} {value}: {failure}"
            );
        }
    }
}

#[test]
fn a_result_that_does_not_fit_is_a_failure() {
    for (schema, good, bad) in cases() {
        let stage = giving(&schema);
        for value in good {
            stage.gives("a.b", &json!({ "x": value }));
        }
        for value in bad {
            let failure = stage.refuses("a.b", &json!({ "x": value }));
            assert!(matches!(failure, Failure::Failed(_)), "{schema} {value}: {failure}");
            assert!(failure.to_string().contains("`output`"), "{schema} {value}: {failure}");
        }
    }
}

#[test]
fn formats_are_what_they_say() {
    let cases = [
        ("date-time", "2026-02-28T10:00:00Z", "2026-02-30T10:00:00Z"),
        ("date", "2024-02-29", "2026-02-29"),
        ("time", "10:20:30Z", "25:00:00Z"),
        ("email", "ann@example.org", "ann@example"),
        ("uri", "https://example.org/a?b", "example.org"),
        ("uuid", "123e4567-e89b-12d3-a456-426614174000", "123e4567-e89b-12d3-a456-42661417400"),
        ("ipv4", "10.0.0.1", "10.0.0.256"),
        ("ipv6", "2001:db8::1", "10.0.0.1"),
        ("hostname", "api.example.org", "-api.example.org"),
    ];
    for (format, good, bad) in cases {
        let stage = taking(&json!({"type": "string", "format": format}));
        stage.gives("a.b", &json!({ "x": good }));
        let failure = stage.refuses("a.b", &json!({ "x": bad }));
        assert!(failure.to_string().contains(&format!("x is no {format}")), "{failure}");
    }
}

#[test]
fn nothing_runs_before_the_input_fits() {
    let server = Server::start(|_: &Seen| (200, String::new()));
    let text = format!(
        "name: a.b
version: 1.0.0
summary: x
input: {{type: object, properties: {{n: {{type: integer, maximum: 3}}}}, required: [n]}}
permissions: {{http: [{{host: \"{0}\"}}]}}
steps:
  - fetch: http://{0}/
return: 1
",
        server.address
    );
    let stage = Stage::new().with(&text).open();
    stage.refuses("a.b", &json!({"n": 4}));
    assert!(server.seen().is_empty());
    stage.gives("a.b", &json!({"n": 3}));
    assert_eq!(server.seen().len(), 1);
}

#[test]
fn what_types_show_is_told_before_anything_is_built() {
    let wrong = |output: &str, rest: &str| {
        let text = format!("name: a.b\nversion: 1.0.0\nsummary: x\noutput: {output}\n{rest}");
        check(&text).unwrap_err()[0].message.clone()
    };
    assert!(wrong("{type: integer}", "return: \"'a'\"").contains("wants integer"));
    let object = "{type: object, properties: {a: {type: string}}, required: [a], additionalProperties: false}";
    assert!(wrong(object, "return: {a: 1}").contains("wants string"));
    assert!(wrong(object, "return: {}").contains("lacks `a`"));
    assert!(wrong(object, "return: {a: \"'x'\", b: 1}").contains("no field `b`"));
    let early = "steps:\n  - return: 1\n    when: input.size() == 0\nreturn: \"'a'\"";
    assert!(wrong("{type: string}", early).contains("wants string"));
}
