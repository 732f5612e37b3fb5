//! The document: its schema against its reader, places of messages, and documents made to hurt.

use std::time::{Duration, Instant};

use engraft_recipe::diagnostic::{Problem, drawing};
use engraft_recipe::recipe::{SCHEMA, check, text};
use serde_json::{Value, json};

use crate::book::recipes;
use crate::judge::fits;

pub(crate) fn document(rest: &str) -> String {
    format!("name: a.b\nversion: 1.0.0\nsummary: x\n{rest}")
}

#[track_caller]
fn wrong(text: &str) -> Vec<Problem> {
    let problems = check(text).unwrap_err();
    for problem in &problems {
        assert!(problem.mend.as_ref().is_some_and(|mend| !mend.is_empty()), "{problem:?}");
        assert!(problem.start <= problem.end && problem.end <= text.len(), "{problem:?}");
    }
    problems
}

/// Checks that the only problem stands where `what` stands in the document.
#[track_caller]
pub(crate) fn points_at(document: &str, what: &str, message: &str, mend: &str) {
    let problems = wrong(document);
    assert_eq!(problems.len(), 1, "{problems:?}");
    let problem = &problems[0];
    assert!(problem.message.contains(message), "{problem:?}");
    assert!(problem.mend.as_ref().unwrap().contains(mend), "{problem:?}");
    let start = document.find(what).unwrap();
    let line = document[..start].matches('\n').count() + 1;
    let column = document[..start].rsplit('\n').next().unwrap().chars().count() + 1;
    assert_eq!((problem.line, problem.column), (line, column), "{problem:?}\n{document}");
    assert!(drawing("r.yaml", document, &problems).contains(&format!("r.yaml:{line}:{column}")));
}

#[test]
fn messages_point_into_every_kind_of_text() {
    let input =
        "input: {type: object, properties: {price: {type: integer}, grüße: {type: string}}}\n";
    let with = |rest: &str| document(&format!("{input}{rest}"));
    for text in [
        "return: input.price + input.prise",
        "return: 'input.price + input.prise'",
        "return: \"input.price + \\\n  input.prise\"",
        "return: |\n  # no, a comment\n  input.price +\n    input.prise\n"
            .replace("# no, a comment\n  ", "")
            .as_str(),
        "return: >-\n  input.price\n  + input.prise\n",
        "return: '''ä'' + string(input.prise)'",
        "return: {'ä': input.price, b: [1, input.prise]}",
        "let:\n  a: 1\nsteps:\n  - set: |\n      input.price\n        + input.prise\n    as: x\nreturn: x",
        "steps:\n  - log: input.prise\npermissions: {log: true}\nreturn: 1",
    ] {
        points_at(
            &with(text),
            if text.contains("input.prise") { "input.prise" } else { "prise" },
            "no field `prise`",
            "`price`",
        );
    }
    points_at(
        &with("return: input.price + 'a'").replace("+ 'a'", "+ \"a\""),
        "input.price +",
        "does not go between",
        "convert",
    );
    let crlf = with("return: |\r\n  input.price +\r\n    input.prise\r\n");
    points_at(&crlf, "input.prise", "no field", "price");
}

#[test]
fn what_was_meant_is_told() {
    let asks = "permissions: {http: [{host: api.example.org}], call: [text.slug], config: [locale], secrets: [{name: weather, hosts: [api.example.org]}]}\n";
    let cases = [
        (document("retrun: 1\nreturn: 1"), "retrun", "no field `retrun`", "`return`"),
        (document("return: siez('a')"), "siez", "no function", "`size`"),
        (document("let: {total: 1}\nreturn: totl"), "totl", "nothing here is called", "`total`"),
        (document("permissions: {lgo: true}\nreturn: 1"), "lgo", "no field `lgo`", "`log`"),
        (
            document("input: {type: object, properties: {a: {type: strnig}}}\nreturn: 1"),
            "strnig",
            "cannot be",
            "`string`",
        ),
        (
            document(
                "input: {type: object, properties: {a: {type: string, format: emial}}}\nreturn: 1",
            ),
            "emial",
            "cannot be",
            "`email`",
        ),
        (
            document(
                "input: {type: object, properties: {a: {type: string, maxLenght: 3}}}\nreturn: 1",
            ),
            "maxLenght",
            "no field",
            "`maxLength`",
        ),
        (
            document("steps:\n  - log: 'x'\n    levle: warn\nreturn: 1"),
            "levle",
            "no field",
            "`level`",
        ),
        (
            document("steps:\n  - set: 1\n    level: warn\nreturn: 1"),
            "level",
            "goes with `log`",
            "leave",
        ),
        (
            document(&format!("{asks}steps:\n  - fetch: https://api.exmple.org/\nreturn: 1")),
            "https://api.exmple",
            "does not ask",
            "`api.example.org`",
        ),
        (
            document(&format!("{asks}steps:\n  - call: text.slgu\nreturn: 1")),
            "text.slgu",
            "does not ask to call",
            "`text.slug`",
        ),
        (
            document(&format!("{asks}steps:\n  - config: \"'locael'\"\nreturn: 1")),
            "config: \"",
            "does not ask to read",
            "`locale`",
        ),
        (
            document(&format!(
                "{asks}steps:\n  - fetch: https://api.example.org/\n    bearer: wether\nreturn: 1"
            )),
            "wether",
            "secret `wether`",
            "`weather`",
        ),
        (document("steps:\n  - now: {}\nreturn: 1"), "now", "ask for `clock`", "clock: true"),
        (
            document(
                "intents: ['of {txet}']\ninput: {type: object, properties: {text: {type: string}}}\nreturn: 1",
            ),
            "'of {txet}'",
            "`txet` is no property",
            "{text}",
        ),
    ];
    for (document, what, message, mend) in cases {
        points_at(&document, what, message, mend);
    }
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let text = "name: A.b\nversion: one\nsumary: x\nreturn: 1\n";
    let messages: Vec<String> = wrong(text).into_iter().map(|problem| problem.message).collect();
    assert_eq!(messages.len(), 4, "{messages:?}");
    let text = document(
        "let: {a: 1 +, b: nope}
steps:
  - set: a.b.c()
    as: if
  - log: \"'x'\"
  - call: x.y
  - return: 1
  - set: 2
return: 'size()'
",
    );
    let problems = wrong(&text);
    assert!(problems.len() >= 7, "{problems:#?}");
    assert!(problems.windows(2).all(|pair| pair[0].start <= pair[1].start), "{problems:#?}");
}

#[test]
fn versions_are_semantic_ones() {
    let of = |version: &str| format!("name: a.b\nversion: {version}\nsummary: x\nreturn: '1'\n");
    for good in [
        "0.0.0",
        "1.20.300",
        "1.0.0-0",
        "1.0.0-alpha.1",
        "1.0.0-0a.x-y.0-1",
        "1.0.0--",
        "1.0.0-0-0",
        "9999999999999999999.0.0-99999999999999999999",
    ] {
        assert!(check(&of(good)).is_ok(), "{good}");
    }
    for bad in [
        "1",
        "1.0",
        "01.0.0",
        "1.00.0",
        "1.0.0-01",
        "1.0.0-a.00",
        "1.0.0-a..b",
        "1.0.0-",
        "1.0.0-ä",
        "1.0.0+5",
        "99999999999999999999.0.0",
    ] {
        let problems = wrong(&of(&format!("'{bad}'")));
        assert!(problems.iter().any(|one| one.message.contains("version")), "{bad}: {problems:?}");
    }
}

/// Changes that make a document one that is none.
fn mutations(good: &Value) -> Vec<Value> {
    let mut all = Vec::new();
    let mut change = |make: &dyn Fn(&mut Value)| {
        let mut changed = good.clone();
        make(&mut changed);
        all.push(changed);
    };
    for name in ["name", "version", "summary", "return"] {
        change(&|it| drop(it.as_object_mut().unwrap().remove(name)));
    }
    for name in ["name", "version", "summary", "operation"] {
        for value in [json!(1), json!(null), json!([]), json!({}), json!("Not A Name\n")] {
            if name != "summary" || !value.is_string() {
                change(&|it| it[name] = value.clone());
            }
        }
    }
    for name in ["intents", "input", "output", "permissions", "examples", "let", "steps"] {
        for value in [json!(1), json!("x"), json!(null), json!({"nope": [1]}), json!([1])] {
            if name != "let" || !value.is_object() {
                change(&|it| it[name] = value.clone());
            }
        }
    }
    for value in [json!(0), json!(-1), json!(1.5), json!(1_048_577), json!("65536"), json!(null)] {
        change(&|it| it["input_bytes"] = value.clone());
    }
    change(&|it| it["extra"] = json!(1));
    change(&|it| it["let"] = json!({"not a name": "1"}));
    let steps = [
        json!({}),
        json!({"as": "x"}),
        json!({"set": "1", "log": "'x'"}),
        json!({"set": "1", "each": "[1]"}),
        json!({"set": "1", "level": "info"}),
        json!({"log": "'x'", "level": "loud"}),
        json!({"put": "'x'"}),
        json!({"return": "1", "as": "x"}),
        json!({"now": 1}),
        json!({"now": {"a": 1}}),
        json!({"set": "1", "as": "a b"}),
        json!({"fetch": ""}),
        json!({"fetch": "https://a.org", "method": "get"}),
        json!({"fetch": "https://a.org", "json": "1", "body": "'x'"}),
        json!({"fetch": "https://a.org", "timeout_ms": 0}),
        json!({"fetch": "https://a.org", "max": 3}),
        json!({"fetch": "https://a.org", "each": "[1]", "max": 1001}),
        json!({"fetch": "https://a.org", "basic": {"user": "a"}}),
        json!({"call": "Not a name"}),
        json!({"call": "a.b", "query": {}}),
        json!({"parallel": []}),
        json!({"parallel": [{"set": "1"}]}),
        json!({"parallel": [{"fetch": "https://a.org", "each": "[1]"}]}),
        json!({"parallel": [{"fetch": "https://a.org"}], "else": "1"}),
    ];
    for step in steps {
        change(&|it| it["steps"] = json!([step]));
    }
    let permissions = [
        json!({"log": 1}),
        json!({"kv": true}),
        json!({"kv": {"bytes": 1}}),
        json!({"kv": {"bytes": -1, "keys": 1}}),
        json!({"http": [{"host": "https://a.org"}]}),
        json!({"http": [{}]}),
        json!({"http": [{"host": "a.org", "methods": ["get"]}]}),
        json!({"http": [{"host": "a.org", "path": "v1"}]}),
        json!({"secrets": [{"name": "a", "hosts": []}]}),
        json!({"call": ["*.x"]}),
        json!({"config": "x"}),
    ];
    for permission in permissions {
        change(&|it| it["permissions"] = permission.clone());
    }
    let schemas = [
        json!({"type": "strin"}),
        json!({"type": []}),
        json!({"anyOf": []}),
        json!({"properties": []}),
        json!({"properties": {"a": 1}}),
        json!({"maxLength": -1}),
        json!({"maxLength": 1.5}),
        json!({"format": "regex"}),
        json!({"multipleOf": 0}),
        json!({"items": {"items": {"$ref": "#"}}}),
    ];
    for schema in schemas {
        change(&|it| it["output"] = schema.clone());
    }
    all
}

#[test]
fn the_schema_and_the_reader_refuse_the_same_documents() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    for (name, text) in recipes() {
        let value = check_json(&text);
        assert!(fits(&schema, &schema, &value), "{name}");
    }
    let good = json!({
        "name": "a.b", "version": "1.0.0", "summary": "x", "operation": "go", "intents": ["do {x}"],
        "input": {"type": "object", "properties": {"x": {"type": ["string", "null"]}}},
        "input_bytes": 4096, "output": {"type": "integer"}, "permissions": {"log": true},
        "examples": [{"input": {"x": null}, "output": 1}],
        "let": {"one": "1"}, "steps": [{"log": "'x'", "level": "warn", "when": true}], "return": "one"
    });
    assert!(fits(&schema, &schema, &good));
    check(&good.to_string()).unwrap();
    let all = mutations(&good);
    assert!(all.len() > 100, "{}", all.len());
    for changed in all {
        assert!(!fits(&schema, &schema, &changed), "the schema takes {changed}");
        wrong(&changed.to_string());
        wrong(&serde_json::to_string_pretty(&changed).unwrap());
    }
}

/// A recipe's document as JSON, which this crate reads as well.
fn check_json(text: &str) -> Value {
    let json = engraft_recipe::recipe::to_json(text).unwrap();
    check(&json).unwrap_or_else(|problems| panic!("{problems:?}"));
    serde_json::from_str(&json).unwrap()
}

/// A debug build on a busy machine is many times slower than what people run; there it is 100 ms.
const SOON: Duration = Duration::from_millis(if cfg!(debug_assertions) { 4_000 } else { 100 });

#[test]
fn documents_made_to_hurt_are_refused_at_once() {
    let mut bomb = String::from("a0: &a0 [x, x]\n");
    for at in 1..30 {
        bomb.push_str(&format!("a{at}: &a{at} [*a{0}, *a{0}]\n", at - 1));
    }
    let keys: String = (0..20_000).map(|at| format!("k{at}: 1\n")).collect();
    let cases = [
        (document(&format!("{bomb}return: 1\n")), "anchors"),
        (
            document(&format!("input: {}1{}\nreturn: 1\n", "[".repeat(50_000), "]".repeat(50_000))),
            "YAML",
        ),
        (document(&format!("input: {}\nreturn: 1\n", "{a: ".repeat(20_000))), "YAML"),
        (document(&format!("input:\n{}return: 1\n", nested(300))), "YAML"),
        (document(&format!("return: '{}'\n", "x".repeat(200_000))), "bytes"),
        (document(&format!("return: 1\n# {}\n", "x".repeat(300_000))), "bytes"),
        (document(&format!("{keys}return: 1\n")), "values"),
        (document(&"return: 1\n".repeat(20_000)), "second time"),
        (document(&format!("steps:\n{}return: 1\n", "  - set: 1\n".repeat(101))), "101 items"),
        (document(&format!("return: {}\n", "- ".repeat(40_000))), "YAML"),
        (
            document(&format!("return: \"{}\"\n", "\\u0041".repeat(40_000))),
            "nothing here is called `AAAA",
        ),
        (document("return: 1\n1: 2\n"), "no text"),
        (document("steps:\n\t- set: 1\nreturn: 1\n"), "YAML"),
        (document("return: \"a\0b\"\n"), "U+0000"),
        (format!("\u{feff}{}", document("return: 1\n")), "byte order mark"),
        ("[".repeat(250_000), "YAML"),
        ("? ".repeat(100_000), "a key is to be text"),
        ("!".repeat(200_000), "YAML"),
        ("&".repeat(200_000), "anchors"),
        ("'".repeat(200_001), "YAML"),
        (": ".repeat(100_000), ""),
        ("{".repeat(3) + &"a,".repeat(100_000), ""),
    ];
    for (text, why) in cases {
        let begun = Instant::now();
        let problems = check(&text).unwrap_err();
        let took = begun.elapsed();
        let start: String = text.chars().take(60).collect();
        assert!(took < SOON, "{start:?}: {took:?}");
        assert!(problems.len() <= 20_000 && !problems.is_empty());
        let told = problems.iter().any(|problem| {
            // The parser or the reader meets the depth first, as the document has it.
            problem.message.contains(why) || problem.message.contains("deep in each other")
        });
        assert!(told, "{start:?}: {:?}", problems[0]);
    }
    let broken = text(b"name: a\nsummary: \xff\xfe\n").unwrap_err();
    assert_eq!((broken[0].line, broken[0].column), (2, 10));
}

fn nested(levels: usize) -> String {
    (1..=levels).map(|at| format!("{}a:\n", " ".repeat(at))).collect()
}
